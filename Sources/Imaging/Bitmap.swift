/// A BMP file: of a palette, with or without run lengths, or of colours packed into 16, 24 or 32
/// bits.
struct Bitmap {
    let width: Int
    let height: Int

    private let bytes: [UInt8]
    private let isTopDown: Bool
    private let bits: Int
    private let compression: Compression
    /// Where the pixels begin.
    private let start: Int
    /// Red, green and blue in a pixel of 16 or 32 bits.
    private var masks: [UInt32]
    /// [red, green, blue] each.
    private var palette: [[UInt8]] = []

    private enum Compression: Int {
        case none = 0, runs8 = 1, runs4 = 2, fields = 3, alphaFields = 6
    }

    private static let truncated = ImageError.Problem.truncated(format: "BMP")

    /// Reads the header; a palette is not looked at.
    init(_ bytes: [UInt8]) throws(ImageError.Problem) {
        let reader = LittleEndian(bytes: bytes)
        let header = try reader.number(14, 4)
        start = try reader.number(10, 4)
        self.bytes = bytes
        guard header >= 16 else {
            // OS/2's first form.
            (width, height) = (try reader.number(18, 2), try reader.number(20, 2))
            (bits, compression, isTopDown) = (try reader.number(24, 2), .none, false)
            masks = []
            try readColours(at: 14 + header, entryBytes: 3)
            return
        }
        let rows = try reader.signed(22)
        (width, height, isTopDown) = (try reader.signed(18), abs(rows), rows < 0)
        bits = try reader.number(28, 2)
        let code = try reader.number(30, 4)
        guard let compression = Compression(rawValue: code) else {
            throw .unsupported(
                "is a BMP of compression \(code), which is not read: save it as PNG")
        }
        self.compression = compression
        masks = []
        var palette = 14 + header
        if compression == .fields || compression == .alphaFields {
            for offset in [54, 58, 62] { masks.append(UInt32(try reader.number(offset, 4))) }
            if header == 40 { palette += compression == .fields ? 12 : 16 }
        }
        try readColours(at: palette, entryBytes: 4)
    }

    private mutating func readColours(
        at offset: Int, entryBytes: Int
    ) throws(ImageError.Problem) {
        switch bits {
        case 1, 2, 4, 8:
            let room = max(0, (min(start, bytes.count) - offset) / entryBytes)
            palette = (0 ..< min(room, 1 << bits)).map { index in
                let entry = offset + entryBytes * index
                return [bytes[entry + 2], bytes[entry + 1], bytes[entry]]
            }
        case 16: if masks.isEmpty { masks = [0x7C00, 0x03E0, 0x001F] }
        case 24: masks = []
        case 32: if masks.isEmpty { masks = [0xFF_0000, 0xFF00, 0xFF] }
        default: throw .damaged("it has \(bits) bits a pixel; expected 1, 4, 8, 16, 24 or 32")
        }
        let fits =
            switch compression {
            case .none: true
            case .runs8: bits == 8
            case .runs4: bits == 4
            case .fields, .alphaFields: bits == 16 || bits == 32
            }
        guard fits else { throw .damaged("its compression does not go with \(bits) bits a pixel") }
    }

    func image() throws(ImageError.Problem) -> Image {
        guard bits > 8 else { return try paletteImage() }
        var image = Image(width: width, height: height, channels: 3, filledWith: 0)
        let fields = masks.map(Field.init)
        let (size, rowBytes) = (bits / 8, (width * bits + 31) / 32 * 4)
        try requireRows(of: rowBytes)
        var target = 0
        for row in 0 ..< height {
            var offset = start + (isTopDown ? row : height - 1 - row) * rowBytes
            for _ in 0 ..< width {
                if bits == 24 {
                    for channel in 0 ..< 3 {
                        image.pixels[target + channel] = bytes[offset + 2 - channel]
                    }
                } else {
                    var value = UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8
                    if size == 4 {
                        value |= UInt32(bytes[offset + 2]) << 16 | UInt32(bytes[offset + 3]) << 24
                    }
                    for channel in 0 ..< 3 {
                        image.pixels[target + channel] = fields[channel].level(in: value)
                    }
                }
                target += 3
                offset += size
            }
        }
        return image
    }

    /// Grey where all of the palette is.
    private func paletteImage() throws(ImageError.Problem) -> Image {
        let numbers = compression == .none ? try plainNumbers() : try runNumbers()
        guard let largest = numbers.max(), Int(largest) < palette.count else {
            throw .damaged("a pixel's colour is not in its palette of \(palette.count)")
        }
        let isGrey = palette.allSatisfy { $0[0] == $0[1] && $0[1] == $0[2] }
        return Image(
            width: width, height: height, channels: isGrey ? 1 : 3,
            pixels: isGrey
                ? numbers.map { palette[Int($0)][0] } : numbers.flatMap { palette[Int($0)] })
    }

    private func plainNumbers() throws(ImageError.Problem) -> [UInt8] {
        let rowBytes = (width * bits + 31) / 32 * 4
        try requireRows(of: rowBytes)
        var numbers = [UInt8](repeating: 0, count: width * height)
        for row in 0 ..< height {
            let offset = start + (isTopDown ? row : height - 1 - row) * rowBytes
            for column in 0 ..< width {
                let bit = column * bits
                let byte = bytes[offset + bit / 8]
                numbers[row * width + column] =
                    byte >> (8 - bits - bit % 8) & UInt8((1 << bits) - 1)
            }
        }
        return numbers
    }

    private func requireRows(of rowBytes: Int) throws(ImageError.Problem) {
        guard start >= 0, bytes.count - start >= rowBytes * height else { throw Self.truncated }
    }

    /// Runs of a number, or of two by turns where two fit a byte; what no run covers is 0.
    private func runNumbers() throws(ImageError.Problem) -> [UInt8] {
        var numbers = [UInt8](repeating: 0, count: width * height)
        var (offset, column, row) = (start, 0, 0)
        func byte(_ offset: Int) throws(ImageError.Problem) -> Int {
            guard bytes.indices.contains(offset) else { throw Self.truncated }
            return Int(bytes[offset])
        }
        func put(_ number: Int) throws(ImageError.Problem) {
            guard column < width, row < height else {
                throw .damaged("a run of pixels goes beyond its edge")
            }
            numbers[(isTopDown ? row : height - 1 - row) * width + column] = UInt8(number)
            column += 1
        }
        func part(_ index: Int, of byte: Int) -> Int {
            bits == 8 ? byte : index % 2 == 0 ? byte >> 4 : byte & 15
        }
        while true {
            let (count, value) = (try byte(offset), try byte(offset + 1))
            offset += 2
            if count > 0 {
                for index in 0 ..< count { try put(part(index, of: value)) }
                continue
            }
            switch value {
            case 0: (column, row) = (0, row + 1)
            case 1: return numbers
            case 2:
                column += try byte(offset)
                row += try byte(offset + 1)
                offset += 2
            default:
                let perByte = 8 / bits
                for index in 0 ..< value {
                    try put(part(index, of: byte(offset + index / perByte)))
                }
                // To a whole number of words.
                offset += ((value + perByte - 1) / perByte + 1) / 2 * 2
            }
        }
    }

    /// Where in a pixel a colour lies.
    private struct Field {
        let shift: UInt32
        let largest: UInt32

        init(_ mask: UInt32) {
            shift = mask == 0 ? 0 : UInt32(mask.trailingZeroBitCount)
            largest = mask >> shift
        }

        func level(in pixel: UInt32) -> UInt8 {
            guard largest > 0 else { return 0 }
            let value = UInt64(pixel >> shift & largest)
            return UInt8((255 * value + UInt64(largest) / 2) / UInt64(largest))
        }
    }
}

private struct LittleEndian {
    let bytes: [UInt8]

    func number(_ offset: Int, _ count: Int) throws(ImageError.Problem) -> Int {
        guard offset + count <= bytes.count else { throw .truncated(format: "BMP") }
        return (0 ..< count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }

    func signed(_ offset: Int) throws(ImageError.Problem) -> Int {
        Int(Int32(truncatingIfNeeded: try number(offset, 4)))
    }
}
