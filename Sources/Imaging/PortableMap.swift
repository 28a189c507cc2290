/// A PBM, PGM or PPM file: plain (P1 to P3) or raw (P4 to P6).
struct PortableMap {
    let width: Int
    let height: Int

    private let bytes: [UInt8]
    /// 1 to 6.
    private let kind: UInt8
    /// The sample value of white; 1 for bitmaps, whose ones are black.
    private let maximum: Int
    private let start: Int

    private static let truncated = ImageError.Problem.truncated(
        format: ImageHeader.Format.portableMap.rawValue)

    /// Reads the header.
    init(_ bytes: [UInt8]) throws(ImageError.Problem) {
        guard bytes.count > 2 else { throw Self.truncated }
        var reader = Numbers(bytes: bytes, offset: 2)
        let kind = bytes[1] - UInt8(ascii: "0")
        width = try reader.next()
        height = try reader.next()
        maximum = kind == 1 || kind == 4 ? 1 : try reader.next()
        guard 1 ... 65535 ~= maximum else {
            throw .damaged("its white is \(maximum); expected 1 to 65535")
        }
        self.bytes = bytes
        self.kind = kind
        // One space stands before raw samples.
        start = kind < 4 ? reader.offset : reader.offset + 1
    }

    /// Samples are scaled so that the file's white is 255.
    func image() throws(ImageError.Problem) -> Image {
        let channels = kind == 3 || kind == 6 ? 3 : 1
        var image = Image(width: width, height: height, channels: channels, filledWith: 0)
        switch kind {
        case 4: try unpack(into: &image.pixels)
        case 1 ... 3: try parse(into: &image.pixels)
        default: try scale(into: &image.pixels)
        }
        return image
    }

    private func unpack(into pixels: inout [UInt8]) throws(ImageError.Problem) {
        let rowBytes = (width + 7) / 8
        guard bytes.count - start >= rowBytes * height else { throw Self.truncated }
        for index in pixels.indices {
            let (row, column) = index.quotientAndRemainder(dividingBy: width)
            let byte = bytes[start + row * rowBytes + column / 8]
            pixels[index] = byte >> (7 - column % 8) & 1 == 1 ? 0 : 255
        }
    }

    private func parse(into pixels: inout [UInt8]) throws(ImageError.Problem) {
        var reader = Numbers(bytes: bytes, offset: start)
        for index in pixels.indices {
            // Bits need no spaces between them.
            let value = try reader.next(isDigit: kind == 1)
            pixels[index] = try level(kind == 1 ? 1 - value : value)
        }
    }

    private func scale(into pixels: inout [UInt8]) throws(ImageError.Problem) {
        let size = maximum > 255 ? 2 : 1
        guard bytes.count - start >= size * pixels.count else { throw Self.truncated }
        if maximum == 255 {
            pixels = Array(bytes[start ..< start + pixels.count])
            return
        }
        for index in pixels.indices {
            let offset = start + size * index
            let value =
                size == 1 ? Int(bytes[offset]) : Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
            pixels[index] = try level(value)
        }
    }

    private func level(_ value: Int) throws(ImageError.Problem) -> UInt8 {
        guard 0 ... maximum ~= value else {
            throw .damaged("a sample is \(value), above its white of \(maximum)")
        }
        return UInt8((255 * value + maximum / 2) / maximum)
    }

    /// Decimal numbers; comments run from # to the end of the line.
    private struct Numbers {
        let bytes: [UInt8]
        var offset: Int

        mutating func next(isDigit: Bool = false) throws(ImageError.Problem) -> Int {
            try skip()
            let start = offset
            var value = 0
            while offset < bytes.count, UInt8(ascii: "0") ... UInt8(ascii: "9") ~= bytes[offset] {
                guard value < 1_000_000_000 else {
                    throw .damaged("its header holds a number without end")
                }
                value = 10 * value + Int(bytes[offset] - UInt8(ascii: "0"))
                offset += 1
                if isDigit { break }
            }
            guard offset > start else {
                guard offset < bytes.count else { throw PortableMap.truncated }
                throw .damaged("there is no number where one is expected")
            }
            return value
        }

        private mutating func skip() throws(ImageError.Problem) {
            while offset < bytes.count {
                if bytes[offset] == UInt8(ascii: "#") {
                    while offset < bytes.count, bytes[offset] != 0x0A { offset += 1 }
                } else if bytes[offset].isSpace {
                    offset += 1
                } else {
                    return
                }
            }
            throw PortableMap.truncated
        }
    }
}
