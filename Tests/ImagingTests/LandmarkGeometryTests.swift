import Foundation
import Imaging
import Testing

struct LandmarkGeometryTests {
    /// Points in distances of the eyes around their middle; those that are not named lie at (0, 0).
    private static let named: [Int: (Double, Double)] = [
        // Eyes 0.4 wide and 0.2 high, whose centres are (-0.5, 0) and (0.5, 0).
        36: (-0.7, 0), 37: (-0.6, -0.1), 38: (-0.4, -0.1), 39: (-0.3, 0), 40: (-0.4, 0.1),
        41: (-0.6, 0.1),
        42: (0.3, 0), 43: (0.4, -0.1), 44: (0.6, -0.1), 45: (0.7, 0), 46: (0.6, 0.1),
        47: (0.4, 0.1),
        // Brows: the left one rises by 0.3 over 0.4, the right one is level.
        17: (-0.7, -0.2), 19: (-0.5, -0.4), 21: (-0.3, -0.5),
        22: (0.3, -0.4), 24: (0.5, -0.4), 26: (0.7, -0.4),
        // Nose.
        27: (0, 0.1), 31: (-0.2, 0.6), 33: (0, 0.6), 35: (0.2, 0.6),
        // A mouth 0.8 wide and 0.4 high; its left corner is 0.1 above the middle.
        48: (-0.4, 0.9), 54: (0.4, 1), 51: (0, 0.8), 57: (0, 1.2),
        60: (-0.3, 1), 64: (0.3, 1), 61: (-0.1, 0.9), 62: (0, 0.9), 63: (0.1, 0.9),
        65: (0.1, 1.1), 66: (0, 1.1), 67: (-0.1, 1.1),
        // The outline.
        8: (0, 1.8), 0: (-1, 0), 16: (1, 0), 3: (-0.9, 0.8), 13: (0.9, 0.8), 5: (-0.6, 1.4),
        11: (0.6, 1.4),
    ]

    private static let face: [Point] = (0 ..< 68).map { number in
        let (x, y) = named[number] ?? (0, 0)
        return Point(x: x, y: y)
    }

    private func expectNear(_ found: [Double], _ expected: [Double]) {
        #expect(found.count == expected.count)
        for (index, (found, expected)) in zip(found, expected).enumerated() {
            #expect(
                abs(found - expected) < 1e-12,
                "\(index): found \(found), expected \(expected)")
        }
    }

    @Test func measuresAreThoseComputedByHand() {
        let geometry = LandmarkGeometry(Self.face)
        let width = 0.65.squareRoot()
        expectNear(
            geometry.measures,
            [
                // (0.2 + 0.2) / (2 x 0.4), twice; (3 x 0.2) / (3 x 0.6).
                0.5, 0.5, 1.0 / 3,
                0.4 / width, width, 0.4,
                // The mouth's middle is (0, 1).
                0.1, atan2(0.1, 0.4), 0, 0,
                // Brow to eye.
                0.2, (0.01 + 0.09).squareRoot(), 0.5, 0.4, (0.01 + 0.09).squareRoot(), 0.4,
                atan2(0.3, 0.4), 0, (0.36 + 0.01).squareRoot(),
                0.2, 0.6, 1.2, 2, 1.8, 1.2, 1.7,
                (0.04 + 0.09).squareRoot(), (0.04 + 0.16).squareRoot(), 0.4,
                0.1 / width,
            ])
        #expect(LandmarkGeometry.measureNames.count == geometry.measures.count)
        #expect(geometry.coordinates.count == 136)
        expectNear(geometry.coordinates, Self.face.flatMap { [$0.x, $0.y] })
    }

    @Test func placeSizeAndRollDoNotCount() {
        let turn = Similarity(along: 30, across: 40, shiftX: 200, shiftY: -7)
        let expected = LandmarkGeometry(Self.face)
        let found = LandmarkGeometry(Self.face.map { turn($0) })
        expectNear(found.measures, expected.measures)
        expectNear(found.coordinates, expected.coordinates)
    }

    @Test func aFaceOfOnePointHasNoGeometry() {
        let geometry = LandmarkGeometry([Point](repeating: Point(x: 3, y: 4), count: 68))
        #expect(geometry.measures == [Double](repeating: 0, count: 30))
        #expect(geometry.coordinates == [Double](repeating: 0, count: 136))
    }
}
