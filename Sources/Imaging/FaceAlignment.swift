internal import Foundation

/// A face cut out as the faces of the training data are.
public struct AlignedFace: Sendable, Equatable {
    /// Square, the eyes level. Where the photo ends, its edge goes on.
    public let image: Image
    /// From pixels of `image` to pixels of the photo it was cut from.
    public let toPhoto: Similarity
    /// The share of `image` that lies inside the photo, 0...1.
    public let visibleShare: Double
}

/// Where a face lies in a square picture of it, and how to cut others in the same way.
///
/// The eyes give the rotation. Size and place follow the box and the landmarks in equal parts: the
/// distance of the eyes alone shrinks as a head turns, and says where FER-2013's frame lies far
/// less well.
public struct FaceAlignment: Sendable, Equatable {
    /// `DetectedFace.size`, in sides of the picture.
    public var faceSize: Double
    /// The middle of the box, in sides of the picture.
    public var boxCentre: Point
    /// From the middle between the eyes to the middle of the mouth, in sides of the picture.
    public var eyesToMouth: Double
    /// The middle between these two, in sides of the picture.
    public var featureCentre: Point
    /// How far the line between the eyes, as the detector sees them, is turned counter-clockwise.
    public var rollDegrees: Double

    public init(
        faceSize: Double, boxCentre: Point, eyesToMouth: Double, featureCentre: Point,
        rollDegrees: Double
    ) {
        self.faceSize = faceSize
        self.boxCentre = boxCentre
        self.eyesToMouth = eyesToMouth
        self.featureCentre = featureCentre
        self.rollDegrees = rollDegrees
    }

    /// The medians over 2,883 of FER-2013's training faces (3,000 drawn at random, seed 1, rows that
    /// are no faces left out; the others were not found with a confidence of 0.22), enlarged four
    /// times: Benchmarks/photos. The standard deviations are 0.13, 0.05 and 0.05, 0.06, 0.07 and
    /// 0.05, and 11 degrees.
    public static let fer2013 = FaceAlignment(
        faceSize: 0.8768, boxCentre: Point(x: 0.5027, y: 0.5181), eyesToMouth: 0.3747,
        featureCentre: Point(x: 0.5030, y: 0.5844), rollDegrees: 1.04)

    /// The way from a picture of side 1 to the photo.
    package func frame(of face: DetectedFace) -> Similarity {
        let points = face.landmarks
        let eyeLine = atan2(
            points.rightEye.y - points.leftEye.y, points.rightEye.x - points.leftEye.x)
        let turn = eyeLine + rollDegrees * .pi / 180
        let feature = points.eyes.distance(to: points.mouth)
        // A mouth that coincides with the eyes is no measure.
        let byFeature = max(feature / eyesToMouth, face.size / faceSize / 2)
        let side = (face.size / faceSize * byFeature).squareRoot()
        let (along, across) = (side * cos(turn), side * sin(turn))
        let middle = boxCentre.middle(to: featureCentre)
        let target = face.box.centre.middle(to: points.eyes.middle(to: points.mouth))
        return Similarity(
            along: along, across: across,
            shiftX: target.x - along * middle.x + across * middle.y,
            shiftY: target.y - across * middle.x - along * middle.y)
    }

    /// Cuts a face out, as `size` x `size` pixels: each is the mean over the area of the photo that it
    /// covers, so that a large face is not aliased.
    /// - Parameters:
    ///   - scale: side of the crop in sides of the picture.
    ///   - isColour: whether a photo's colour is kept.
    public func crop(
        _ face: DetectedFace, from image: Image, size: Int = 48, scale: Double = 1,
        isColour: Bool = false
    ) -> AlignedFace {
        precondition(
            size > 0 && scale > 0, "expected a size and a scale above 0, got \(size) and \(scale)")
        let frame = self.frame(of: face)
        let corner = frame(Point(x: (1 - scale) / 2, y: (1 - scale) / 2))
        let toPhoto = Similarity(
            along: frame.along * scale / Double(size), across: frame.across * scale / Double(size),
            shiftX: corner.x, shiftY: corner.y)
        var inside = 0
        for index in 0 ..< size * size {
            let middle = toPhoto(
                Point(x: Double(index % size) + 0.5, y: Double(index / size) + 0.5))
            if 0 ..< Double(image.width) ~= middle.x, 0 ..< Double(image.height) ~= middle.y {
                inside += 1
            }
        }
        let resampled = image.resampled(under: toPhoto, width: size, height: size)
        return AlignedFace(
            image: isColour ? resampled : resampled.grey(),
            toPhoto: toPhoto, visibleShare: Double(inside) / Double(size * size))
    }
}
