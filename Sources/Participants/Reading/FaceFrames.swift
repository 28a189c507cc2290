public import Foundation
public import Mien

/// The frames of a face in files of OpenFace, or of CLNF as DAIC-WOZ has them, one at a time.
public final class FaceFrames {
    /// The files of a recording.
    public enum Files: Sendable, Equatable {
        /// All in one, as OpenFace 1 and 2 write it.
        case openFace(URL)
        /// Action units, and gaze and head pose where they are there.
        case clnf(actionUnits: URL, gaze: URL?, pose: URL?)

        var all: [URL] {
            switch self {
            case .openFace(let url): [url]
            case .clnf(let units, let gaze, let pose): [units, gaze, pose].compactMap { $0 }
            }
        }
    }

    private final class Part {
        let rows: NumberRows
        var columns: FaceColumns
        /// Of the row that waits to be used.
        var isWaiting = false
        var isAtEnd = false

        init(_ url: URL, needs: String) throws(DataError) {
            var found: FaceColumns?
            rows = try NumberRows(
                path: url.path,
                head: .names { (header) throws(DataError) in
                    let columns = try FaceColumns(header, file: url.path, needs: needs)
                    found = columns
                    return columns.positions
                })
            guard let found else {
                throw DataError(
                    .unknownForm, file: url.path, found: "no header", expected: "one")
            }
            columns = found
        }
    }

    private let main: Part
    private let others: [Part]

    /// - Throws: `DataError` for a file that cannot be read or has no such columns.
    public init(_ files: Files) throws(DataError) {
        switch files {
        case .openFace(let url):
            main = try Part(url, needs: "action units")
            others = []
        case .clnf(let units, let gaze, let pose):
            main = try Part(units, needs: "action units")
            var others: [Part] = []
            if let gaze { others.append(try Part(gaze, needs: "gaze")) }
            if let pose { others.append(try Part(pose, needs: "head pose")) }
            self.others = others
        }
    }

    /// The next frame, or `nil` after the last.
    ///
    /// Gaze and pose join by the number of the frame; a frame that they lack has none.
    /// - Throws: `DataError` with file, line and column.
    public func next() throws(DataError) -> FaceFrame? {
        guard try main.rows.next() else { return nil }
        var frame = FaceFrame()
        main.columns.fill(&frame, from: main.rows.values)
        let number = main.columns.frameNumber
        for part in others {
            while !part.isAtEnd {
                if !part.isWaiting {
                    guard try part.rows.next() else {
                        part.isAtEnd = true
                        break
                    }
                    part.isWaiting = true
                }
                var probe = FaceFrame()
                part.columns.fill(&probe, from: part.rows.values)
                guard part.columns.frameNumber >= number else {
                    part.isWaiting = false
                    continue
                }
                if part.columns.frameNumber == number {
                    if probe.pose.contains(where: \.isFinite) { frame.pose = probe.pose }
                    if probe.gazeAngles[0].isFinite { frame.gazeAngles = probe.gazeAngles }
                    part.isWaiting = false
                }
                break
            }
        }
        return frame
    }

    /// Frames read so far.
    public var count: Int { main.rows.rows }

    /// Columns of which more than 5 % are missing so far, as a phrase each.
    var missingNumbers: [String] {
        ([main] + others).flatMap { part in
            part.rows.columns(missingAbove: 0.05).map {
                "\($0.name) \(String(format: "%.0f", $0.share * 100)) %"
            }
        }
    }

    /// The files with size and hash, once all rows were read.
    func sources() -> [Dataset.Source] { ([main] + others).map { $0.rows.source() } }
}
