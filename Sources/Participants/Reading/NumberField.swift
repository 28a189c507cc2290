import Foundation

/// A number of a data file, or one of the ways in which programs write that there is none.
enum NumberField: Equatable {
    case number(Double)
    /// Empty, "nan", "-nan(ind)", "-1.#IND", "inf" and their like.
    case missing
    case invalid

    init(_ bytes: some Collection<UInt8>) {
        var digits = bytes[...]
        while let first = digits.first, first == 0x20 || first == 0x09 {
            digits = digits.dropFirst()
        }
        var buffer = [CChar](repeating: 0, count: 64)
        var count = 0
        for byte in digits {
            guard count < buffer.count - 1 else {
                self = .invalid
                return
            }
            buffer[count] = CChar(bitPattern: byte)
            count += 1
        }
        while count > 0, buffer[count - 1] == 0x20 || buffer[count - 1] == 0x09 { count -= 1 }
        buffer[count] = 0
        guard count > 0 else {
            self = .missing
            return
        }
        self = Self.parsed(buffer, count)
    }

    private static func parsed(_ buffer: [CChar], _ count: Int) -> NumberField {
        let isDecimal = buffer[..<count].allSatisfy {
            (0x30 ... 0x39).contains($0) || $0 == 0x2E || $0 == 0x2D || $0 == 0x2B || $0 == 0x65
                || $0 == 0x45
        }
        if isDecimal {
            return buffer.withUnsafeBufferPointer { pointer in
                guard let base = pointer.baseAddress else { return .invalid }
                var end: UnsafeMutablePointer<CChar>?
                let value = strtod(base, &end)
                guard let end, UnsafePointer(end) - base == count else { return .invalid }
                return value.isFinite ? .number(value) : .missing
            }
        }
        let word = String(
            decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self
        ).lowercased()
        let unsigned = word.first == "-" || word.first == "+" ? String(word.dropFirst()) : word
        return missingWords.contains(unsigned) ? .missing : .invalid
    }

    private static let missingWords: Set = [
        "nan", "nan(ind)", "nan(snan)", "1.#ind", "1.#qnan", "1.#inf", "inf", "infinity", "na",
        "n/a", "null", "none", "?",
    ]
}
