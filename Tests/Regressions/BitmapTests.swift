import Imaging
import Testing

/// BMP files of every form.
struct BitmapTests {
    /// Four pixels, two above two: black and white above red and blue, or greys.
    private struct File {
        var bits: Int
        var compression = 0
        var height = 2
        /// In the file's order.
        var rows: [UInt8]
        var palette: [UInt8] = []
        var masks: [UInt32] = []
        var isOS2 = false

        var bytes: [UInt8] {
            func little(_ value: Int, _ count: Int) -> [UInt8] {
                (0 ..< count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            }
            let header =
                isOS2
                ? little(12, 4) + little(2, 2) + little(height, 2) + little(1, 2) + little(bits, 2)
                : little(40, 4) + little(2, 4) + little(height, 4) + little(1, 2) + little(bits, 2)
                    + little(compression, 4) + little(rows.count, 4) + little(0, 16)
            let rest = masks.flatMap { little(Int($0), 4) } + palette
            let start = 14 + header.count + rest.count
            return Array("BM".utf8) + little(start + rows.count, 4) + little(0, 4)
                + little(start, 4) + header + rest + rows
        }
    }

    private func pixels(_ file: File) throws -> [UInt8] { try Image(decoding: file.bytes).pixels }

    private static let drawn: [UInt8] = [0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 255]
    private static let below: [UInt8] = [0, 0, 255, 255, 0, 0]
    private static let above: [UInt8] = [0, 0, 0, 255, 255, 255]

    @Test func coloursOf24Bits() throws {
        let upwards = Self.below + [0, 0] + Self.above + [0, 0]
        let downwards = Self.above + [0, 0] + Self.below + [0, 0]
        #expect(try pixels(File(bits: 24, rows: upwards)) == Self.drawn)
        #expect(try pixels(File(bits: 24, height: -2, rows: downwards)) == Self.drawn)
        #expect(try pixels(File(bits: 24, rows: upwards, isOS2: true)) == Self.drawn)
    }

    /// White is white, also of five bits.
    @Test func coloursOf16Bits() throws {
        let five: [UInt8] = [0x00, 0x7C, 0x1F, 0x00, 0x00, 0x00, 0xFF, 0x7F]
        #expect(try pixels(File(bits: 16, rows: five)) == Self.drawn)
        let six: [UInt8] = [0x00, 0xF8, 0x1F, 0x00, 0x00, 0x00, 0xFF, 0xFF]
        #expect(
            try pixels(File(bits: 16, compression: 3, rows: six, masks: [0xF800, 0x7E0, 0x1F]))
                == Self.drawn)
    }

    @Test func coloursOf32BitsInAnyOrder() throws {
        let plain = [Self.below, Self.above].flatMap { (row: [UInt8]) -> [UInt8] in
            row[..<3] + [9] + row[3...] + [9]
        }
        #expect(try pixels(File(bits: 32, rows: plain)) == Self.drawn)
        let swapped: [UInt8] = [255, 0, 0, 9, 0, 0, 255, 9, 0, 0, 0, 9, 255, 255, 255, 9]
        #expect(
            try pixels(
                File(bits: 32, compression: 3, rows: swapped, masks: [0xFF, 0xFF00, 0xFF_0000]))
                == Self.drawn)
    }

    @Test(arguments: [1, 4, 8]) func palettes(bits: Int) throws {
        func row(_ first: UInt8, _ second: UInt8) -> [UInt8] {
            switch bits {
            case 8: [first, second, 0, 0]
            case 4: [first << 4 | second, 0, 0, 0]
            default: [first << 7 | second << 6, 0, 0, 0]
            }
        }
        // 0 is white.
        let whiteFirst: [UInt8] = [255, 255, 255, 0, 0, 0, 0, 0]
        let image = try Image(
            decoding: File(bits: bits, rows: row(0, 1) + row(1, 0), palette: whiteFirst).bytes)
        #expect(image.channels == 1 && image.pixels == [0, 255, 255, 0])
        let coloured: [UInt8] = [255, 0, 0, 0, 0, 0, 255, 0]
        #expect(
            try pixels(File(bits: bits, rows: row(0, 1) + row(1, 0), palette: coloured))
                == [255, 0, 0, 0, 0, 255, 0, 0, 255, 255, 0, 0])
    }

    @Test func runLengths() throws {
        let greys: [UInt8] = (0 ..< 4).flatMap { [85 * $0, 85 * $0, 85 * $0, 0] }
        let runs: [UInt8] = [2, 1, 0, 0, 1, 2, 1, 3, 0, 1]
        #expect(
            try pixels(File(bits: 8, compression: 1, rows: runs, palette: greys))
                == [170, 255, 85, 85])
        let halves: [UInt8] = [2, 0x12, 0, 0, 2, 0x30, 0, 1]
        #expect(
            try pixels(File(bits: 4, compression: 2, rows: halves, palette: greys))
                == [255, 0, 85, 170])
    }

    @Test func whatDoesNotFitIsRefused() {
        func problem(_ file: File) -> ImageError.Problem? {
            do throws(ImageError) {
                _ = try Image(decoding: file.bytes)
                return nil
            } catch {
                return error.problem
            }
        }
        #expect(problem(File(bits: 24, rows: Self.below)) == .truncated(format: "BMP"))
        let black: [UInt8] = [0, 0, 0, 0]
        #expect(
            problem(File(bits: 8, rows: [0, 1, 0, 0, 0, 0, 0, 0], palette: black))
                == .damaged("a pixel's colour is not in its palette of 1"))
        #expect(
            problem(File(bits: 8, compression: 1, rows: [9, 0, 0, 1], palette: black))
                == .damaged("a run of pixels goes beyond its edge"))
        #expect(
            problem(File(bits: 24, compression: 4, rows: []))
                == .unsupported("is a BMP of compression 4, which is not read: save it as PNG"))
    }
}
