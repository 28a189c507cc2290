import Foundation
import Imaging
import Testing

private func warped(
    _ source: [UInt8], _ width: Int, _ height: Int, _ by: Warp, size: Int
) -> [Float] {
    var result = [Float](repeating: -1, count: size * size)
    source.withUnsafeBufferPointer { source in
        result.withUnsafeMutableBufferPointer {
            warp(source, width: width, height: height, by: by, size: size, into: $0)
        }
    }
    return result
}

struct WarpTests {
    @Test func sameSizeIsACopy() {
        let source: [UInt8] = [0, 10, 20, 30, 40, 50, 60, 70, 255]
        #expect(warped(source, 3, 3, .identity, size: 3) == source.map(Float.init))
    }

    @Test func doublingMatchesHandComputedValues() {
        // Centres of the four output columns lie at -0.25, 0.25, 0.75, 1.25 of the source.
        let row: [Float] = [0, 25, 75, 100]
        #expect(
            warped([0, 100, 0, 100], 2, 2, .identity, size: 4) == row + row + row + row)
    }

    @Test func flippingMirrorsLeftToRight() {
        let source: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
        #expect(
            warped(source, 3, 3, Warp(flipped: true), size: 3) == [3, 2, 1, 6, 5, 4, 9, 8, 7])
    }

    @Test func shiftsMoveTheFaceRightAndDownAfterTheTurn() {
        let source: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
        let third = 1.0 / 3
        // float32 positions are good to 1e-6 of a pixel, levels differ by at most 3.
        func near(_ warp: Warp, _ expected: [Float]) -> Bool {
            zip(warped(source, 3, 3, warp, size: 3), expected).allSatisfy { abs($0 - $1) < 1e-4 }
        }
        #expect(near(Warp(shiftX: third), [1, 1, 2, 4, 4, 5, 7, 7, 8]))
        #expect(near(Warp(shiftY: third), [1, 2, 3, 1, 2, 3, 4, 5, 6]))
        #expect(near(Warp(flipped: true, shiftX: third), [3, 3, 2, 6, 6, 5, 9, 9, 8]))
        #expect(near(Warp(rotationDegrees: 90, shiftX: third), [3, 3, 6, 2, 2, 5, 1, 1, 4]))
    }

    @Test func aQuarterTurnIsCounterClockwiseAndComesAfterTheFlip() {
        let source: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
        let turned = warped(source, 3, 3, Warp(rotationDegrees: 90), size: 3)
        #expect(turned.map { $0.rounded() } == [3, 6, 9, 2, 5, 8, 1, 4, 7])
        let both = warped(source, 3, 3, Warp(rotationDegrees: 90, flipped: true), size: 3)
        #expect(both.map { $0.rounded() } == [1, 4, 7, 2, 5, 8, 3, 6, 9])
    }

    @Test func aLargerScaleEnlarges() {
        // A white disc of one pixel in five: its area in the output grows with the scale.
        var source = [UInt8](repeating: 0, count: 25)
        source[12] = 255
        let small = warped(source, 5, 5, .identity, size: 50).reduce(0, +)
        let large = warped(source, 5, 5, Warp(scale: 1.1), size: 50).reduce(0, +)
        // 1.1 squared, sampled: the sum follows to about a percent.
        #expect(abs(large / small - 1.21) < 0.02)
    }

    private struct Case: Decodable {
        let width: Int
        let height: Int
        let size: Int
        let rotationDegrees: Double
        let scale: Double
        let flipped: Bool
        let source: [UInt8]
        let expected: [Float]
    }

    @Test func agreesWithPyTorch() throws {
        let cases = try JSONDecoder().decode([Case].self, from: Data(golden("warp.json")))
        #expect(cases.count == 9)
        for item in cases {
            let values = warped(
                item.source, item.width, item.height,
                Warp(
                    rotationDegrees: item.rotationDegrees, scale: item.scale,
                    flipped: item.flipped), size: item.size)
            let error = zip(values, item.expected).map { abs($0 - $1) }.max() ?? .infinity
            // Positions here are float32: an error of 1e-5 pixels where neighbours differ by 255,
            // plus the golden file's three decimals. One grey level is 1.
            #expect(error < 0.01, "\(item.size) \(item.rotationDegrees) \(item.scale)")
        }
    }

    @Test func theUprightPathEqualsTheGeneralOne() {
        let source = smoothImage(width: 48, height: 48).pixels
        // Too small a turn to move a position in float32, but not zero: the general path.
        let almost = warped(source, 48, 48, Warp(rotationDegrees: 1e-12, scale: 1.07), size: 97)
        let upright = warped(source, 48, 48, Warp(scale: 1.07), size: 97)
        #expect(almost == upright)
    }

    @Test func edgesContinueOutside() {
        let values = warped([7, 7, 7, 9], 2, 2, Warp(rotationDegrees: 45, scale: 0.1), size: 20)
        #expect(values.allSatisfy { 7 ... 9 ~= $0 })
        #expect(values.first == 7)
    }

    @Test func onePixelFillsTheSquare() {
        #expect(
            warped([42], 1, 1, Warp(rotationDegrees: 5), size: 3) == .init(repeating: 42, count: 9))
    }
}
