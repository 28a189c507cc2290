import Foundation
import Imaging
import Testing

@Suite struct OverlayTests {
    /// Where a value is 0 the image stays, where it is 1 the colour covers 0.7 of it.
    @Test func colourCoversByValue() {
        let image = Image(width: 3, height: 1, channels: 1, pixels: [100, 100, 100])
        let result = image.overlaid(with: [0, 1], width: 2, height: 1, left: 1)
        #expect(result.channels == 3)
        #expect(Array(result.pixels[0 ..< 6]) == [100, 100, 100, 100, 100, 100])
        // The last colour is (245, 234, 85): 100 + 0.7 * (145, 134, -15).
        #expect(Array(result.pixels[6...]) == [202, 194, 90])
    }

    @Test func colourImagesBecomeGreyBelow() {
        let image = Image(width: 1, height: 1, channels: 3, pixels: [255, 0, 0])
        #expect(image.overlaid(with: [0], width: 1, height: 1).pixels == [76, 76, 76])
    }

    /// A grid of 2 x 1 turned by 90 degrees: its x runs down the picture, from (2, 0) to (1, 2).
    @Test func aTurnedGridLiesWhereItsMapSays() {
        var image = Image(width: 3, height: 3, channels: 3, filledWith: 100)
        image.pixels[0] = 200
        image.overlay(
            [0, 1], width: 2, height: 1,
            under: Similarity(along: 0, across: 1, shiftX: 2, shiftY: 0))
        func pixel(_ x: Int, _ y: Int) -> [UInt8] {
            Array(image.pixels[3 * (3 * y + x) ..< 3 * (3 * y + x) + 3])
        }
        #expect(pixel(0, 0) == [200, 100, 100])  // outside: as it was
        #expect(pixel(1, 0) == [100, 100, 100])  // 0
        #expect(pixel(1, 1) == [202, 194, 90])  // 1
        #expect(pixel(1, 2) == [100, 100, 100] && pixel(2, 1) == [100, 100, 100])
        // One that lies outside, in part or whole, is no error.
        let before = image
        image.overlay(
            [1], width: 1, height: 1,
            under: Similarity(along: 5, across: 0, shiftX: -20, shiftY: 1))
        #expect(image == before)
        image.overlay(
            [1], width: 1, height: 1,
            under: Similarity(along: 5, across: 0, shiftX: -4, shiftY: -4))
        // Luma 130 of (200, 100, 100), and 0.7 of the way to (245, 234, 85).
        #expect(pixel(0, 0)[0] == 211 && pixel(0, 0)[1] == 203 && pixel(1, 1) == [202, 194, 90])
    }

    @Test func theEndsHoldOutside() {
        let map = ColourMap.heat
        #expect(map.colour(of: -3) == map.colour(of: 0))
        #expect(map.colour(of: 7) == map.colour(of: 1))
        #expect(map.colour(of: 0) == (0x33, 0x03, 0x54))
        #expect(map.colour(of: 1) == (0xF5, 0xEA, 0x55))
        #expect(map.bar(width: 5, height: 2).width == 5)
        #expect(Array(map.bar(width: 5, height: 2).pixels.suffix(3)) == [0xF5, 0xEA, 0x55])
    }

    /// Lightness and colour in OKLab, from the published matrices.
    private func lab(_ value: Float) -> (Double, Double, Double) {
        let colour = ColourMap.heat.colour(of: value)
        let linear = [colour.red, colour.green, colour.blue].map { byte in
            let x = Double(byte) / 255
            return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4)
        }
        let (r, g, b) = (linear[0], linear[1], linear[2])
        let l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
        let m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
        let s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
        return (
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
        )
    }

    @Test func equalStepsLookEqual() {
        let colours = (0 ... 16).map { lab(Float($0) / 16) }
        let steps = zip(colours, colours.dropFirst()).map { a, b in
            let (l, u, v) = (a.0 - b.0, a.1 - b.1, a.2 - b.2)
            return (l * l + u * u + v * v).squareRoot()
        }
        let mean = steps.reduce(0, +) / 16
        // Colours are rounded to bytes, and a few lie a little outside what a screen can show.
        for step in steps { #expect(abs(step / mean - 1) < 0.15, "\(step / mean)") }
        for (a, b) in zip(colours, colours.dropFirst()) { #expect(b.0 > a.0 + 0.03) }
    }
}
