internal import Foundation

/// A second or third look of the detector at a candidate: upright, at one size, with room around it.
package struct DetectionPass {
    /// Of the view, in pixels. It and the face's size were chosen on training faces (docs/experiments): a view
    /// of 256 with a face of 120 costs more than three times as much and found no more.
    package static let side = 128
    /// Of the face in it, in pixels.
    private static let faceSize = 75.0
    /// The whole view.
    static let sheet = DetectionMosaic(
        FaceWindow(
            left: 0, top: 0, width: side, height: side, scaledWidth: side, scaledHeight: side,
            padding: 0))

    /// From pixels of the view to pixels of the photo.
    package let toPhoto: Similarity

    package init(at candidate: DetectedFace) {
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
    /// pixels. Its box keeps the width and height that the upright face has.
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
            landmarks: best.landmarks.mapped(toPhoto.callAsFunction), confidence: best.confidence)
    }

    /// What several looks at one face come to: the mean of their log-odds, as a confidence again.
    /// Chosen on training faces (docs/experiments), where it told faces from textures best.
    package static func confidence(of looks: [Double]) -> Double {
        precondition(!looks.isEmpty, "expected at least one look")
        // One look alone does not decide.
        let odds = looks.map { look in
            let confidence = Swift.min(Swift.max(look, 0.01), 0.99)
            return log(confidence / (1 - confidence))
        }
        return 1 / (1 + exp(-odds.reduce(0, +) / Double(looks.count)))
    }
}
