/// A QR code (ISO/IEC 18004:2015) of a short text: bytes, error correction level L, versions 1 to 6.
struct QRCode: Equatable {
    /// Rows of modules from the top; `true` is dark. Without the quiet zone.
    let modules: [[Bool]]

    /// By version from 1: error correction codewords of a block, and blocks.
    private static let blocks = [(7, 1), (10, 1), (15, 1), (20, 1), (26, 1), (18, 2)]

    /// Codewords of a version, data and error correction.
    private static func codewords(_ version: Int) -> Int {
        let modules = 16 * version * version + 128 * version + 64
        return (version == 1 ? modules : modules - 25) / 8
    }

    /// - Parameter mask: 0 to 7; `nil` for the one that readers find easiest.
    /// - Returns: `nil` for more than 134 bytes.
    init?(_ text: String, mask: Int? = nil) {
        let bytes = Array(text.utf8)
        let fitting = (1 ... 6).first { version in
            let (correction, count) = Self.blocks[version - 1]
            return Self.codewords(version) - correction * count >= bytes.count + 2
        }
        guard let version = fitting else { return nil }
        let (correction, count) = Self.blocks[version - 1]
        let data = Self.data(bytes, count: Self.codewords(version) - correction * count)
        // Blocks of these versions are equally long. They are interleaved.
        let length = data.count / count
        let parts = (0 ..< count).map { Array(data[$0 * length ..< ($0 + 1) * length]) }
        let checks = parts.map { ReedSolomon.remainder(of: $0, count: correction) }
        let codewords =
            (0 ..< length).flatMap { index in parts.map { $0[index] } }
            + (0 ..< correction).flatMap { index in checks.map { $0[index] } }
        let grid = QRGrid(version: version, codewords: codewords)
        let candidates = (mask.map { [$0] } ?? Array(0 ..< 8)).map { grid.masked($0) }
        guard let best = candidates.min(by: { QRGrid.penalty($0) < QRGrid.penalty($1) }) else {
            return nil
        }
        modules = best
    }

    /// The mode, the length, the bytes, the end and the padding.
    private static func data(_ bytes: [UInt8], count: Int) -> [UInt8] {
        let fields = [(0b0100, 4), (bytes.count, 8)] + bytes.map { (Int($0), 8) } + [(0, 4)]
        let bits = fields.flatMap { value, width in
            (0 ..< width).reversed().map { value >> $0 & 1 }
        }
        var data = stride(from: 0, to: bits.count, by: 8).map { start in
            UInt8(bits[start ..< start + 8].reduce(0) { 2 * $0 + $1 })
        }
        let padding = count - data.count
        data += (0 ..< padding).map { $0.isMultiple(of: 2) ? 0xEC : 0x11 }
        return data
    }

    /// For a terminal: two rows of modules a line, in black on white whatever the terminal's colours.
    var terminalText: String {
        let quiet = 2
        let side = modules.count
        func isDark(_ row: Int, _ column: Int) -> Bool {
            guard 0 ..< side ~= row, 0 ..< side ~= column else { return false }
            return modules[row][column]
        }
        let lines = stride(from: -quiet, to: side + quiet, by: 2).map { row in
            let cells = (-quiet ..< side + quiet).map { column in
                switch (isDark(row, column), isDark(row + 1, column)) {
                case (true, true): "\u{2588}"
                case (true, false): "\u{2580}"
                case (false, true): "\u{2584}"
                case (false, false): " "
                }
            }
            return "\u{1B}[30;107m\(cells.joined())\u{1B}[0m"
        }
        return lines.joined(separator: "\n")
    }
}
