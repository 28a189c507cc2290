import Foundation
import Imaging

/// Reads a text file line by line without holding it: plain or gzip, with or without a byte order
/// mark, lines ended by LF, CRLF or CR. The fields of a line are separated as those of the first
/// line are: by commas, tabs, semicolons or bars.
package final class LineReader {
    let stream: FileStream
    /// The number of the line that ``next()`` returned last, counted from 1.
    package private(set) var line = 0

    private var buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    private var isAtEnd = false
    private var lineEnd = UInt8(ascii: "\n")
    /// What separates the fields of a line.
    package private(set) var separator = UInt8(ascii: ",")

    private static let longestLine = 1 << 26

    /// - Throws: `DataError` for what cannot be opened, and for what its first bytes show to be no
    ///   text: an archive, a picture, a sound.
    package init(path: String) throws(DataError) {
        stream = try FileStream(path: path)
        buffer = .allocate(byteCount: 1 << 20, alignment: 16)
        while end < 512, !isAtEnd { try refill() }
        try refuseBinary()
        try findLineEnd()
    }

    deinit { buffer.deallocate() }

    /// The file with its size and SHA-256, to be asked for once, after the last line.
    package func source() -> Dataset.Source { stream.source() }

    package var path: String { stream.path }

    /// The next line without its end, or `nil` after the last; empty lines are passed over. The
    /// bytes stay valid until the next call.
    package func next() throws(DataError) -> UnsafeBufferPointer<UInt8>? {
        while let bytes = try nextRaw() {
            var bytes = bytes
            while bytes.last == UInt8(ascii: "\r") { bytes = .init(rebasing: bytes.dropLast()) }
            if line == 1 {
                if bytes.starts(with: Self.byteOrderMark) {
                    bytes = .init(rebasing: bytes.dropFirst(3))
                }
                if let named = CSVLine.namedSeparator(bytes) {
                    separator = named
                    isSeparatorNamed = true
                    continue
                }
            }
            if !bytes.isEmpty { return bytes }
        }
        return nil
    }

    /// The first line as the names of columns.
    package func header() throws(DataError) -> CSVHeader {
        guard let bytes = try next() else {
            throw DataError(
                .empty, file: path, found: "an empty file", expected: "a header and rows",
                advice: "Download or copy the file again.")
        }
        findSeparator(in: bytes)
        do {
            return CSVHeader(
                names: try fields(of: bytes), file: path, line: line, separator: separator)
        } catch {
            throw DataError(
                error.kind == .row ? .unknownForm : error.kind, file: path, line: line,
                found: error.found, expected: error.expected,
                advice: error.kind == .row ? Self.saveAsUTF8 : error.advice)
        }
    }

    /// Takes the separator from a line: the one that it holds most of.
    package func findSeparator(in bytes: UnsafeBufferPointer<UInt8>) {
        if !isSeparatorNamed { separator = CSVLine.separator(of: bytes) }
    }

    /// Splits the line that was read last into its fields, without the spaces around them.
    package func fields(of bytes: UnsafeBufferPointer<UInt8>) throws(DataError) -> [String] {
        try refuseControlBytes(in: bytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let place = CSVLine.firstByteThatIsNotUTF8(bytes)
            throw DataError(
                .row, file: path, line: line,
                found: "bytes that are not UTF-8 (\(place))", expected: "text in UTF-8",
                advice: "\(Self.saveAsUTF8) \(setting: "skip-bad-rows") leaves such rows out.")
        }
        guard let fields = CSVLine.fields(of: text, separator: separator) else {
            throw DataError.row(
                path, line: line, found: "a quote that is not closed on its line",
                expected: "fields in pairs of quotes")
        }
        return fields
    }

    /// - Throws: `DataError` for a line with NUL bytes, which no text has, or with the end of
    ///   another line in it. It is no bad row that could be left out.
    package func refuseControlBytes(in bytes: UnsafeBufferPointer<UInt8>) throws(DataError) {
        if let place = bytes.firstIndex(of: 0) {
            throw DataError(
                .damaged, file: path, line: line, found: "a NUL byte, the byte \(place + 1) of it",
                expected: "text", advice: "The file is binary or damaged: copy it again.")
        }
        if bytes.contains(where: { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }) {
            throw DataError(
                .damaged, file: path, line: line, found: "lines ended by CR among others",
                expected: "one kind of line end", advice: "Save the file with LF line ends.")
        }
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
        guard let found = memchr(base + index, Int32(lineEnd), end - index) else { return nil }
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

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let saveAsUTF8: Advice = "Save the file as \"CSV UTF-8\"."
    /// Whether the first line is Excel's "sep=;".
    private var isSeparatorNamed = false

    private func refuseBinary() throws(DataError) {
        let first = bytes(0 ..< min(end, 512))
        if let encoding = CSVLine.wideEncoding(first) {
            throw DataError(
                .unknownForm, file: path, found: "text in \(encoding)", expected: "text in UTF-8",
                advice: Self.saveAsUTF8)
        }
        guard let signature = FileSignature(ofBinary: first) else { return }
        let isTar = stream.isCompressed && signature.name.hasPrefix("a tar")
        throw DataError(
            .unknownForm, file: path,
            found: stream.isCompressed ? "\(signature.name) inside gzip" : signature.name,
            expected: "a text file, such as a csv",
            advice: isTar
                ? "Unpack it: tar xzf \(path)" : Advice(signature.remedy(for: path)))
    }

    /// CR ends the lines where the first of them ends in CR and not in CRLF.
    private func findLineEnd() throws(DataError) {
        while true {
            let first = bytes(0 ..< end).firstIndex { $0 == 10 || $0 == 13 }
            let isComplete = first.map { $0 + 1 < end } ?? (end == buffer.count)
            if isComplete || isAtEnd {
                guard let first, buffer[first] == 13, first + 1 < end else { return }
                let next = bytes(first ..< end).first { $0 != 13 }
                if next != 10 { lineEnd = 13 }
                return
            }
            try refill()
        }
    }
}
