/// What the first bytes of an image file say, read before anything is decoded: a file of a few
/// bytes can claim a picture that fills the memory.
struct ImageHeader: Equatable {
    enum Format: String {
        case png = "PNG"
        case jpeg = "JPEG"
        case bmp = "BMP"
        case webp = "WebP"
        case tiff = "TIFF"
        case portableMap = "PGM/PPM"
    }

    let format: Format
    let width: Int
    let height: Int

    init(of bytes: [UInt8]) throws(ImageError.Problem) {
        guard !bytes.isEmpty else { throw .empty }
        guard let format = Format(of: bytes) else { throw Self.otherFile(bytes) }
        let size: (width: Int, height: Int)
        do {
            let reader = ByteReader(bytes: bytes)
            switch format {
            case .png: size = try reader.pngSize()
            case .jpeg: size = try reader.jpegSize()
            case .bmp:
                let bitmap = try Bitmap(bytes)
                size = (bitmap.width, bitmap.height)
            case .webp: size = try reader.webpSize()
            case .tiff: size = try reader.tiffSize()
            case .portableMap:
                let map = try PortableMap(bytes)
                size = (map.width, map.height)
            }
        } catch let problem as ImageError.Problem {
            throw problem
        } catch {
            throw .truncated(format: format.rawValue)
        }
        guard size.width > 0, size.height > 0 else {
            throw .damaged("its header says \(size.width) x \(size.height) pixels")
        }
        self.format = format
        (width, height) = size
    }

    /// What a file is that is no image.
    private static func otherFile(_ bytes: [UInt8]) -> ImageError.Problem {
        if let file = FileSignature(of: bytes) { return .otherFile(file) }
        return VideoSignature(bytes: Array(bytes.prefix(VideoSignature.length))).isVideo
            ? .video : .notAnImage(startsWith: quoted(bytes.prefix(12)))
    }

    private static func quoted(_ bytes: some Sequence<UInt8>) -> String {
        let text = bytes.map { byte in
            0x20 ..< 0x7F ~= byte ? String(UnicodeScalar(byte)) : "."
        }
        return "\"" + text.joined() + "\""
    }
}

extension ImageError.Problem: Error {}

extension ImageHeader.Format {
    init?(of bytes: [UInt8]) {
        func starts(_ prefix: [UInt8], at offset: Int = 0) -> Bool {
            bytes.dropFirst(offset).starts(with: prefix)
        }
        if starts([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if starts([0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if starts(Array("RIFF".utf8)) && starts(Array("WEBP".utf8), at: 8) {
            self = .webp
        } else if [0x2A, 0x2B].contains(where: {
            starts([0x49, 0x49, $0, 0]) || starts([0x4D, 0x4D, 0, $0])
        }),
            !starts([0x43, 0x52, 0x02], at: 8)  // a camera's CR2
        {
            self = .tiff
        } else if starts(Array("BM".utf8)) && bytes.count > 18
            && [12, 40, 52, 56, 64, 108, 124].contains(bytes[14])
        {
            self = .bmp
        } else if bytes.count > 2, bytes[0] == UInt8(ascii: "P"),
            UInt8(ascii: "1") ... UInt8(ascii: "6") ~= bytes[1], bytes[2].isSpace
        {
            self = .portableMap
        } else {
            return nil
        }
    }
}

/// Reads numbers out of bytes; running off the end throws.
private struct ByteReader {
    struct OutOfBytes: Error {}

    let bytes: [UInt8]

    func byte(_ offset: Int) throws -> Int {
        guard bytes.indices.contains(offset) else { throw OutOfBytes() }
        return Int(bytes[offset])
    }

    func big(_ offset: Int, _ count: Int) throws -> Int {
        try (0 ..< count).reduce(0) { try $0 << 8 | byte(offset + $1) }
    }

    func little(_ offset: Int, _ count: Int) throws -> Int {
        try (0 ..< count).reduce(0) { try $0 | byte(offset + $1) << (8 * $1) }
    }

    func tag(_ offset: Int) throws -> String {
        try String(decoding: (0 ..< 4).map { UInt8(try byte(offset + $0)) }, as: UTF8.self)
    }

    /// Walks the chunks to IEND and checks their sums, so that a cut or altered file is found
    /// before it is decoded.
    func pngSize() throws -> (width: Int, height: Int) {
        let size = (width: try big(16, 4), height: try big(20, 4))
        guard try tag(12) == "IHDR" else {
            throw ImageError.Problem.damaged("its first chunk is not IHDR")
        }
        var offset = 8
        var chunk = ""
        while chunk != "IEND" {
            let end = offset + 8 + (try big(offset, 4))
            chunk = try tag(offset + 4)
            // ITU-T H.273's curves of HDR: PQ and HLG.
            if chunk == "cICP", [16, 18].contains(try byte(offset + 9)) {
                throw ImageError.Problem.unsupported(
                    "is a PNG of high dynamic range (PQ or HLG), which is not read: save it with "
                        + "the colours of sRGB")
            }
            guard try big(end, 4) == checksum(bytes[offset + 4 ..< end]) else {
                throw ImageError.Problem.damaged("the checksum of a chunk does not match")
            }
            offset = end + 4
        }
        return size
    }

    /// Walks the segments to the end of the image: decoders fill a cut JPEG with grey instead of
    /// refusing it.
    func jpegSize() throws -> (width: Int, height: Int) {
        var size: (width: Int, height: Int)?
        var offset = 2
        while true {
            guard try byte(offset) == 0xFF else {
                offset += 1
                continue
            }
            let marker = try byte(offset + 1)
            switch marker {
            case 0xFF:
                offset += 1
            case 0x00, 0x01, 0xD0 ... 0xD8:
                offset += 2
            case 0xD9:
                guard let size else {
                    throw ImageError.Problem.damaged("it has no frame header")
                }
                return size
            default:
                let isFrame =
                    0xC0 ... 0xCF ~= marker && ![0xC4, 0xC8, 0xCC].contains(marker)
                    || marker == 0xF7
                if isFrame {
                    if let kind = try refusedFrame(marker, precision: byte(offset + 4)) {
                        throw ImageError.Problem.unsupported(kind)
                    }
                    let frame = (width: try big(offset + 7, 2), height: try big(offset + 5, 2))
                    guard frame.width * frame.height > 0 else {
                        throw ImageError.Problem.unsupported(
                            "is a JPEG whose header does not state its height")
                    }
                    // The largest one counts: a decoder may take any of several.
                    if frame.width * frame.height > (size.map { $0.width * $0.height } ?? 0) {
                        size = frame
                    }
                }
                offset += 2 + max(2, try big(offset + 2, 2))
            }
        }
    }

    /// Why frames of a kind are not read.
    private func refusedFrame(_ marker: Int, precision: Int) -> String? {
        switch marker {
        case 0xC3, 0xCB: "is a lossless JPEG, which is not read: save it as PNG"
        case 0xF7: "is a JPEG-LS picture, which is not read: save it as PNG"
        case 0xC5 ... 0xC7, 0xCD ... 0xCF:
            "is a hierarchical JPEG, which is not read: save it as an ordinary one"
        default:
            precision == 8
                ? nil : "is a JPEG of \(precision) bits a sample, which is not read: save it as PNG"
        }
    }

    func webpSize() throws -> (width: Int, height: Int) {
        guard try little(4, 4) + 8 <= bytes.count else { throw OutOfBytes() }
        switch try tag(12) {
        case "VP8 ":
            return (try little(26, 2) & 0x3FFF, try little(28, 2) & 0x3FFF)
        case "VP8L":
            let bits = try little(21, 4)
            return (bits & 0x3FFF + 1, bits >> 14 & 0x3FFF + 1)
        case "VP8X":
            guard try byte(20) & 0x02 == 0 else {
                throw ImageError.Problem.unsupported(
                    "is an animated WebP, which is not read: webpmux -get frame 1 takes its first "
                        + "picture out")
            }
            return (try little(24, 3) + 1, try little(27, 3) + 1)
        default:
            throw ImageError.Problem.damaged("its first chunk is of no known kind")
        }
    }

    /// The size in the first directory that is not of a smaller copy; only that page is decoded.
    func tiffSize() throws -> (width: Int, height: Int) {
        let isLittle = try byte(0) == 0x49
        func number(_ offset: Int, _ count: Int) throws -> Int {
            isLittle ? try little(offset, count) : try big(offset, count)
        }
        // BigTIFF has numbers of 64 bits.
        let isLong = try number(2, 2) == 43
        let (word, head, entryBytes) = isLong ? (8, 8, 20) : (4, 2, 12)
        var directory = try number(isLong ? 8 : 4, word)
        var size = (width: 0, height: 0)
        for _ in 0 ..< 100 {
            guard bytes.indices.contains(directory) else { throw OutOfBytes() }
            let entries = try number(directory, head)
            guard 0 ... 0xFFFF ~= entries else { throw OutOfBytes() }
            size = (0, 0)
            var isSmallerCopy = false
            for entry in 0 ..< entries {
                let offset = directory + head + entryBytes * entry
                let form = try number(offset + 2, 2)
                let value = try number(offset + 4 + word, form == 3 ? 2 : form == 16 ? 8 : 4)
                switch try number(offset, 2) {
                case 254: isSmallerCopy = value & 1 == 1
                case 256: size.width = value
                case 257: size.height = value
                default: break
                }
            }
            directory = try number(directory + head + entryBytes * entries, word)
            if !isSmallerCopy || directory == 0 { break }
        }
        return size
    }
}

/// CRC-32 as in the PNG specification, annex D.
private func checksum(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.withUnsafeBufferPointer { bytes in
        checksumTable.withUnsafeBufferPointer { table in
            var sum: UInt32 = 0xFFFF_FFFF
            for byte in bytes { sum = table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ sum >> 8 }
            return Int(sum ^ 0xFFFF_FFFF)
        }
    }
}

private let checksumTable: [UInt32] = (0 ..< 256).map { start in
    (0 ..< 8).reduce(UInt32(start)) { value, _ in
        value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1
    }
}

extension UInt8 {
    var isSpace: Bool { self == 0x20 || 0x09 ... 0x0D ~= self }
}
