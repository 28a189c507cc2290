import Foundation

/// The folders that the program published with FER+ writes: FER2013Train, FER2013Valid and
/// FER2013Test, each with its images and a label.csv without a header. A line of it is the name,
/// the box of the face as "(0, 0, 48, 48)" (older versions leave it out) and the ten votes.
enum FERPlusFolderReader {
    static func recognises(_ listing: FolderListing) -> Bool { !folders(in: listing).isEmpty }

    /// Whether the folders hold their label.csv too.
    static func isLabelled(_ listing: FolderListing) -> Bool {
        let folders = folders(in: listing)
        return !folders.isEmpty
            && folders.allSatisfy {
                let list = $0.folder.appendingPathComponent("label.csv")
                return FileManager.default.fileExists(atPath: list.path)
            }
    }

    private static func folders(in listing: FolderListing) -> [(split: Split, folder: URL)] {
        // In the order of FER-2013's rows, not of the names.
        Split.allCases.flatMap { split in
            listing.folders
                .filter { $0.lastPathComponent.lowercased().hasPrefix("fer2013") }
                .filter { Split(name: $0.lastPathComponent) == split }
                .map { (split, $0) }
        }
    }

    static func read(
        _ root: URL, name: String, _ reading: PictureReading
    ) throws(DataError) -> Dataset {
        var builder = DatasetBuilder(reading)
        var sources: [Dataset.Source] = []
        var row = 0
        for (split, folder) in folders(in: try FolderListing(root)) {
            let list = folder.appendingPathComponent("label.csv").path
            let reader = try LineReader(path: list)
            let rowsBefore = row
            while let bytes = try reader.next() {
                if row == rowsBefore { reader.findSeparator(in: bytes) }
                defer { row += 1 }
                do throws(DataError) {
                    let (file, votes) = try parse(bytes, reader)
                    let id = "\(folder.lastPathComponent)/\(file)"
                    let sample = Sample(
                        id: id, row: row, line: reader.line, votes: votes, split: split)
                    try builder.append(
                        .init(
                            sample: sample, url: folder.appendingPathComponent(file),
                            list: (list, reader.line)))
                } catch {
                    try builder.leaveOut(error)
                }
            }
            guard row > rowsBefore else {
                throw DataError(.empty, file: list, found: "no lines", expected: "one per image")
            }
            sources.append(reader.stream.source())
        }
        try builder.readWaiting()
        sources.append(builder.source(path: name))
        return builder.dataset(name: name, form: .ferPlusFolders, sources: sources)
    }

    private static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, _ reader: LineReader
    ) throws(DataError) -> (file: String, votes: Votes) {
        let fields = try reader.fields(of: bytes)
        let hasBox = fields.count == Votes.columnCount + 2
        guard hasBox || fields.count == Votes.columnCount + 1 else {
            throw .row(
                reader.path, line: reader.line, found: "\(fields.count) fields",
                expected: "\(Votes.columnCount + 2): a name, a box and ten votes")
        }
        guard !fields[0].isEmpty else {
            throw .row(
                reader.path, line: reader.line, column: "1", found: "nothing",
                expected: "the name of an image")
        }
        let votes = try FERPlusVotes.votes(
            Array(fields.suffix(Votes.columnCount)), columns: FERPlusVotes.columnNames,
            file: reader.path, line: reader.line)
        return (fields[0], votes)
    }
}
