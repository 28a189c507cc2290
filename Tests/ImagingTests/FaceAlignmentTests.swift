import Foundation
import Imaging
import Testing

struct FaceAlignmentTests {
    private let ramp: Image = {
        var image = Image(width: 200, height: 200, channels: 1, filledWith: 0)
        for index in image.pixels.indices { image.pixels[index] = UInt8(index % 200) }
        return image
    }()

    @Test func aTypicalFaceIsCopiedAsItStands() {
        let picture = smoothImage(width: 48, height: 48)
        let aligned = FaceAlignment.fer2013.crop(typicalFace(), from: picture)
        #expect(aligned.image == picture)
        #expect(aligned.visibleShare == 1)
        #expect(abs(aligned.toPhoto.scale - 1) < 1e-12)
    }

    /// Four times as large at (20, 8): each pixel is the mean of 4 x 4.
    @Test func aLargeFaceIsAveraged() {
        let aligned = FaceAlignment.fer2013.crop(
            typicalFace(side: 160, left: 20, top: 8), from: ramp, size: 40)
        // Columns 20 to 23 have the mean 21.5, and so on in steps of 4. Rounding of .5 may go
        // either way after the arithmetic of the frame.
        for column in 0 ..< 40 {
            let value = Double(aligned.image.pixels[column])
            #expect(abs(value - (21.5 + 4 * Double(column))) <= 0.5)
        }
        let corner = aligned.toPhoto(Point(x: 0, y: 0))
        #expect(abs(corner.x - 20) < 1e-9 && abs(corner.y - 8) < 1e-9)
    }

    @Test func aCheckerboardBecomesGrey() {
        var board = Image(width: 480, height: 480, channels: 1, filledWith: 0)
        for index in board.pixels.indices where (index / 480 + index % 480) % 2 == 0 {
            board.pixels[index] = 255
        }
        let aligned = FaceAlignment.fer2013.crop(typicalFace(side: 480), from: board)
        #expect(aligned.image.pixels.allSatisfy { 126 ... 129 ~= $0 })
    }

    @Test func aTiltedHeadIsSetUpright() {
        // The picture turned by 90 degrees clockwise as seen: (x, y) -> (48 - y, x).
        let picture = smoothImage(width: 48, height: 48)
        var turned = picture
        for row in 0 ..< 48 {
            for column in 0 ..< 48 {
                turned.pixels[column * 48 + 47 - row] = picture.pixels[row * 48 + column]
            }
        }
        func turn(_ point: Point) -> Point { Point(x: 48 - point.y, y: point.x) }
        var face = typicalFace()
        let (points, box) = (face.landmarks, face.box)
        face.landmarks = FaceLandmarks(
            leftEye: turn(points.leftEye), rightEye: turn(points.rightEye),
            nose: turn(points.nose), leftMouth: turn(points.leftMouth),
            rightMouth: turn(points.rightMouth))
        face.box = Rectangle(
            left: 48 - box.bottom, top: box.left, width: box.height, height: box.width)
        let aligned = FaceAlignment.fer2013.crop(face, from: turned)
        let worst = zip(aligned.image.pixels, picture.pixels)
            .map { abs(Int($0) - Int($1)) }.max()
        // Rounding of positions: neighbours differ by up to 3 levels.
        #expect(worst ?? 255 <= 1)
        #expect(abs(aligned.toPhoto.rotationDegrees + 90) < 1e-9)
    }

    @Test func theEdgeGoesOnWhereThePhotoEnds() {
        // (200, 50, 77) has the luma 59.8 + 29.35 + 8.78 = 97.9.
        let photo = Image(
            width: 48, height: 48, channels: 3,
            pixels: (0 ..< 48 * 48).flatMap { _ in [200, 50, 77] as [UInt8] })
        let aligned = FaceAlignment.fer2013.crop(typicalFace(left: -24), from: photo)
        #expect(aligned.image.pixels.allSatisfy { $0 == 98 })
        #expect(aligned.image.channels == 1 && aligned.visibleShare == 0.5)
        let outside = FaceAlignment.fer2013.crop(typicalFace(left: 5000), from: photo)
        #expect(outside.visibleShare == 0)
    }

    @Test func landmarksWithoutExtentStillGiveAFrame() {
        var face = typicalFace(side: 96)
        let point = Point(x: 48, y: 48)
        face.landmarks = FaceLandmarks(
            leftEye: point, rightEye: point, nose: point, leftMouth: point, rightMouth: point)
        let aligned = FaceAlignment.fer2013.crop(face, from: ramp)
        #expect(aligned.toPhoto.scale > 1 && aligned.toPhoto.scale < 4)
    }
}

struct FaceQualityTests {
    private func quality(
        _ image: Image, _ face: DetectedFace = typicalFace(), fileScale: Double = 1
    ) -> FaceQuality {
        FaceQuality(of: face, in: image, fileScale: fileScale)
    }

    @Test func lightIsMeasuredByHand() {
        var halves = Image(width: 48, height: 48, channels: 1, filledWith: 0)
        for index in halves.pixels.indices where index % 48 >= 24 { halves.pixels[index] = 255 }
        let result = quality(halves)
        #expect(abs(result.brightness - 0.5) < 1e-9 && abs(result.contrast - 0.5) < 1e-9)
        // The Laplacian is 255 in one column and -255 in the next, of 46: 2 * 255^2 / 46.
        #expect(abs(result.sharpness - 2 * 255 * 255 / 46.0) < 1e-6)
        #expect(abs(result.size - 48 * FaceAlignment.fer2013.faceSize) < 1e-9)
        #expect(abs(quality(halves, fileScale: 2).size - 2 * result.size) < 1e-9)
    }

    @Test func aFlatFaceHasItsProblemsNamed() {
        let dark = quality(Image(width: 48, height: 48, channels: 1, filledWith: 3))
        #expect(dark.sharpness == 0)
        #expect(dark.problems().map(\.name) == ["blurred", "dark", "low_contrast"])
        let white = quality(Image(width: 48, height: 48, channels: 1, filledWith: 255))
        #expect(white.problems().map(\.name) == ["blurred", "bright", "low_contrast"])
        #expect(
            "\(white.problems()[1])" == "it is too bright: brightness 1.00, at most 0.92 is usable")
        let small = quality(
            .noise(width: 48, height: 48, seed: 1), typicalFace(side: 20, left: 2, top: 2))
        #expect(small.problems().map(\.name) == ["small"])
    }

    @Test func cutOffFacesAreNamed() {
        let photo = Image.noise(width: 48, height: 48, seed: 2)
        let result = quality(photo, typicalFace(left: -24))
        #expect(result.problems().map(\.name).contains("cut_off"))
    }

    @Test func poseFollowsTheNose() {
        let photo = smoothImage(width: 48, height: 48)
        var level = FaceAlignment.fer2013
        level.rollDegrees = 0
        let frontal = quality(photo, typicalFace(level))
        #expect(abs(frontal.yaw) < 1e-9 && abs(frontal.pitch) < 1e-9 && frontal.roll == 0)

        var face = typicalFace(level)
        // The eyes are 0.36 * 48 = 17.28 pixels apart; 0.6 of that to the right is 45 degrees.
        face.landmarks.nose.x += 0.6 * 17.28
        #expect(abs(quality(photo, face).yaw - 45) < 1e-9)

        var bowed = typicalFace(level)
        bowed.landmarks.nose.y += 3
        #expect(quality(photo, bowed).pitch > 5)

        var tilted = typicalFace(level)
        let eyes = tilted.landmarks
        tilted.landmarks.rightEye.y = eyes.leftEye.y - (eyes.rightEye.x - eyes.leftEye.x)
        // The eye on the right is higher: counter-clockwise as seen.
        #expect(abs(quality(photo, tilted).roll - 45) < 1e-9)
    }
}
