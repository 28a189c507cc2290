import Foundation

/// A line of a text file with columns.
enum CSVLine {
    /// The fields of a line: apart by a separator, in double quotes where they hold a separator or
    /// a quote (which is then doubled). `nil` where a quote is not closed.
    static func fields(of line: String, separator: UInt8 = UInt8(ascii: ",")) -> [String]? {
        guard line.utf8.contains(UInt8(ascii: "\"")) else {
            return line.utf8.split(separator: separator, omittingEmptySubsequences: false)
                .map { trimmed($0) }
        }
        return quotedFields(of: line, separator)
    }

    /// The separator that a line holds most of outside of quotes; a comma where it holds none.
    static func separator(of line: some Sequence<UInt8>) -> UInt8 {
        let candidates = Array(",\t;|".utf8)
        var counts = [0, 0, 0, 0]
        var isQuoted = false
        for byte in line {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted, let place = candidates.firstIndex(of: byte) { counts[place] += 1 }
        }
        let most = counts.max() ?? 0
        return zip(candidates, counts).first { $0.1 == most }?.0 ?? UInt8(ascii: ",")
    }

    /// The separator of a first line "sep=;", as spreadsheet programs write it.
    static func namedSeparator(_ line: some Collection<UInt8>) -> UInt8? {
        guard line.count == 5, line.starts(with: "sep=".utf8) else { return nil }
        return Array(line)[4]
    }

    /// "UTF-16" or "UTF-32" for text that begins like it, with or without its mark: among the first
    /// letters' bytes, all but one of two or four are NUL. `nil` for other text.
    static func wideEncoding(_ bytes: some Collection<UInt8>) -> String? {
        if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
            return "UTF-32"
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return "UTF-16"
        }
        let first = Array(bytes.prefix(16))
        guard first.count >= 8, first.allSatisfy({ $0 == 0 || 0x09 ..< 0x7F ~= $0 }) else {
            return nil
        }
        let letters = first.indices.filter { first[$0] != 0 }
        let width = [2, 4].first { width in
            letters.count == first.count / width && Set(letters.map { $0 % width }).count == 1
        }
        return width.map { "UTF-\(8 * $0)" }
    }

    /// "0xE9 as byte 7".
    static func firstByteThatIsNotUTF8(_ bytes: some Collection<UInt8>) -> String {
        let bytes = Array(bytes)
        var start = 0
        while start < bytes.count {
            let length = (1 ... 4).first { length in
                String(validating: bytes[start...].prefix(length), as: UTF8.self) != nil
            }
            guard let length else { break }
            start += length
        }
        guard start < bytes.count else { return "at its end" }
        return String(format: "0x%02X as byte %d", Int(bytes[start]), start + 1)
    }

    private static func quotedFields(of line: String, _ separator: UInt8) -> [String]? {
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
            } else if byte == separator {
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

    private static func trimmed(_ field: some BidirectionalCollection<UInt8>) -> String {
        let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard let last = field.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(decoding: field[...last].drop(while: isSpace), as: UTF8.self)
    }
}
