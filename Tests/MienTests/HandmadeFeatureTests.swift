import Foundation
import Mien
import Testing

struct HandmadeFeatureTests {
    @Test func gradientHistogramsAreThoseOfOpenCV() throws {
        let golden = try ClassicalGolden.load()
        for (face, expected) in zip(ClassicalGolden.faces, golden.hog) {
            let features = OrientedGradients().features(of: face)
            #expect(features.count == 900)
            // OpenCV's angles are exact to 0.01 degrees, those here to the last digits.
            #expect(largestDifference(features, ClassicalGolden.floats(expected)) < 3e-4)
        }
    }

    @Test func binaryPatternsAreThoseOfScikitImageInEveryPixel() throws {
        let golden = try ClassicalGolden.load()
        let borders = [0, 7, 14, 21, 27, 34, 41, 48]
        for (face, labels) in zip(ClassicalGolden.faces, golden.lbp) {
            var expected = [Float](repeating: 0, count: 2891)
            for (pixel, label) in labels.enumerated() {
                let (y, x) = pixel.quotientAndRemainder(dividingBy: 48)
                let row = borders.lastIndex { $0 <= y } ?? 0
                let column = borders.lastIndex { $0 <= x } ?? 0
                let area =
                    (borders[row + 1] - borders[row]) * (borders[column + 1] - borders[column])
                expected[(row * 7 + column) * 59 + Int(label)] += 1 / Float(area)
            }
            #expect(largestDifference(LocalBinaryPatterns().features(of: face), expected) < 1e-5)
        }
    }

    @Test func gaborMagnitudesAreThoseOfOpenCVsFilters() throws {
        let golden = try ClassicalGolden.load()
        for (face, expected) in zip(ClassicalGolden.faces, golden.gabor) {
            let features = GaborFilters().features(of: face)
            let numbers = ClassicalGolden.floats(expected)
            #expect(features.count == 1280)
            // Grey levels up to 255.
            #expect(largestDifference(features, numbers) < 1e-3)
            #expect((numbers.max() ?? 0) > 10)
        }
    }

    @Test func aFlatFaceHasNoGradientsAndNoWaves() {
        let flat = [UInt8](repeating: 90, count: 48 * 48)
        #expect(OrientedGradients().features(of: flat).allSatisfy { $0 == 0 })
        #expect(GaborFilters().features(of: flat).allSatisfy { abs($0) < 1e-3 })
        let patterns = LocalBinaryPatterns().features(of: flat)
        #expect(patterns.reduce(0, +).rounded() == 49)
    }

    @Test func anUprightEdgeIsInOneDirectionAlone() {
        let edge = (0 ..< 48 * 48).map { UInt8($0 % 48 < 24 ? 20 : 200) }
        let features = OrientedGradients().features(of: edge)
        // Gradients along 0 degrees lie half in the first direction and half in the last.
        for (index, value) in features.enumerated() where value != 0 {
            #expect(index % 9 == 0 || index % 9 == 8)
        }
        #expect(features.contains { $0 > 0.3 })
    }

    @Test func equalisedFacesAreThoseOfOpenCV() throws {
        let golden = try ClassicalGolden.load()
        let face = ClassicalGolden.faces[2].map { $0 / 2 + 40 }
        let equalized = ConcatenatedFeatures([.hog], equalizesHistogram: true)
        #expect(
            equalized.features(of: face)
                == OrientedGradients().features(of: [UInt8](golden.equalized)))
        #expect(equalized.features(of: face) != OrientedGradients().features(of: face))
        let flat = [UInt8](repeating: 90, count: 48 * 48)
        #expect(equalized.features(of: flat).allSatisfy { $0 == 0 })
    }

    @Test func concatenationKeepsTheOrder() {
        let face = ClassicalGolden.faces[2]
        let both = ConcatenatedFeatures([.lbp, .hog])
        #expect(both.count == 3791)
        #expect(
            both.features(of: face)
                == LocalBinaryPatterns().features(of: face)
                + OrientedGradients().features(of: face))
    }
}
