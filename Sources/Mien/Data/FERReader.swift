import Foundation

/// FER-2013 in its csv form (Goodfellow et al., 2013, arXiv:1307.0414): `emotion,pixels,Usage` in
/// any order, one face of 48 x 48 grey pixels a row. The emotion 7 is contempt, as in CK+ in this
/// form. Without `Usage` the name of the file says the split: train.csv.
enum FERReader {
    /// Of a face, in pixels.
    static let side = FaceCrop.usualSize
    static let pixelsPerImage = side * side

    private static let emotions = Emotion.fer2013Order + [.contempt]

    /// - Parameters:
    ///   - votesPath: FER+ votes for the same rows, in their order.
    ///   - checksVotes: whether votes that do not go with the labels are refused, rather than said.
    static func read(
        path: String, votesPath: String?, skipBadRows: Bool, checksVotes: Bool = true
    ) throws(DataError) -> Dataset {
        let votes = try votesPath.map { (path) throws(DataError) in
            try FERPlusVotes.read(path: path, skipBadRows: skipBadRows)
        }
        let reader = try LineReader(path: path)
        let columns = try Columns(reader.header(), path: path)
        var builder = DatasetBuilder(PictureReading(skipsBadRows: skipBadRows))
        builder.isSynthetic = columns.areSynthetic
        builder.append(badRows: votes?.badRows ?? [])
        // A pixel takes at least two bytes of text: a digit and a space.
        builder.reserve(pixels: reader.stream.expectedSize / 2)
        let scratch = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: pixelsPerImage)
        defer { scratch.deallocate() }

        var row = 0
        while let line = try reader.next() {
            defer { row += 1 }
            do throws(DataError) {
                let (emotion, split) = try parse(line, reader, columns, into: scratch)
                if columns.split != nil, let votes, votes.rows.indices.contains(row),
                    let other = votes.rows[row], other.split != split
                {
                    // A part of FER-2013 and the votes of all of it: both counts say more.
                    var count = row + 1
                    while try reader.next() != nil { count += 1 }
                    try votes.checkCount(count, csv: path)
                }
                let vote = try votes?.row(row, split: split, csv: path, line: reader.line)
                builder.append(
                    Sample(
                        id: String(row), row: row, line: reader.line, emotion: emotion,
                        votes: vote, split: split),
                    width: side, height: side, UnsafeBufferPointer(scratch))
            } catch {
                try builder.leaveOut(error)
            }
        }
        guard row > 0 else {
            throw DataError(
                .empty, file: path, found: "a header and no rows", expected: "rows of faces")
        }
        if let split = columns.split {
            builder.notes.append(
                "\(path) has no column Usage: by its name, all \(row) rows are of the split "
                    + "\(split.rawValue).")
        }
        if let votes {
            try votes.checkCount(row, csv: path)
            builder.votesAgreement = VotesAgreement(of: builder.samples)
            do {
                builder.notes += [
                    try builder.votesAgreement?.check(votes: votes.file, csv: path)
                ].compactMap(\.self)
            } catch {
                if checksVotes { throw error }
                builder.notes.append("\(error)")
            }
        }
        let sources = [reader.stream.source()] + (votes.map { [$0.source] } ?? [])
        return builder.dataset(name: path, form: .ferCSV, sources: sources)
    }

    private struct Columns {
        let emotion: Int
        let pixels: Int
        let usage: Int?
        /// That of all rows, where there is no column of it.
        let split: Split?
        let count: Int
        let separator: UInt8
        /// Mien marks the faces that it draws by a column of this name.
        let areSynthetic: Bool

        init(_ header: CSVHeader, path: String) throws(DataError) {
            areSynthetic = header.index(of: "synthetic") != nil
            pixels = try header.require("pixels", "2304 grey values separated by spaces")
            guard let emotion = header.index(of: "emotion") else {
                throw DataError(
                    .unknownForm, file: path, line: header.line, column: "emotion",
                    found: header.onlyColumns, expected: "a number from 0 to 7 in a column emotion",
                    advice: "\(URL(fileURLWithPath: path).lastPathComponent) has no labels: its "
                        + "faces can be scored, not evaluated.")
            }
            self.emotion = emotion
            usage = header.index(of: "Usage")
            let stem = URL(fileURLWithPath: path).lastPathComponent.prefix { $0 != "." }
            split = usage == nil ? Split(name: String(stem)) : nil
            guard usage != nil || split != nil else {
                throw DataError(
                    .unknownForm, file: path, line: header.line, column: "Usage",
                    found: header.onlyColumns,
                    expected: "Training, PublicTest or PrivateTest in a column Usage",
                    advice: "Without it a file is read whose name is its split: train.csv, "
                        + "valid.csv or test.csv.")
            }
            count = header.names.count
            separator = header.separator
        }
    }

    private static func parse(
        _ line: UnsafeBufferPointer<UInt8>, _ reader: LineReader, _ columns: Columns,
        into pixels: UnsafeMutableBufferPointer<UInt8>
    ) throws(DataError) -> (Emotion, Split) {
        var emotionField: UnsafeBufferPointer<UInt8>?
        var usageField: UnsafeBufferPointer<UInt8>?
        var pixelField: UnsafeBufferPointer<UInt8>?
        var fieldCount = 0
        forEachField(of: line, columns.separator) { field in
            if fieldCount == columns.emotion { emotionField = field }
            if fieldCount == columns.pixels { pixelField = field }
            if fieldCount == columns.usage { usageField = field }
            fieldCount += 1
        }
        func fault(
            _ column: String?, _ found: String, _ expected: String
        ) throws(DataError) -> DataError {
            // Bytes that no text has are a damaged file, not a bad row.
            try reader.refuseControlBytes(in: line)
            return .row(
                reader.path, line: reader.line, column: column, found: found, expected: expected)
        }
        guard fieldCount == columns.count, let emotionField, let pixelField else {
            throw try fault(nil, "\(fieldCount) fields", "\(columns.count), as in the header")
        }
        guard emotionField.count == 1, let digit = emotionField.first,
            (48 ... 55).contains(digit)
        else {
            throw try fault(
                "emotion", quoted(emotionField),
                "a number from 0 to 6, or 7 for contempt")
        }
        let usage = usageField.map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard let split = columns.split ?? Split(name: usage) else {
            throw try fault("Usage", usage.quoted(limit: 24), "Training, PublicTest or PrivateTest")
        }
        if let problem = parsePixels(pixelField, into: pixels) {
            throw try fault("pixels", problem.found, problem.expected)
        }
        return (emotions[Int(digit - 48)], split)
    }

    /// Calls `body` with each field, without spaces and quotes around it. No field of this file
    /// holds a separator.
    private static func forEachField(
        of line: UnsafeBufferPointer<UInt8>, _ separator: UInt8,
        _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        guard let base = line.baseAddress else { return }
        var begin = 0
        while true {
            let rest = line.count - begin
            let comma = rest > 0 ? memchr(base + begin, Int32(separator), rest) : nil
            let end = comma.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? line.count
            var first = begin
            var last = end
            let isPadding: (UInt8) -> Bool = { $0 == 32 || $0 == 34 }
            while first < last, isPadding(line[first]) { first += 1 }
            while last > first, isPadding(line[last - 1]) { last -= 1 }
            body(UnsafeBufferPointer(rebasing: line[first ..< last]))
            guard comma != nil else { return }
            begin = end + 1
        }
    }

    private static func quoted(_ field: UnsafeBufferPointer<UInt8>) -> String {
        String(decoding: field.prefix(30), as: UTF8.self).quoted(limit: 24)
    }

    /// - Returns: what is wrong, or `nil`.
    @inline(__always)
    private static func parsePixels(
        _ field: UnsafeBufferPointer<UInt8>, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) -> (found: String, expected: String)? {
        guard var next = field.baseAddress, let target = pixels.baseAddress else {
            return ("nothing", "\(pixels.count) values")
        }
        let end = next + field.count
        let capacity = pixels.count
        var count = 0
        while true {
            while next < end, next.pointee == 32 { next += 1 }
            guard next < end else { break }
            let begin = next
            var value = 0
            while next < end {
                let digit = Int(next.pointee) &- 48
                guard digit >= 0, digit <= 9, value <= 255 else { break }
                value = value &* 10 &+ digit
                next += 1
            }
            guard value <= 255, next > begin, next == end || next.pointee == 32 else {
                let word = UnsafeBufferPointer(start: begin, count: end - begin)
                    .prefix { $0 != 32 }
                return (
                    "\(quoted(.init(rebasing: word))) as value \(count + 1)",
                    "whole numbers from 0 to 255"
                )
            }
            if count < capacity { target[count] = UInt8(truncatingIfNeeded: value) }
            count &+= 1
        }
        return count == capacity
            ? nil : ("\(count) values", "\(capacity) (\(side) x \(side))")
    }
}
