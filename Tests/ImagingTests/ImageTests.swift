import Foundation
import Imaging
import Testing

struct ImageTests {
    @Test func greyFollowsRec601() {
        let image = Image(
            width: 4, height: 1, channels: 3,
            pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])
        // 0.299, 0.587 and 0.114 of 255.
        #expect(image.grey().pixels == [76, 150, 29, 255])
        #expect(image.grey().rgb().channels == 3)
    }

    @Test func croppingTakesTheNamedPart() {
        let image = Image(width: 3, height: 2, channels: 1, pixels: [1, 2, 3, 4, 5, 6])
        #expect(image.cropped(left: 1, top: 0, width: 2, height: 2).pixels == [2, 3, 5, 6])
        #expect(image.centreSquare().pixels == [1, 2, 4, 5])
    }

    @Test func shrinkingAveragesAreas() {
        let image = Image(
            width: 4, height: 2, channels: 1, pixels: [0, 20, 100, 200, 40, 60, 100, 0])
        #expect(image.resized(width: 2, height: 1).pixels == [30, 100])
        let small = smoothImage(width: 300, height: 200).resized(shorterSide: 100)
        #expect(small.width == 150 && small.height == 100)
    }

    @Test(arguments: [1, 3]) func pngKeepsEveryPixel(channels: Int) throws {
        let image = smoothImage(width: 31, height: 17, channels: channels)
        #expect(try Image(decoding: image.encoded(as: .png)) == image)
    }

    @Test func jpegKeepsColourOrder() throws {
        let red = Image(
            width: 16, height: 16, channels: 3,
            pixels: (0 ..< 256).flatMap { _ in [200, 40, 10] as [UInt8] })
        let back = try Image(decoding: red.encoded(as: .jpeg(quality: 95)))
        // A flat colour loses only to the rounding of JPEG's colour space.
        #expect(zip(back.pixels, red.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 3 })
    }

    @Test func writingIsWholeAndTheNameChoosesTheFormat() throws {
        try withTemporaryFolder { folder in
            let image = smoothImage(width: 20, height: 20)
            let url = folder.appendingPathComponent("image.png")
            try image.write(to: url)
            #expect(try Image(contentsOf: url) == image)
            let jpeg = folder.appendingPathComponent("image.JPG")
            try image.write(to: jpeg)
            #expect([UInt8](try Data(contentsOf: jpeg)).starts(with: [0xFF, 0xD8]))
            #expect(throws: (any Error).self) {
                try image.write(to: folder.appendingPathComponent("missing/image.png"))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
        }
    }

    @Test func aContactSheetPlacesTilesInRows() {
        let tiles = (0 ..< 5).map {
            ContactSheet.Tile(
                image: Image(
                    width: 2, height: 2, channels: 1, filledWith: UInt8(40 * $0)),
                caption: "tile \($0) é a caption that is much too long to fit")
        }
        let sheet = ContactSheet(columns: 3, tileSize: 20, margin: 4, title: "Five").image(
            of: tiles)
        let rowHeight = 20 + 4 + 15
        #expect(sheet.width == 4 + 3 * 24 && sheet.height == 4 + 22 + 2 * rowHeight)
        func centre(_ column: Int, _ row: Int) -> UInt8 {
            sheet.pixels[(26 + row * rowHeight + 10) * sheet.width + 4 + column * 24 + 10]
        }
        #expect(centre(0, 0) == 0 && centre(2, 0) == 80 && centre(1, 1) == 160)
        #expect(centre(2, 1) == 255)
        // Captions leave ink below their tile and none in the margin between two.
        let below = 26 + 20
        let ink = (0 ..< 15).flatMap { line in
            sheet.pixels[(below + line) * sheet.width ..< (below + line + 1) * sheet.width]
        }
        #expect(ink.contains { $0 < 128 })
        let gap = (0 ..< 15).map { sheet.pixels[(below + $0) * sheet.width + 26] }
        #expect(gap.allSatisfy { $0 == 255 })
    }

    @Test func aColouredTileMakesAColouredSheet() {
        let tiles = [
            smoothImage(width: 4, height: 8, channels: 3), smoothImage(width: 4, height: 4),
        ]
        let sheet = ContactSheet(columns: 2, tileSize: 10, margin: 0).image(
            of: tiles.map { ContactSheet.Tile(image: $0) })
        #expect(sheet.channels == 3 && sheet.width == 20 && sheet.height == 10)
    }
}
