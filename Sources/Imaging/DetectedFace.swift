/// Five points of a face, in pixels. Left and right are as seen in the picture.
public struct FaceLandmarks: Codable, Hashable, Sendable {
    public var leftEye: Point
    public var rightEye: Point
    public var nose: Point
    public var leftMouth: Point
    public var rightMouth: Point

    public init(
        leftEye: Point, rightEye: Point, nose: Point, leftMouth: Point, rightMouth: Point
    ) {
        self.leftEye = leftEye
        self.rightEye = rightEye
        self.nose = nose
        self.leftMouth = leftMouth
        self.rightMouth = rightMouth
    }

    /// Left eye, right eye, nose, left and right corner of the mouth.
    public var points: [Point] { [leftEye, rightEye, nose, leftMouth, rightMouth] }

    /// The middle between the eyes.
    var eyes: Point { leftEye.middle(to: rightEye) }
    /// The middle between the corners of the mouth.
    var mouth: Point { leftMouth.middle(to: rightMouth) }

    func mapped(_ map: (Point) -> Point) -> FaceLandmarks {
        FaceLandmarks(
            leftEye: map(leftEye), rightEye: map(rightEye), nose: map(nose),
            leftMouth: map(leftMouth), rightMouth: map(rightMouth))
    }

    func mean(with other: FaceLandmarks) -> FaceLandmarks {
        func mean(_ point: KeyPath<FaceLandmarks, Point>) -> Point {
            self[keyPath: point].middle(to: other[keyPath: point])
        }
        return FaceLandmarks(
            leftEye: mean(\.leftEye), rightEye: mean(\.rightEye), nose: mean(\.nose),
            leftMouth: mean(\.leftMouth), rightMouth: mean(\.rightMouth))
    }

    /// In the mirror image of a picture so wide.
    func mirrored(width: Double) -> FaceLandmarks {
        func mirror(_ point: Point) -> Point { Point(x: width - point.x, y: point.y) }
        return FaceLandmarks(
            leftEye: mirror(rightEye), rightEye: mirror(leftEye), nose: mirror(nose),
            leftMouth: mirror(rightMouth), rightMouth: mirror(leftMouth))
    }
}

/// A face that the detector found.
public struct DetectedFace: Codable, Hashable, Sendable {
    /// From the forehead to the chin, in pixels; it may leave the image where the face is cut off.
    public var box: Rectangle
    public var landmarks: FaceLandmarks
    /// The detector's own, 0...1; no probability.
    public var confidence: Double

    public init(box: Rectangle, landmarks: FaceLandmarks, confidence: Double) {
        self.box = box
        self.landmarks = landmarks
        self.confidence = confidence
    }

    /// The side of a square as large as the box, in pixels: what "size of a face" means here.
    public var size: Double { box.area.squareRoot() }

    /// Box and landmarks half way to another sight of the same face.
    func mean(with other: DetectedFace) -> DetectedFace {
        func mean(_ value: KeyPath<Rectangle, Double>) -> Double {
            (box[keyPath: value] + other.box[keyPath: value]) / 2
        }
        return DetectedFace(
            box: Rectangle(
                left: mean(\.left), top: mean(\.top), width: mean(\.width), height: mean(\.height)),
            landmarks: landmarks.mean(with: other.landmarks), confidence: confidence)
    }

    /// The same face in the mirror image of a picture so wide.
    package func mirrored(width: Double) -> DetectedFace {
        DetectedFace(
            box: Rectangle(
                left: width - box.right, top: box.top, width: box.width, height: box.height),
            landmarks: landmarks.mirrored(width: width), confidence: confidence)
    }

    func moved(x: Double, y: Double) -> DetectedFace {
        DetectedFace(
            box: Rectangle(
                left: box.left + x, top: box.top + y, width: box.width, height: box.height),
            landmarks: landmarks.mapped { Point(x: $0.x + x, y: $0.y + y) },
            confidence: confidence)
    }

    /// All coordinates times `factor`: from a reduced image to the pixels of its file.
    public func scaled(by factor: Double) -> DetectedFace {
        DetectedFace(
            box: box.scaled(by: factor), landmarks: landmarks.mapped { $0.scaled(by: factor) },
            confidence: confidence)
    }
}
