import Imaging
import Testing

/// PBM, PGM and PPM files of every form.
struct PortableMapTests {
    private func pixels(_ header: String, _ samples: [UInt8] = []) throws -> [UInt8] {
        try Image(decoding: Array(header.utf8) + samples).pixels
    }

    @Test func aSmallWhiteIsStillWhite() throws {
        #expect(try pixels("P5 3 1 15\n", [0, 7, 15]) == [0, 119, 255])
        #expect(try pixels("P2 3 1 100\n0 50 100\n") == [0, 128, 255])
        #expect(try pixels("P6 1 1 31\n", [0, 16, 31]) == [0, 132, 255])
        #expect(try pixels("P3 1 1 1 0 1 1") == [0, 255, 255])
    }

    @Test func whiteAbove255HasTwoBytes() throws {
        #expect(try pixels("P5 3 1 1023\n", [0, 0, 2, 0, 3, 0xFF]) == [0, 128, 255])
        #expect(try pixels("P5 2 1 65535\n", [0x80, 0x80, 0xFF, 0xFF]) == [128, 255])
        #expect(try pixels("P2 2 1 4095 2048 4095") == [128, 255])
    }

    @Test func bitsAreBlackWhereTheyAreSet() throws {
        #expect(
            try pixels("P4 9 2\n", [0x80, 0x00, 0x00, 0x80]).map { $0 / 255 }
                == [0, 1, 1, 1, 1, 1, 1, 1, 1] + [1, 1, 1, 1, 1, 1, 1, 1, 0])
        #expect(try pixels("P1\n# drawn by hand\n3 2\n101\n0 1 0\n") == [0, 255, 0, 255, 0, 255])
    }

    @Test func commentsStandAnywhereInTheHeader() throws {
        #expect(try pixels("P5\n# one\n2 # two\n1\n#three\n255\n", [9, 200]) == [9, 200])
    }

    @Test(arguments: [
        "P5 2 2 255\n\u{1}\u{2}\u{3}", "P2 2 1 255\n7", "P1 2 1\n1", "P4 9 2\n\u{1}\u{2}", "P5 2 2",
    ])
    func aCutOneIsCalledTruncated(text: String) {
        #expect(throws: ImageError(source: "the image", problem: .truncated(format: "PGM/PPM"))) {
            try Image(decoding: Array(text.utf8))
        }
    }

    @Test(arguments: [
        "P5 1 1 0\n\u{1}", "P5 1 1 70000\n\u{1}", "P2 1 1 100\n101", "P5 1 1 15\n\u{7F}",
    ])
    func samplesAboveWhiteAreDamage(text: String) {
        #expect {
            try Image(decoding: Array(text.utf8))
        } throws: {
            if case .damaged? = ($0 as? ImageError)?.problem { true } else { false }
        }
    }
}
