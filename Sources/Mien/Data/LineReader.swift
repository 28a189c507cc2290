import Foundation

/// Reads a text file line by line without holding it: plain or gzip, with or without a byte order
/// mark, lines ended by LF or CRLF.
final class LineReader {
    let stream: FileStream
    /// The number of the line that ``next()`` returned last, counted from 1.
    private(set) var line = 0

    private var buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    private var isAtEnd = false

    private static let longestLine = 1 << 26

    init(path: String) throws(DataError) {
        stream = try FileStream(path: path)
        buffer = .allocate(byteCount: 1 << 20, alignment: 16)
    }

    deinit { buffer.deallocate() }

    var path: String { stream.path }

    /// The next line without its end, or `nil` after the last; empty lines are passed over. The
    /// bytes stay valid until the next call.
    func next() throws(DataError) -> UnsafeBufferPointer<UInt8>? {
        while let bytes = try nextRaw() {
            var bytes = bytes
            if bytes.last == UInt8(ascii: "\r") { bytes = .init(rebasing: bytes.dropLast()) }
            if line == 1 { bytes = try withoutByteOrderMark(bytes) }
            if !bytes.isEmpty { return bytes }
        }
        return nil
    }

    /// The first line as the names of columns.
    func header() throws(DataError) -> CSVHeader {
        guard let bytes = try next() else {
            throw DataError(
                .empty, file: path, found: "an empty file", expected: "a header and rows",
                advice: "Download or copy the file again.")
        }
        return CSVHeader(names: try fields(of: bytes), file: path, line: line)
    }

    /// Splits the line that was read last into its fields, without the spaces around them.
    func fields(of bytes: UnsafeBufferPointer<UInt8>) throws(DataError) -> [String] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw DataError.row(
                path, line: line, found: "bytes that are not UTF-8", expected: "text in UTF-8")
        }
        guard let fields = splitCSV(text) else {
            throw DataError.row(
                path, line: line, found: "a quote that is not closed on its line",
                expected: "fields in pairs of quotes")
        }
        return fields
    }

    private func nextRaw() throws(DataError) -> UnsafeBufferPointer<UInt8>? {
        var searched = start
        while true {
            if let newline = indexOfNewline(from: searched) {
                defer { start = newline + 1 }
                line += 1
                return bytes(start ..< newline)
            }
            if isAtEnd {
                guard start < end else { return nil }
                defer { start = end }
                line += 1
                return bytes(start ..< end)
            }
            searched = end - start
            try refill()
        }
    }

    private func bytes(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        UnsafeRawBufferPointer(rebasing: buffer[range]).bindMemory(to: UInt8.self)
    }

    private func indexOfNewline(from index: Int) -> Int? {
        guard index < end, let base = buffer.baseAddress else { return nil }
        guard let found = memchr(base + index, 10, end - index) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// Moves the line that has begun to the front of the buffer and reads on behind it.
    private func refill() throws(DataError) {
        let kept = end - start
        if kept == buffer.count {
            guard buffer.count < Self.longestLine else {
                throw DataError(
                    .unknownForm, file: path, line: line + 1,
                    found: "a line of more than \(Self.longestLine >> 20) MiB",
                    expected: "a csv file")
            }
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: buffer.count * 2, alignment: 16)
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start ..< end]))
            buffer.deallocate()
            buffer = larger
        } else if start > 0, let base = buffer.baseAddress {
            memmove(base, base + start, kept)
        }
        start = 0
        end = kept
        let count: Int
        do {
            count = try stream.read(into: .init(rebasing: buffer[end...]))
        } catch {
            throw DataError(
                error.kind, file: error.file, line: line + 1, found: error.found,
                expected: error.expected, advice: error.advice)
        }
        isAtEnd = count == 0
        end += count
    }

    private func withoutByteOrderMark(
        _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(DataError) -> UnsafeBufferPointer<UInt8> {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return .init(rebasing: bytes.dropFirst(3)) }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw DataError(
                .unknownForm, file: path, found: "text in UTF-16", expected: "text in UTF-8",
                advice: "Save the file as \"CSV UTF-8\".")
        }
        return bytes
    }
}

/// The fields of one csv line: separated by commas, in double quotes where they hold a comma or a
/// quote (which is then doubled). `nil` where a quote is not closed.
func splitCSV(_ line: String) -> [String]? {
    guard line.utf8.contains(UInt8(ascii: "\"")) else {
        return line.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .map { trimmed($0) }
    }
    return splitQuotedCSV(line)
}

private func splitQuotedCSV(_ line: String) -> [String]? {
    var fields: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var wasQuoted = false
    let bytes = Array(line.utf8)
    var index = 0
    func finished() -> String {
        wasQuoted ? String(decoding: field, as: UTF8.self) : trimmed(field[...])
    }
    while index < bytes.count {
        let byte = bytes[index]
        let isQuote = byte == UInt8(ascii: "\"")
        if isQuoted {
            if !isQuote {
                field.append(byte)
            } else if index + 1 < bytes.count, bytes[index + 1] == byte {
                field.append(byte)
                index += 1
            } else {
                isQuoted = false
            }
        } else if isQuote, field.allSatisfy({ $0 == UInt8(ascii: " ") }) {
            field = []
            isQuoted = true
            wasQuoted = true
        } else if byte == UInt8(ascii: ",") {
            fields.append(finished())
            field = []
            wasQuoted = false
        } else if !wasQuoted || byte != UInt8(ascii: " ") {
            field.append(byte)
        }
        index += 1
    }
    fields.append(finished())
    return isQuoted ? nil : fields
}

private func trimmed(_ field: some BidirectionalCollection<UInt8>) -> String {
    let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    guard let last = field.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(decoding: field[...last].drop(while: isSpace), as: UTF8.self)
}

/// The names of the columns of a csv file; they are found in any order and case.
struct CSVHeader {
    let names: [String]
    let file: String
    let line: Int

    func index(of candidates: String...) -> Int? {
        let wanted = Set(candidates.map { $0.lowercased() })
        return names.firstIndex { wanted.contains($0.lowercased()) }
    }

    func require(_ name: String, _ purpose: String) throws(DataError) -> Int {
        guard let index = index(of: name) else {
            throw DataError(
                .unknownForm, file: file, line: line, column: name,
                found: "only the columns \(names.joined(separator: ","))",
                expected: "\(purpose) in a column \(name)")
        }
        return index
    }
}
