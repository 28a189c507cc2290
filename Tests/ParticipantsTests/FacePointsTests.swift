import Imaging
import Testing

@testable import Participants

/// Movement of five points, computed by hand.
struct FacePointsTests {
    private func face(
        x: Double = 0, between: Double = 40, nose: Double = 0, mouth: Double = 32
    ) -> FaceLandmarks {
        FaceLandmarks(
            leftEye: Point(x: x - between / 2, y: 100), rightEye: Point(x: x + between / 2, y: 100),
            nose: Point(x: x + nose, y: 120), leftMouth: Point(x: x - mouth / 2, y: 140),
            rightMouth: Point(x: x + mouth / 2, y: 140))
    }

    @Test func theyAreInDistancesBetweenTheEyes() throws {
        var points = FacePoints()
        points.add(face(), seconds: 0)
        points.add(face(x: 20, nose: 8, mouth: 48), seconds: 0.5)
        let values = points.values()
        #expect(abs((values["face.points_mouth_width_mean"] ?? 0) - 1) < 1e-12)
        #expect(abs((values["face.points_mouth_width_sd"] ?? 0) - 0.4 / 2.0.squareRoot()) < 1e-12)
        #expect(abs((values["face.points_turn_sd"] ?? 0) - 0.2 / 2.0.squareRoot()) < 1e-12)
        #expect(values["face.points_roll_sd"] == 0 && values["face.points_size_sd"] == 0)
        #expect(values["face.points_nod_sd"] == 0)
        // 20 pixels, half a distance between the eyes, in half a second.
        #expect(abs((values["face.points_speed"] ?? 0) - 1) < 1e-12)
    }

    @Test func theCameraDoesNotMatter() throws {
        var (near, far) = (FacePoints(), FacePoints())
        for (index, shift) in [0.0, 6, 2, 9].enumerated() {
            let one = face(x: shift, nose: shift / 2, mouth: 30 + shift)
            let seconds = Double(index) / 5
            far.add(one, seconds: seconds)
            func larger(_ point: Point) -> Point { Point(x: 3 * point.x + 50, y: 3 * point.y) }
            near.add(
                FaceLandmarks(
                    leftEye: larger(one.leftEye), rightEye: larger(one.rightEye),
                    nose: larger(one.nose), leftMouth: larger(one.leftMouth),
                    rightMouth: larger(one.rightMouth)), seconds: seconds)
        }
        for (name, value) in far.values() {
            #expect(abs(value - (near.values()[name] ?? .nan)) < 1e-9, "\(name)")
        }
    }

    @Test func nothingLiesBetweenDistantFrames() {
        var points = FacePoints()
        #expect(points.values().isEmpty)
        points.add(face(), seconds: 0)
        points.add(face(x: 400), seconds: 2)
        #expect(points.values()["face.points_speed"] == nil)
        points.add(face(between: 0), seconds: 2.1)
        #expect(points.values().keys.contains("face.points_turn_sd"))
    }
}
