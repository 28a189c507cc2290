import Imaging

/// Shape and movement of a face over a video by 68 landmarks: mean, standard deviation and movement
/// of ten measures, and the movement of all points.
///
/// The frame is that of `LandmarkGeometry`: level eyes, lengths in distances between their centres.
/// Place, size and roll of the head do not count; a head that turns or nods changes all measures.
struct LandmarkActivity {
    /// The mean, or the difference, of measures of `LandmarkGeometry`.
    private struct Measure {
        let name, unit, meaning: String
        let positions: [Int]
        let isDifference: Bool

        /// - Parameter parts: of `LandmarkGeometry.measureNames`.
        init(
            _ name: String, _ unit: String, _ meaning: String, _ parts: String...,
            isDifference: Bool = false
        ) {
            (self.name, self.unit, self.meaning) = (name, unit, meaning)
            self.isDifference = isDifference
            positions = parts.map { part in
                guard let position = LandmarkGeometry.measureNames.firstIndex(of: part) else {
                    preconditionFailure("no measure \(part)")
                }
                return position
            }
        }

        func value(_ measures: [Double]) -> Double {
            isDifference
                ? abs(measures[positions[0]] - measures[positions[1]])
                : positions.reduce(0) { $0 + measures[$1] } / Double(positions.count)
        }
    }

    private static let distances = "eye distances"
    private static let measures = [
        Measure(
            "eye_opening", "share", "height of the eyes in their width (36 to 47)",
            "left eye, aspect",
            "right eye, aspect"),
        Measure(
            "mouth_opening", "share", "height of the inner mouth in its width (60 to 67)",
            "inner mouth, aspect"),
        Measure(
            "mouth_width", distances, "distance of the corners of the mouth (48, 54)",
            "mouth width 48-54"),
        Measure(
            "mouth_corners", distances,
            "height of the mouth's corners above its middle (48, 54; 51, 57)",
            "left corner, height", "right corner, height"),
        Measure(
            "mouth_asymmetry", distances, "difference in height of the mouth's corners (48, 54)",
            "left corner, height", "right corner, height", isDifference: true),
        Measure(
            "upper_lip", distances, "distance from the nose to the upper lip (33, 51)",
            "nose to lip 33-51"),
        Measure(
            "brow_height", distances, "distance of the brows from the eyes (19, 37; 24, 44)",
            "brow to eye 19-37",
            "brow to eye 24-44"),
        Measure(
            "inner_brow_height", distances,
            "distance of the brows' inner ends from the eyes (21, 39; 22, 42)",
            "brow to eye 21-39", "brow to eye 22-42"),
        Measure(
            "brow_slope", "rad", "rise of the brows from outer to inner ends (17, 21; 26, 22)",
            "left brow, slope", "right brow, slope"),
        Measure(
            "brow_gap", distances, "distance between the brows (21, 22)", "between brows 21-22"),
    ]

    private var summaries = [RunningSummary](
        repeating: RunningSummary(), count: Self.measures.count)
    /// Sums of absolute changes, measure by measure.
    private var changes = [Double](repeating: 0, count: Self.measures.count)
    /// Sum of the points' mean displacements.
    private var distance = 0.0
    private var observed = 0.0
    private var last: (values: [Double], points: [Point], seconds: Double)?

    /// Frames farther apart than this have nothing between them, in seconds.
    private static let longestGap = 1.0

    /// - Parameters:
    ///   - points: 68, in pixels. Points of eyes that coincide are passed over.
    ///   - seconds: from the start of the video, later than that of the call before.
    mutating func add(_ points: [Point], seconds: Double) {
        let geometry = LandmarkGeometry(points)
        guard geometry.points.contains(where: { $0.x != 0 || $0.y != 0 }) else { return }
        let values = Self.measures.map { $0.value(geometry.measures) }
        for (index, value) in values.enumerated() { summaries[index].add(value) }
        if let last, seconds > last.seconds, seconds - last.seconds <= Self.longestGap {
            for (index, value) in values.enumerated() {
                changes[index] += abs(value - last.values[index])
            }
            let moved = zip(geometry.points, last.points).reduce(0) { $0 + $1.0.distance(to: $1.1) }
            distance += moved / Double(points.count)
            observed += seconds - last.seconds
        }
        last = (values, geometry.points, seconds)
    }

    static let definitions: [FeatureDefinition] = {
        let source = "68 points of dlib's model (10.1109/CVPR.2014.241)"
        func make(_ name: String, _ unit: String, _ meaning: String) -> FeatureDefinition {
            FeatureDefinition(.face, "landmarks_\(name)", unit, source, meaning)
        }
        return measures.flatMap { measure in
            [
                make("\(measure.name)_mean", measure.unit, "\(measure.meaning), mean"),
                make("\(measure.name)_sd", measure.unit, "\(measure.meaning), standard deviation"),
                make(
                    "\(measure.name)_speed", "\(measure.unit)/s",
                    "\(measure.meaning), absolute change"),
            ]
        } + [
            make(
                "speed", "\(distances)/s",
                "movement of the points against the line of the eyes, mean of 68")
        ]
    }()

    /// Whether a column of the face is one of these, which stand under `LandmarkModel.terms`.
    static func isOwn(_ column: FeatureColumn) -> Bool {
        column.modality == .face && names.contains(column.name)
    }

    private static let names = Set(definitions.map(\.column.name))

    func values() -> FeatureValues {
        var values: FeatureValues = [:]
        for (index, measure) in Self.measures.enumerated() where summaries[index].count > 0 {
            let name = "face.landmarks_\(measure.name)"
            values["\(name)_mean"] = summaries[index].mean
            if summaries[index].count > 1 { values["\(name)_sd"] = summaries[index].deviation }
            if observed > 0 { values["\(name)_speed"] = changes[index] / observed }
        }
        if observed > 0 { values["face.landmarks_speed"] = distance / observed }
        return values
    }
}
