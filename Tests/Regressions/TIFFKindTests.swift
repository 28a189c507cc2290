import Foundation
import Imaging
import Testing

/// TIFFs in the forms that scanners, microscopes, MATLAB and ImageMagick write.
struct TIFFKindTests {
    private static let (width, height) = (24, 8)
    private static let all: [String] = {
        let urls = Bundle.module.urls(
            forResourcesWithExtension: "tif", subdirectory: "Golden/pictures")
        return (urls ?? []).compactMap { $0.deletingPathExtension?.lastPathComponent }.sorted()
    }()

    private static func names(_ beginning: String) -> [String] {
        all.filter { $0.hasPrefix(beginning + "-") }
    }

    private func file(_ name: String) throws -> [UInt8] {
        let url = Bundle.module.url(forResource: "Golden/pictures/\(name)", withExtension: "tif")
        return [UInt8](try Data(contentsOf: #require(url)))
    }

    /// How far the picture is from what was drawn, in levels.
    private func worst(_ image: Image, _ drawn: (_ x: Double, _ y: Double, _ c: Int) -> Double)
        -> Double
    {
        var worst = 0.0
        for index in image.pixels.indices {
            let (pixel, channel) = index.quotientAndRemainder(dividingBy: image.channels)
            let (y, x) = pixel.quotientAndRemainder(dividingBy: image.width)
            let value = drawn(
                Double(x) / Double(Self.width - 1), Double(y) / Double(Self.height - 1), channel)
            worst = max(worst, abs(Double(image.pixels[index]) - value))
        }
        return worst
    }

    @Test(arguments: names("grey")) func aGreyRampIsReadAsItWasDrawn(name: String) throws {
        let image = try Image(decoding: file(name))
        #expect(image.width == Self.width && image.height == Self.height)
        let bits = name.split(separator: "-").dropFirst().first.flatMap { Int($0) } ?? 8
        let levels = exp2(Double(min(bits, 8))) - 1
        #expect(worst(image) { x, _, _ in 255 * (x * levels).rounded() / levels } <= 2)
    }

    @Test(arguments: names("rgb")) func coloursAreReadAsTheyWereDrawn(name: String) throws {
        let image = try Image(decoding: file(name))
        #expect(image.width == Self.width && image.height == Self.height && image.channels == 3)
        #expect(worst(image) { x, y, channel in 255 * [x, y, 1 - x][channel] } <= 2)
    }

    @Test(arguments: names("bits")) func aFaxIsBlackOnWhite(name: String) throws {
        let image = try Image(decoding: file(name))
        #expect(worst(image) { x, _, _ in x > 0.5 ? 255 : 0 } == 0)
    }

    /// 0 and 9 are no orientations.
    @Test(arguments: 0 ... 9) func sixteenBitsAreTurnedUpright(orientation: Int) throws {
        let image = try Image(decoding: file("turned-\(orientation)"))
        let isOnItsSide = 5 ... 8 ~= orientation
        #expect(image.width == (isOnItsSide ? Self.height : Self.width))
        #expect(image.height == (isOnItsSide ? Self.width : Self.height))
        // Where the ramp's black end comes to lie.
        let isAtEnd = [2, 3, 7, 8].contains(orientation)
        #expect(image.pixels.first == (isAtEnd ? 255 : 0))
        #expect(image.pixels.last == (isAtEnd ? 0 : 255))
    }

    @Test(arguments: [
        ("refused-int16", "is a TIFF of signed whole numbers whose range it does not state"),
        ("refused-float32-255", "samples go beyond the range of black and white, which is 0 to 1"),
        ("refused-float32-nan", "samples go beyond the range of black and white"),
        ("refused-uint32-counts", "32 bits a sample whose values fill less than a quarter"),
        ("refused-complex", "is a TIFF of complex numbers"),
        ("refused-channels", "5 channels that are said to be grey"),
        ("refused-cielab", "CIE L*a*b* colours"),
        ("refused-raw", "a camera's raw samples"),
        ("refused-small-copy", "shows a small copy of the picture alone"),
    ])
    func whatCannotBeReadRightIsRefusedByName(name: String, said: String) throws {
        let bytes = try file(name)
        #expect {
            try Image(decoding: bytes)
        } throws: { error in
            guard case .unsupported(let kind)? = (error as? ImageError)?.problem else {
                return false
            }
            return kind.contains(said) && kind.contains("save") || kind.contains("develop")
        }
    }

    @Test func noKindWasForgotten() {
        let known = ["grey", "rgb", "bits", "turned", "refused"]
        #expect(Self.all.count > 70)
        #expect(Self.all.allSatisfy { name in known.contains { name.hasPrefix($0 + "-") } })
    }

    /// Damage ends in a picture or an error.
    @Test(arguments: [
        "grey-lzw-predictor", "grey-tiles-deflate", "rgb-16-planes-tiles", "rgb-cmyk",
    ])
    func aDamagedTIFFNeverCrashes(name: String) throws {
        let whole = try file(name)
        var state: UInt64 = 1
        for _ in 0 ..< 100 {
            var bytes = whole
            for _ in 0 ..< 3 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 24)
            }
            _ = try? Image(decoding: bytes, limits: .init(maximumPixels: 1_000_000))
        }
    }
}
