import Foundation
import Imaging

/// Movement and shape of a face over a video, from the five points that the face detector finds:
/// eyes, nose and corners of the mouth. All is in distances between the eyes, whatever the camera.
///
/// Five points tell how the head moves and how wide the mouth is; they tell no action unit. The
/// distance between the eyes shrinks where the head turns: turned frames widen the mouth.
struct FacePoints {
    private var roll = RunningSummary()
    private var turn = RunningSummary()
    private var nod = RunningSummary()
    private var mouth = RunningSummary()
    private var scale = RunningSummary()
    private var distance = 0.0
    private var observed = 0.0
    private var last: (eyes: Point, between: Double, seconds: Double)?

    /// Frames farther apart than this have nothing between them, in seconds.
    private static let longestGap = 1.0

    mutating func add(_ points: FaceLandmarks, seconds: Double) {
        let across = (
            x: points.rightEye.x - points.leftEye.x, y: points.rightEye.y - points.leftEye.y
        )
        let between = (across.x * across.x + across.y * across.y).squareRoot()
        guard between > 0, between.isFinite else { return }
        let eyes = Point(
            x: (points.leftEye.x + points.rightEye.x) / 2,
            y: (points.leftEye.y + points.rightEye.y) / 2)
        /// Along the line of the eyes, and down from it, in distances between them.
        func place(_ point: Point) -> (along: Double, down: Double) {
            let (x, y) = (point.x - eyes.x, point.y - eyes.y)
            return (
                (x * across.x + y * across.y) / (between * between),
                (y * across.x - x * across.y) / (between * between)
            )
        }
        let nose = place(points.nose)
        let (left, right) = (place(points.leftMouth), place(points.rightMouth))
        roll.add(atan2(across.y, across.x))
        turn.add(nose.along)
        let below = (left.down + right.down) / 2
        if below > 0 { nod.add(nose.down / below) }
        mouth.add(
            ((right.along - left.along) * (right.along - left.along)
                + (right.down - left.down) * (right.down - left.down)).squareRoot())
        scale.add(log(between))
        if let last, seconds > last.seconds, seconds - last.seconds <= Self.longestGap {
            let (x, y) = (eyes.x - last.eyes.x, eyes.y - last.eyes.y)
            distance += (x * x + y * y).squareRoot() / ((between + last.between) / 2)
            observed += seconds - last.seconds
        }
        last = (eyes, between, seconds)
    }

    static let definitions: [FeatureDefinition] = {
        let source = "five points of CenterFace (arXiv 1911.03599)"
        return [
            ("roll_sd", "rad", "tilt of the line of the eyes, standard deviation"),
            ("turn_sd", "eye distances", "nose along the line of the eyes, standard deviation"),
            ("nod_sd", "share", "nose between eyes and mouth, standard deviation"),
            ("mouth_width_mean", "eye distances", "distance of the corners of the mouth, mean"),
            ("mouth_width_sd", "eye distances", "distance of the corners of the mouth, deviation"),
            ("size_sd", "log", "logarithm of the distance between the eyes, standard deviation"),
            ("speed", "eye distances/s", "movement of the middle between the eyes, mean"),
        ].map { FeatureDefinition(.face, "points_\($0.0)", $0.1, source, $0.2) }
    }()

    func values() -> FeatureValues {
        guard roll.count > 0 else { return [:] }
        var values: FeatureValues = ["face.points_mouth_width_mean": mouth.mean]
        for (name, summary) in [
            ("roll", roll), ("turn", turn), ("nod", nod), ("mouth_width", mouth), ("size", scale),
        ] where summary.count > 1 {
            values["face.points_\(name)_sd"] = summary.deviation
        }
        if observed > 0 { values["face.points_speed"] = distance / observed }
        return values
    }
}
