import Crypto
package import Foundation

/// The official tree of CK+ (Lucey et al. 2010, doi:10.1109/CVPRW.2010.5543262): frames in
/// cohn-kanade-images, labels of some sequences in Emotion, landmarks where they are there.
///
/// The last three frames of a labelled sequence have its label; the first is a sample of its own,
/// labelled neutral, where there are more than three.
package enum CKPlusReader {
    /// Frames at the end of a sequence that have its label.
    static let peakFrames = 3
    /// A file of this name in the tree says that Mien drew the faces.
    static let syntheticMark = "SYNTHETIC.txt"

    static func recognises(_ listing: FolderListing) -> Bool {
        listing.folders.contains {
            $0.lastPathComponent.lowercased() == CKPlusTree.imageFolder
        }
    }

    static func read(
        _ root: URL, name: String, _ reading: PictureReading, faces: CKPlusFaces = CKPlusFaces()
    ) throws(DataError) -> Dataset {
        var builder = DatasetBuilder(reading)
        var badRows: [DataError] = []
        let tree = try CKPlusTree(
            root, name: name, skipsBadRows: reading.skipsBadRows, badRows: &badRows)
        builder.append(badRows: badRows)
        builder.isSynthetic = FileManager.default.fileExists(
            atPath: root.appendingPathComponent(syntheticMark).path)
        var frames: [(file: URL, sample: Sample)] = []
        for sequence in tree.sequences {
            let peak = sequence.frames.suffix(peakFrames).map { ($0.file, sequence.emotion) }
            let first = sequence.frames.dropLast(peakFrames).first.map {
                ($0.file, Emotion.neutral)
            }
            for (file, emotion) in [first].compactMap(\.self) + peak {
                let sample = Sample(
                    id: relativePath(of: file, below: root), row: frames.count, emotion: emotion,
                    subject: sequence.subject, sequence: sequence.name)
                frames.append((file, sample))
            }
        }
        var faces = faces
        let parts = faces.parts(of: frames.map(\.file)) { file throws(DataError) in
            try tree.points(of: file)
        }
        for (frame, part) in zip(frames, parts) {
            do throws(DataError) {
                try builder.append(
                    .init(sample: frame.sample, url: frame.file, part: try part.get()))
            } catch {
                try builder.leaveOut(error)
            }
        }
        try builder.readWaiting()
        builder.notes += tree.notes + [faces.note]
        let labels = Data(tree.labels.joined(separator: "\n").utf8)
        return builder.dataset(
            name: name, form: .ckPlus,
            sources: [
                .init(
                    path: "emotion files of \(name)",
                    sha256: SHA256.hash(data: labels).hexadecimal, bytes: labels.count),
                builder.source(path: name),
            ])
    }
}

extension CKPlusReader {
    /// - Parameter makeFinder: finds the largest face of a frame; `nil` for none.
    package static func read(
        _ root: URL, skipsBadRows: Bool = false,
        makeFinder: (@Sendable () throws -> CKPlusFaces.Finder)?
    ) throws(DataError) -> Dataset {
        var reading = PictureReading()
        reading.skipsBadRows = skipsBadRows
        return try read(
            root, name: root.path, reading, faces: CKPlusFaces(makeFinder: makeFinder))
    }
}
