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

    /// All coordinates times `factor`: from a reduced image to the pixels of its file.
    public func scaled(by factor: Double) -> DetectedFace {
        DetectedFace(
            box: box.scaled(by: factor), landmarks: landmarks.mapped { $0.scaled(by: factor) },
            confidence: confidence)
    }
}
