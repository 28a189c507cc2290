/// The modules of a QR code before and after its mask.
struct QRGrid {
    private let size: Int
    private var isDark: [[Bool]]
    /// Modules that carry no data: patterns to find the code by, and what describes it.
    private var isFixed: [[Bool]]

    /// - Parameters:
    ///   - version: 2 to 6 have one pattern of alignment, 1 has none.
    ///   - codewords: as many as the version has.
    init(version: Int, codewords: [UInt8]) {
        size = 17 + 4 * version
        let row = [Bool](repeating: false, count: size)
        isDark = [[Bool]](repeating: row, count: size)
        isFixed = isDark
        for index in 0 ..< size {
            set(6, index, index.isMultiple(of: 2))
            set(index, 6, index.isMultiple(of: 2))
        }
        for (top, left) in [(0, 0), (0, size - 7), (size - 7, 0)] {
            drawSquare(top + 3, left + 3, rings: [true, true, false, true, false])
        }
        if version > 1 { drawSquare(size - 7, size - 7, rings: [true, false, true]) }
        drawFormat(mask: 0)
        place(codewords)
    }

    private mutating func set(_ row: Int, _ column: Int, _ value: Bool) {
        isDark[row][column] = value
        isFixed[row][column] = true
    }

    /// Rings around a centre, from the inside, as far as they lie within the code. Of a finder the
    /// innermost two are one dark square.
    private mutating func drawSquare(_ row: Int, _ column: Int, rings: [Bool]) {
        let reach = rings.count - 1
        for down in -reach ... reach {
            for right in -reach ... reach
            where 0 ..< size ~= row + down && 0 ..< size ~= column + right {
                set(row + down, column + right, rings[max(abs(down), abs(right))])
            }
        }
    }

    /// Level L and the mask, with BCH (15, 5), twice.
    private mutating func drawFormat(mask: Int) {
        let data = 0b01 << 3 | mask
        var rest = data
        for _ in 0 ..< 10 { rest = rest << 1 ^ (rest >> 9) * 0x537 }
        let bits = (data << 10 | rest) ^ 0x5412
        for index in 0 ..< 15 {
            let bit = bits >> index & 1 == 1
            let (row, column) =
                switch index {
                case ..<6: (index, 8)
                case 6: (7, 8)
                case 7: (8, 8)
                case 8: (8, 7)
                default: (8, 14 - index)
                }
            set(row, column, bit)
            if index < 8 {
                set(8, size - 1 - index, bit)
            } else {
                set(size - 15 + index, 8, bit)
            }
        }
        set(size - 8, 8, true)
    }

    /// Bits in pairs of columns from the right, upwards first; the column of the timing is passed over.
    private mutating func place(_ codewords: [UInt8]) {
        var index = 0
        var isUpward = true
        for right in stride(from: size - 1, through: 1, by: -2).map({ $0 > 6 ? $0 : $0 - 1 }) {
            for step in 0 ..< size {
                let row = isUpward ? size - 1 - step : step
                for column in [right, right - 1] where !isFixed[row][column] {
                    guard index < 8 * codewords.count else { continue }
                    isDark[row][column] = codewords[index / 8] >> (7 - index % 8) & 1 == 1
                    index += 1
                }
            }
            isUpward.toggle()
        }
    }

    /// The modules with mask `number`, 0 to 7, over the data.
    func masked(_ number: Int) -> [[Bool]] {
        var grid = self
        grid.drawFormat(mask: number)
        for row in 0 ..< size {
            for column in 0 ..< size
            where !isFixed[row][column] && Self.isInverted(number, row, column) {
                grid.isDark[row][column].toggle()
            }
        }
        return grid.isDark
    }

    private static func isInverted(_ number: Int, _ row: Int, _ column: Int) -> Bool {
        let product = row * column
        let value =
            switch number {
            case 0: (row + column) % 2
            case 1: row % 2
            case 2: column % 3
            case 3: (row + column) % 3
            case 4: (row / 2 + column / 3) % 2
            case 5: product % 2 + product % 3
            case 6: (product % 2 + product % 3) % 2
            default: ((row + column) % 2 + product % 3) % 2
            }
        return value == 0
    }

    /// How hard a code is to read: runs, squares, patterns like a finder's, and an uneven share of dark.
    static func penalty(_ modules: [[Bool]]) -> Int {
        let size = modules.count
        let columns = (0 ..< size).map { column in modules.map { $0[column] } }
        var total = 0
        for line in modules + columns {
            var run = 0
            for (index, value) in line.enumerated() {
                run = index > 0 && line[index - 1] == value ? run + 1 : 1
                total += run == 5 ? 3 : run > 5 ? 1 : 0
            }
            let finder = [true, false, true, true, true, false, true]
            let quiet = [Bool](repeating: false, count: 4)
            for start in 0 ... size - 11 {
                let part = Array(line[start ..< start + 11])
                if part == finder + quiet || part == quiet + finder { total += 40 }
            }
        }
        for row in 0 ..< size - 1 {
            for column in 0 ..< size - 1
            where modules[row][column] == modules[row][column + 1]
                && modules[row][column] == modules[row + 1][column]
                && modules[row][column] == modules[row + 1][column + 1]
            {
                total += 3
            }
        }
        let dark = modules.joined().count { $0 }
        return total + 10 * (abs(20 * dark - 10 * size * size) / (size * size))
    }
}
