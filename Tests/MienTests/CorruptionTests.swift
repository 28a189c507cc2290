import Evaluation
import Foundation
import Imaging
import Mien
import Testing

struct CorruptionTests {
    /// (7x + 13y + xy) mod 256 at column x and row y.
    private var pattern: Image {
        var image = Image(width: 48, height: 48, channels: 1, filledWith: 0)
        for y in 0 ..< 48 {
            for x in 0 ..< 48 {
                let value = 7 * x + 13 * y + x * y
                image.pixels[y * 48 + x] = UInt8(value % 256)
            }
        }
        return image
    }

    private func plain(_ grey: UInt8, side: Int = 48) -> Image {
        Image(width: side, height: side, channels: 1, filledWith: grey)
    }

    private func applied(
        _ corruption: Corruption, to image: Image, _ severity: Int, seed: UInt64 = 1,
        sample: Int = 0
    ) throws -> Image {
        try corruption.applied(to: image, severity: severity, seed: seed, sample: sample)
    }

    /// The mean of squared differences.
    private func distance(_ a: Image, _ b: Image) -> Double {
        let squares = zip(a.pixels, b.pixels).map { pow(Double($0) - Double($1), 2) }
        return squares.reduce(0, +) / Double(squares.count)
    }

    @Test(arguments: Corruption.allCases)
    func aWorseSeverityIsFurtherFromTheImage(corruption: Corruption) throws {
        let image = try Dataset.load(data: "synthetic:seed=2,train=1,valid=0,test=0").image(at: 0)
        let distances = try Corruption.severities.map {
            distance(try applied(corruption, to: image, $0), image)
        }
        #expect(distances[0] > 0)
        #expect(distances == distances.sorted(), "\(corruption): \(distances)")
        #expect(!corruption.unit.isEmpty)
    }

    @Test(arguments: Corruption.allCases)
    func drawsDependOnSeedAndSampleAlone(corruption: Corruption) throws {
        let first = try applied(corruption, to: pattern, 3)
        #expect(try applied(corruption, to: pattern, 3) == first)
        #expect(first.width == 48 && first.height == 48 && first.channels == 1)
        guard [.noise, .occlusion].contains(corruption) else { return }
        #expect(try applied(corruption, to: pattern, 3, seed: 2) != first)
        #expect(try applied(corruption, to: pattern, 3, sample: 9) != first)
    }

    @Test func noiseHasItsDeviation() throws {
        let grey = plain(128, side: 200)
        let louder = try applied(.noise, to: grey, 2)
        // 0.08 of 255; the standard error of a deviation of 40,000 draws is 0.35 %.
        #expect(abs(distance(louder, grey).squareRoot() - 0.08 * 255) < 0.02 * 0.08 * 255)
        let quieter = try applied(.noise, to: grey, 1)
        // The same noise, half as loud, apart from roundings.
        for (a, b) in zip(quieter.pixels, louder.pixels) {
            let (quiet, loud) = (Int(a) - 128, Int(b) - 128)
            #expect(abs(2 * quiet - loud) <= 2)
        }
    }

    @Test func blurEqualsScipy() throws {
        struct Row: Decodable {
            let severity, row: Int
            let values: [Int]
        }
        let url = try #require(
            Bundle.module.url(forResource: "Golden/corruption", withExtension: "json"))
        for golden in try JSONDecoder().decode([Row].self, from: Data(contentsOf: url)) {
            let blurred = try applied(.blur, to: pattern, golden.severity)
            let row = blurred.pixels[golden.row * 48 ..< (golden.row + 1) * 48].map(Int.init)
            #expect(row == golden.values, "row \(golden.row) at \(golden.severity)")
        }
        #expect(try applied(.blur, to: plain(77), 5) == plain(77))
    }

    @Test func brightnessAndContrastByHand() throws {
        // 100 + 0.1 * 255 = 125.5; 250 stays within the range.
        #expect(try applied(.brightness, to: plain(100), 1) == plain(126))
        #expect(try applied(.brightness, to: plain(250), 1) == plain(255))
        let halves = Image(width: 2, height: 2, channels: 1, pixels: [50, 150, 50, 150])
        // The mean is 100; 0.6 of 50 is 30.
        #expect(try applied(.contrast, to: halves, 1).pixels == [70, 130, 70, 130])
    }

    @Test func rotationIsToEitherSide() throws {
        let sides = try (0 ..< 20).map { sample -> Int in
            let turned = try applied(.rotation, to: pattern, 5, sample: sample)
            if turned == pattern.warped(by: Warp(rotationDegrees: 30), size: 48) { return 1 }
            return turned == pattern.warped(by: Warp(rotationDegrees: -30), size: 48) ? -1 : 0
        }
        #expect(Set(sides) == [-1, 1])
    }

    @Test func occlusionCoversASquareWithTheMean() throws {
        let covered = try applied(.occlusion, to: pattern, 2)
        let mean = pattern.pixels.reduce(0) { $0 + Int($1) }
        let grey = UInt8((Double(mean) / 2304).rounded())
        let changed = covered.pixels.indices.filter { covered.pixels[$0] != pattern.pixels[$0] }
        // A quarter of 48 is 12; a few pixels have the mean's grey already.
        #expect(changed.allSatisfy { covered.pixels[$0] == grey })
        #expect(changed.count > 120 && changed.count <= 144)
        let columns = changed.map { $0 % 48 }
        let rows = changed.map { $0 / 48 }
        #expect((columns.max() ?? 0) - (columns.min() ?? 0) <= 11)
        #expect((rows.max() ?? 0) - (rows.min() ?? 0) <= 11)
    }

    @Test func imagesOfOtherFormsGiveTheirMiddle() throws {
        let wide = Image(width: 6, height: 4, channels: 3, filledWith: 90)
        for corruption in Corruption.allCases {
            let result = try applied(corruption, to: wide, 5)
            #expect(result.width == 4 && result.height == 4 && result.channels == 1)
        }
        let dot = Image(width: 1, height: 1, channels: 1, filledWith: 9)
        for corruption in Corruption.allCases {
            #expect(try applied(corruption, to: dot, 1).pixels.count == 1)
        }
    }
}
