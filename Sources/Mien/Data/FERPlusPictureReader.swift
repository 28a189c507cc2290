import Foundation

/// FER+ as pictures and one votes file: `fer2013new.csv` with FER2013Train/fer0000000.png, or
/// `FERPlus_Label.csv` with FERPlus_Image. The name of a picture joins it to its votes.
enum FERPlusPictureReader {
    /// The folders at `root`, or up to two levels below it, that hold such pictures.
    static func folders(at root: URL) throws(DataError) -> [URL] {
        try folders(at: root, depth: 0)
    }

    private static func folders(at folder: URL, depth: Int) throws(DataError) -> [URL] {
        let listing = try FolderListing(folder)
        if listing.files.contains(where: { isPicture($0.lastPathComponent) }) { return [folder] }
        guard depth < 2 else { return [] }
        var result: [URL] = []
        for child in listing.folders {
            let name = child.lastPathComponent.lowercased()
            guard name.hasPrefix("fer") || ["images", "image", "png", "data"].contains(name) else {
                continue
            }
            result += try folders(at: child, depth: depth + 1)
        }
        return result
    }

    private static func isPicture(_ name: String) -> Bool {
        guard name.hasPrefix("fer"), let dot = name.lastIndex(of: ".") else { return false }
        let digits = name[..<dot].dropFirst(3)
        return digits.count >= 5 && digits.allSatisfy(\.isNumber)
    }

    /// - Parameters:
    ///   - root: the folder that ids are relative to.
    ///   - folders: those that hold the pictures.
    static func read(
        _ root: URL, name: String, folders: [URL], votesPath: String,
        _ reading: PictureReading
    ) throws(DataError) -> Dataset {
        let votes = try FERPlusVotes.read(path: votesPath, skipBadRows: reading.skipsBadRows)
        var pictures: [String: [URL]] = [:]
        for folder in folders {
            for file in try FolderListing(folder).files where isPicture(file.lastPathComponent) {
                pictures[file.lastPathComponent, default: []].append(file)
            }
        }
        var builder = DatasetBuilder(reading)
        builder.append(badRows: votes.badRows)
        var join = Join(votes, pictures)
        for (number, row) in votes.rows.enumerated() {
            guard let row, let file = join.picture(of: row) else { continue }
            let sample = Sample(
                id: relativePath(of: file, below: root), row: number, line: row.line,
                votes: row.votes, split: row.split)
            try builder.append(.init(sample: sample, url: file, list: (votesPath, row.line)))
        }
        try builder.readWaiting()
        guard join.found > 0 else {
            throw DataError(
                .mismatch, file: votesPath,
                found: "names of pictures such as \(join.firstMissing.quoted()), none of which is "
                    + "in \(name)",
                expected: "the names of the pictures, such as "
                    + "\(pictures.keys.min().map { $0.quoted() } ?? "fer0000000.png")")
        }
        builder.notes += join.notes(votesPath)
        builder.notes += PathClaims(of: builder.samples).notes(taking: "the votes file's")
        return builder.dataset(
            name: name, form: .ferPlusFolders,
            sources: [votes.source, builder.source(path: name)])
    }

    /// Rows of votes and pictures by their names; what has no counterpart is counted.
    private struct Join {
        let pictures: [String: [URL]]
        private let rowsOfName: [String: Int]
        private(set) var found = 0
        private(set) var firstMissing = ""
        private var missing = 0
        private var unnamed = 0
        private var ambiguous = 0

        init(_ votes: FERPlusVotes, _ pictures: [String: [URL]]) {
            self.pictures = pictures
            rowsOfName = votes.rows.reduce(into: [:]) { counts, row in
                if let row, !row.name.isEmpty { counts[row.name, default: 0] += 1 }
            }
        }

        mutating func picture(of row: FERPlusVotes.Row) -> URL? {
            guard !row.name.isEmpty else {
                unnamed += 1
                return nil
            }
            guard let files = pictures[row.name] else {
                if missing == 0 { firstMissing = row.name }
                missing += 1
                return nil
            }
            let own = files.filter {
                Split(name: $0.deletingLastPathComponent().lastPathComponent) == row.split
            }
            let candidates = files.count > 1 ? own : files
            guard candidates.count == 1, rowsOfName[row.name, default: 0] <= files.count else {
                ambiguous += 1
                return nil
            }
            found += 1
            return candidates[0]
        }

        func notes(_ votes: String) -> [String] {
            let spare = pictures.keys.count { rowsOfName[$0] == nil }
            let parts = [
                (unnamed, "rows that name no picture (no face)"),
                (missing, "rows whose picture is missing"),
                (ambiguous, "rows of a name that stands twice"), (spare, "pictures without a row"),
            ]
            let counts = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
            return counts.isEmpty
                ? [] : ["\(votes): left out are \(counts.joined(separator: ", "))."]
        }
    }
}
