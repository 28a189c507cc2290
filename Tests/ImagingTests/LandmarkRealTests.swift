import Foundation
import Imaging
import Testing

/// The 68-point model, where Debian's package libdlib-data or `MIEN_LANDMARK_MODEL` has it. A debug
/// build takes long to read its 100 MB.
@Suite(
    .enabled(
        if: ProcessInfo.processInfo.environment["MIEN_SLOW_TESTS"] != nil
            && (try? LandmarkModel.locate()) != nil,
        "slow, and needs the package libdlib-data: set MIEN_SLOW_TESTS=1"))
struct LandmarkRealTests {
    private struct Golden: Decodable {
        struct Face: Decodable {
            let box: [Double]
            let points: [Int]
        }

        let face: Face
    }

    /// The face that `Golden/landmarks.cpp` draws.
    private let face: Image = {
        func within(
            _ x: Int, _ y: Int, _ centreX: Int, _ centreY: Int, _ radiusX: Int, _ radiusY: Int
        ) -> Bool {
            let (x, y) = (x - centreX, y - centreY)
            return x * x * radiusY * radiusY + y * y * radiusX * radiusX
                < radiusX * radiusX * radiusY * radiusY
        }
        var image = Image(width: 200, height: 200, channels: 1, filledWith: 0)
        for y in 0 ..< 200 {
            for x in 0 ..< 200 {
                var level = 60 + (x + y) / 8
                if within(x, y, 100, 105, 70, 90) { level = 190 - (x - 100) * (x - 100) / 150 }
                for eye in [70, 130] {
                    if within(x, y, eye, 85, 14, 8) { level = 225 }
                    if within(x, y, eye, 85, 6, 6) { level = 30 }
                    if within(x, y, eye, 66, 18, 4) { level = 70 }
                }
                if within(x, y, 100, 118, 10, 6) { level = 140 }
                if within(x, y, 100, 150, 26, 9) { level = 110 }
                if within(x, y, 100, 150, 20, 3) { level = 60 }
                image.pixels[y * 200 + x] = UInt8(level)
            }
        }
        return image
    }()

    @Test func pointsOfADrawnFaceAreThoseOfDlib() throws {
        let expected = try JSONDecoder().decode(
            Golden.self, from: Data(try golden("landmarks.json"))
        ).face
        let model = try LandmarkModel.shared(try LandmarkModel.locate())
        #expect(model.pointCount == 68)
        let box = Rectangle(
            left: expected.box[0], top: expected.box[1], width: expected.box[2],
            height: expected.box[3])
        let points = model.points(in: face, box: box)
        // dlib rounds to pixels.
        let pixels = points.flatMap { [Int($0.x.rounded(.down)), Int($0.y.rounded(.down))] }
        #expect(pixels == expected.points)
        // As a crop it is seen in another box, where the eyes are found within 0.1 of its side.
        let crop = model.points(ofCrop: face)
        let leftEye = crop[36 ... 41].reduce(0) { $0 + $1.x } / 6
        let rightEye = crop[42 ... 47].reduce(0) { $0 + $1.x } / 6
        #expect(abs(leftEye - 70) < 20 && abs(rightEye - 130) < 20)
    }
}
