/// Writes PNG files of every kind that the format knows, of random pixels.
struct PNGWriter {
    enum Kind: UInt8, CaseIterable {
        case grey = 0
        case rgb = 2
        case palette = 3
        case greyAlpha = 4
        case rgba = 6

        var channels: Int { [1, 0, 3, 1, 2, 0, 4][Int(rawValue)] }

        var depths: [Int] {
            switch self {
            case .grey: [1, 2, 4, 8, 16]
            case .palette: [1, 2, 4, 8]
            default: [8, 16]
            }
        }
    }

    let width: Int
    let height: Int
    let kind: Kind
    let depth: Int
    let isInterlaced: Bool
    /// Writes a tRNS chunk, where the kind may have one.
    var isTransparent = false
    /// The body of an eXIf chunk before the pixels.
    var exif: [UInt8] = []

    /// A file whose rows are random bytes under random filters: all of them are valid.
    func file(seed: UInt64) -> [UInt8] {
        var state = seed
        func random() -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 40)
        }
        func rows(_ width: Int, _ height: Int) -> [UInt8] {
            guard width > 0 else { return [] }
            let count = (width * kind.channels * depth + 7) / 8
            return (0 ..< height).flatMap { _ in
                [random() % 5] + (0 ..< count).map { _ in random() }
            }
        }
        // First column and row of each pass, and the steps between.
        let passes = [
            (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
            (0, 1, 1, 2),
        ]
        let pixels =
            isInterlaced
            ? passes.flatMap { x, y, dx, dy in
                rows((width - x + dx - 1) / dx, (height - y + dy - 1) / dy)
            } : rows(width, height)

        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        file += Self.chunk(
            "IHDR",
            Self.big(width) + Self.big(height)
                + [UInt8(depth), kind.rawValue, 0, 0, isInterlaced ? 1 : 0])
        let colours = kind == .palette ? 1 << depth : 0
        if colours > 0 { file += Self.chunk("PLTE", (0 ..< 3 * colours).map { _ in random() }) }
        if isTransparent {
            switch kind {
            case .grey: file += Self.chunk("tRNS", [0, 1])
            case .rgb: file += Self.chunk("tRNS", [0, 1, 0, 2, 0, 3])
            case .palette: file += Self.chunk("tRNS", (0 ..< colours).map { _ in random() })
            default: break
            }
        }
        if !exif.isEmpty { file += Self.chunk("eXIf", exif) }
        file += Self.chunk("IDAT", Self.stored(pixels))
        return file + Self.chunk("IEND", [])
    }

    private static func big(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func chunk(_ kind: String, _ body: [UInt8]) -> [UInt8] {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in Array(kind.utf8) + body {
            sum ^= UInt32(byte)
            for _ in 0 ..< 8 { sum = sum & 1 == 1 ? 0xEDB8_8320 ^ sum >> 1 : sum >> 1 }
        }
        return big(body.count) + Array(kind.utf8) + body + big(Int(~sum))
    }

    /// A zlib stream that stores the bytes as they are.
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let count = min(65_535, bytes.count - start)
            let isLast: UInt8 = start + count == bytes.count ? 1 : 0
            let (low, high) = (UInt8(count & 0xFF), UInt8(count >> 8))
            stream += [isLast, low, high, ~low, ~high] + bytes[start ..< start + count]
            start += count
        } while start < bytes.count
        let (a, b) = bytes.reduce((1, 0)) { sums, byte in
            let a = (sums.0 + Int(byte)) % 65_521
            return (a, (sums.1 + a) % 65_521)
        }
        return stream + big(b << 16 | a)
    }
}
