public import Foundation
public import Mien

/// A kind of file with acoustic features, 100 rows a second.
public enum VoiceFileKind: String, Sendable, Codable, CaseIterable {
    case covarep, formant, egemaps, mfcc

    /// The names of the columns of a file without a header.
    var headless: [[String]]? {
        switch self {
        case .covarep: [Covarep.names, Covarep.names.filter { $0 != "creak" }]
        case .formant: [(1 ... 5).map { "F\($0)" }]
        case .egemaps, .mfcc: nil
        }
    }
}

extension VoiceFileKind {
    /// By the header of a file, or by the number of its columns where it has none; `nil` for what is
    /// none of these.
    init?(ofFile url: URL) {
        guard let file = try? FileHandle(forReadingFrom: url) else { return nil }
        defer { try? file.close() }
        let head = String(decoding: (try? file.read(upToCount: 1 << 14)) ?? Data(), as: UTF8.self)
        let line = head.prefix { !$0.isNewline }
        let columns = line.split(separator: ",", omittingEmptySubsequences: false).count
        if line.contains("Loudness_sma3") {
            self = .egemaps
        } else if line.contains("pcm_fftMag_mfcc") {
            self = .mfcc
        } else if let kind = Self.allCases.first(where: { kind in
            kind.headless?.contains { $0.count == columns } == true
        }) {
            self = kind
        } else {
            return nil
        }
    }
}

/// The columns of COVAREP's feature files.
enum Covarep {
    /// In the order of the script of covarep/covarep, which puts creak after Rd_conf.
    static let names =
        [
            "F0", "VUV", "NAQ", "QOQ", "H1H2", "PSP", "MDQ", "peakSlope", "Rd", "Rd_conf", "creak",
        ] + (0 ... 24).map { "MCEP_\($0)" } + (0 ... 24).map { "HMPDM_\($0)" }
        + (0 ... 12).map { "HMPDD_\($0)" }
}

/// The rows of an acoustic feature file, one at a time.
public final class VoiceFrames {
    public let kind: VoiceFileKind
    /// The names of ``values``.
    public let names: [String]
    /// Of the row that was read last, in seconds from the start of the recording.
    public private(set) var seconds = 0.0

    private let rows: NumberRows
    /// Where the time stands among the values.
    private let timePosition: Int?

    /// - Throws: `DataError` for what cannot be read or has other columns.
    public init(_ url: URL, kind: VoiceFileKind) throws(DataError) {
        self.kind = kind
        if let headless = kind.headless {
            rows = try NumberRows(path: url.path, head: .none(headless))
            names = rows.names
            timePosition = nil
            return
        }
        var found: [String] = []
        var time = 0
        rows = try NumberRows(
            path: url.path,
            head: .names { (header) throws(DataError) in
                time = try header.require("frameTime", "the time of each row")
                let wanted = header.names.indices.filter {
                    $0 == time || header.names[$0].lowercased() != "name"
                }
                let needed = kind == .egemaps ? "Loudness_sma3" : "pcm_fftMag_mfcc[1]"
                _ = try header.require(needed, "descriptors of openSMILE")
                found = wanted.map { header.names[$0] }
                return wanted
            })
        names = found
        timePosition = found.firstIndex { $0.lowercased() == "frametime" }
    }

    /// The values of the row that was read last; `nan` where one is missing.
    public var values: [Double] { rows.values }
    public var count: Int { rows.rows }

    /// Reads the next row.
    /// - Returns: `false` after the last.
    /// - Throws: `DataError` with file, line and column.
    public func next() throws(DataError) -> Bool {
        guard try rows.next() else { return false }
        if let timePosition, values[timePosition].isFinite {
            seconds = values[timePosition]
        } else {
            seconds = (Double(rows.rows - 1) + 0.5) * 0.01
        }
        return true
    }

    var missingNumbers: [String] {
        rows.columns(missingAbove: 0.05).map {
            "\($0.name) \(String(format: "%.0f", $0.share * 100)) %"
        }
    }

    func source() -> Dataset.Source { rows.source() }
}
