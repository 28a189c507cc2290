/// The votes file of FER+ (`fer2013new.csv`), one row for each row of FER-2013's csv and in its
/// order. The number in an image's name does not count rows, so it joins nothing.
struct FERPlusVotes {
    struct Row {
        let line: Int
        let split: Split
        /// Of the picture; empty where there is no face.
        let name: String
        /// `nil` for a bad row that is to be skipped.
        let votes: Votes?
    }

    let file: String
    let rows: [Row?]
    let badRows: [DataError]
    let source: Dataset.Source

    static let columnNames = [
        "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt",
        "unknown", "NF",
    ]

    /// Shares of the votes for each emotion in the 28,558 training rows of FER+ that have any (single
    /// votes set to 0), by the names of outputs.
    static let trainingShares = [
        "neutral": 0.3333, "happy": 0.2635, "surprise": 0.1228, "sad": 0.1419, "angry": 0.0868,
        "disgust": 0.0104, "fear": 0.0307, "contempt": 0.0106,
    ]

    static func recognises(_ header: CSVHeader) -> Bool {
        header.index(of: "Image name") != nil
            && columnNames.prefix(8).allSatisfy { header.index(of: $0) != nil }
    }

    static func read(path: String, skipBadRows: Bool) throws(DataError) -> FERPlusVotes {
        let reader = try LineReader(path: path)
        let header = try reader.header()
        let usage = try header.require("Usage", "Training, PublicTest or PrivateTest")
        let name = try header.require("Image name", "the name, empty where there is no face")
        var columns: [Int] = []
        for column in columnNames {
            columns.append(try header.require(column, "a number of votes"))
        }
        var rows: [Row?] = []
        var badRows: [DataError] = []
        while let bytes = try reader.next() {
            do throws(DataError) {
                let fields = try reader.fields(of: bytes)
                guard fields.count == header.names.count else {
                    throw DataError.row(
                        path, line: reader.line, found: "\(fields.count) fields",
                        expected: "\(header.names.count), as in the header")
                }
                guard let split = Split(name: fields[usage]) else {
                    throw DataError.row(
                        path, line: reader.line, column: "Usage", found: fields[usage].quoted(),
                        expected: "Training, PublicTest or PrivateTest")
                }
                let counts = try votes(
                    columns.map { fields[$0] }, columns: columns.map { header.names[$0] },
                    file: path, line: reader.line)
                rows.append(
                    Row(
                        line: reader.line, split: split, name: fields[name],
                        votes: fields[name].isEmpty ? .notAFace : counts))
            } catch  where error.kind == .row && skipBadRows {
                badRows.append(error)
                rows.append(nil)
            }
        }
        return FERPlusVotes(
            file: path, rows: rows, badRows: badRows, source: reader.stream.source())
    }

    /// Reads ten counts.
    static func votes(
        _ fields: [String], columns: [String], file: String, line: Int
    ) throws(DataError) -> Votes {
        var counts: [UInt8] = []
        for (field, column) in zip(fields, columns) {
            guard let count = UInt8(field) else {
                throw .row(
                    file, line: line, column: column, found: field.quoted(),
                    expected: "a number of votes from 0 to 255")
            }
            counts.append(count)
        }
        return Votes(counts)
    }

    /// The votes of a row of the csv, whose split has to be the same in both files.
    func row(_ row: Int, split: Split, csv: String, line: Int) throws(DataError) -> Votes? {
        // The number of rows is compared when all have been read.
        guard rows.indices.contains(row), let found = rows[row] else { return nil }
        guard found.split == split else {
            throw DataError(
                .mismatch, file: file, line: found.line, column: "Usage",
                found: found.split.usage, expected: "\(split.usage), as in \(csv):\(line)",
                advice: "The two files are joined row by row: take the votes file of this csv.")
        }
        return found.votes
    }

    func checkCount(_ count: Int, csv: String) throws(DataError) {
        guard rows.count == count else {
            throw DataError(
                .mismatch, file: file, found: "\(rows.count) rows",
                expected: "\(count), as many as in \(csv)",
                advice: "The two files are joined row by row: take the votes file of this csv.")
        }
    }
}
