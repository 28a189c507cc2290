import Foundation
import Mien

/// The rows of a file of numbers, one in memory at a time.
///
/// Columns that are not wanted are counted and not parsed, so a file may hold text in them.
final class NumberRows {
    /// How the file begins.
    enum Head {
        /// A line of names; the closure gives the positions that are wanted.
        case names((CSVHeader) throws(DataError) -> [Int])
        /// No line of names: the names of each permitted number of columns.
        case none([[String]])
    }

    /// Names of the columns of the file.
    let names: [String]
    /// The wanted values of the row that ``next()`` read last; `nan` where one is missing.
    private(set) var values: [Double]
    private(set) var rows = 0
    /// Missing numbers of each wanted column so far.
    private(set) var missing: [Int]

    private let reader: LineReader
    private let wanted: [Int]
    /// For each column of the file its place in `values`, or -1.
    private let slots: [Int]
    private var hasFirstRow = false

    /// - Throws: `DataError` for what cannot be read or has other columns.
    init(path: String, head: Head) throws(DataError) {
        reader = try LineReader(path: path)
        var first: UnsafeBufferPointer<UInt8>?
        switch head {
        case .names(let choose):
            let header = try reader.header()
            try Self.refusePage(header.names.first ?? "", path)
            names = header.names
            wanted = try choose(header)
        case .none(let permitted):
            guard let bytes = try reader.next() else { throw Self.empty(path) }
            reader.findSeparator(in: bytes)
            let fields = try reader.fields(of: bytes)
            try Self.refusePage(fields[0], path)
            guard let fitting = permitted.first(where: { $0.count == fields.count }) else {
                throw DataError(
                    .unknownForm, file: path, line: reader.line,
                    found: "\(fields.count) columns",
                    expected: permitted.map { "\($0.count)" }.joined(separator: " or ")
                        + " columns of numbers without a header")
            }
            names = fitting
            wanted = Array(fitting.indices)
            first = bytes
            hasFirstRow = true
        }
        var slots = [Int](repeating: -1, count: names.count)
        for (slot, position) in wanted.enumerated() { slots[position] = slot }
        self.slots = slots
        values = [Double](repeating: .nan, count: wanted.count)
        missing = [Int](repeating: 0, count: wanted.count)
        if let first { try parse(first) }
    }

    var path: String { reader.path }
    var line: Int { reader.line }

    /// Reads the next row into ``values``.
    /// - Returns: `false` after the last row.
    /// - Throws: `DataError` with line and column for what is no number, and for a file without rows.
    func next() throws(DataError) -> Bool {
        if hasFirstRow {
            hasFirstRow = false
        } else {
            guard let bytes = try reader.next() else {
                guard rows > 0 else { throw Self.empty(path, line: reader.line) }
                return false
            }
            try parse(bytes)
        }
        rows += 1
        for (slot, value) in values.enumerated() where value.isNaN { missing[slot] += 1 }
        return true
    }

    /// The columns of which more than a share is missing, with that share.
    func columns(missingAbove share: Double) -> [(name: String, share: Double)] {
        guard rows > 0 else { return [] }
        return wanted.indices.compactMap { slot in
            let found = Double(missing[slot]) / Double(rows)
            return found > share ? (names[wanted[slot]], found) : nil
        }
    }

    /// The file's size and hash, once all rows were read.
    func source() -> Dataset.Source { reader.source() }

    private func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(DataError) {
        var column = 0
        var start = 0
        let separator = reader.separator
        var index = 0
        while index <= bytes.count {
            if index == bytes.count || bytes[index] == separator {
                if column < slots.count, slots[column] >= 0 {
                    let field = UnsafeBufferPointer(rebasing: bytes[start ..< index])
                    values[slots[column]] = try value(of: field, column)
                }
                column += 1
                start = index + 1
            }
            index += 1
        }
        guard column == names.count else {
            throw DataError(
                .row, file: path, line: max(1, reader.line), found: "\(column) fields",
                expected: "\(names.count), as in the rows before")
        }
    }

    private func value(
        of field: UnsafeBufferPointer<UInt8>, _ column: Int
    ) throws(DataError) -> Double {
        switch NumberField(quick: field) {
        case .number(let value): return value
        case .missing: return .nan
        case .invalid:
            throw DataError(
                .row, file: path, line: max(1, reader.line), column: names[column],
                found: String(decoding: field.prefix(60), as: UTF8.self).quoted(),
                expected: "a number")
        }
    }

    private static func empty(_ path: String, line: Int = 0) -> DataError {
        DataError(
            .empty, file: path, line: line + 1, found: "no row of numbers",
            expected: "at least one row", advice: "Download or copy the file again.")
    }

    /// - Throws: `DataError` where the text begins a web page: a download without access.
    static func refusePage(_ text: String, _ path: String) throws(DataError) {
        let start = text.prefix(16).lowercased()
        guard start.hasPrefix("<!doctype") || start.hasPrefix("<html") || start.hasPrefix("<head")
        else { return }
        throw DataError(
            .unknownForm, file: path, line: 1, found: "an HTML page", expected: "a csv file",
            advice: "Download the file again with access to it.")
    }
}

extension NumberField {
    /// As ``init(_:)``; numbers of up to 18 digits and small powers are read without the system's
    /// parser. Both give the same value: such a product or quotient is rounded once.
    init(quick bytes: UnsafeBufferPointer<UInt8>) {
        var index = 0
        while index < bytes.count, bytes[index] == 0x20 { index += 1 }
        var end = bytes.count
        while end > index, bytes[end - 1] == 0x20 { end -= 1 }
        let isNegative = index < end && bytes[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        var mantissa: UInt64 = 0
        var (digits, decimals, hasPoint) = (0, 0, false)
        while index < end {
            let byte = bytes[index]
            if byte &- 0x30 < 10 {
                mantissa = mantissa &* 10 &+ UInt64(byte - 0x30)
                digits += 1
                if hasPoint { decimals += 1 }
            } else if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else {
                break
            }
            index += 1
        }
        guard index == end, digits > 0, digits <= 18, mantissa < 1 << 53, decimals <= 22 else {
            self.init(bytes)
            return
        }
        let value = Double(mantissa) / Self.powers[decimals]
        self = .number(isNegative ? -value : value)
    }

    private static let powers: [Double] = (0 ... 22).map { pow(10, Double($0)) }
}
