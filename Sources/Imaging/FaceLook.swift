internal import Foundation

/// The second look of the detector at a candidate: upright, at one size, with room around it.
package struct FaceLook {
    /// Of the view, in pixels.
    package static let side = 256
    /// Of the face in it, in pixels.
    private static let faceSize = 120.0

    /// From pixels of the view to pixels of the photo.
    package let toPhoto: Similarity
    private let candidate: DetectedFace

    package init(at candidate: DetectedFace) {
        self.candidate = candidate
        let eyes = candidate.landmarks
        let turn = atan2(eyes.rightEye.y - eyes.leftEye.y, eyes.rightEye.x - eyes.leftEye.x)
        let scale = candidate.size / Self.faceSize
        let (along, across) = (scale * cos(turn), scale * sin(turn))
        let (centre, half) = (candidate.box.centre, Double(Self.side) / 2)
        toPhoto = Similarity(
            along: along, across: across, shiftX: centre.x - half * (along - across),
            shiftY: centre.y - half * (across + along))
    }

    /// The most confident of the faces seen in the view that is the one looked at, in the photo's
    /// pixels. Its box keeps the width and height that the upright face has. Its confidence is that
    /// of the second look, or the mean of both looks where that is more.
    package func face(among seen: [DetectedFace]) -> DetectedFace? {
        let half = Double(Self.side) / 2
        let middle = Point(x: half, y: half)
        let best = seen.filter {
            $0.box.centre.distance(to: middle) < 0.35 * Self.faceSize
                && 0.5 ... 2 ~= $0.size / Self.faceSize
        }.max { $0.confidence < $1.confidence }
        guard let best else { return nil }
        let centre = toPhoto(best.box.centre)
        let (width, height) = (best.box.width * toPhoto.scale, best.box.height * toPhoto.scale)
        return DetectedFace(
            box: Rectangle(
                left: centre.x - width / 2, top: centre.y - height / 2, width: width,
                height: height),
            landmarks: best.landmarks.mapped(toPhoto.callAsFunction),
            confidence: max(best.confidence, (best.confidence + candidate.confidence) / 2))
    }
}
