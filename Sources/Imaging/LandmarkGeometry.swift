import Foundation

/// What 68 points say of a face, whatever its place, size and roll: 136 coordinates and 30 measures.
///
/// The origin is the middle between the centres of the eyes (means of points 36 to 41 and 42 to 47,
/// counted from 0), the line between these is level, their distance is the unit; y points down.
/// The list of measures is Mien's own. "Left" is left in the picture.
public struct LandmarkGeometry: Sendable, Equatable {
    /// 68 points in that frame.
    public let points: [Point]
    /// In the order of ``measureNames``: lengths in distances of the eyes, ratios, angles in radians.
    /// A ratio over a length of 0 is 0.
    public let measures: [Double]

    /// x and y of each point.
    public var coordinates: [Double] { points.flatMap { [$0.x, $0.y] } }

    /// - Parameter points: 68, in pixels. Where the eyes coincide, all numbers are 0.
    public init(_ points: [Point]) {
        precondition(
            points.count == LandmarkModel.usualPointCount,
            "expected 68 points, got \(points.count)")
        let (left, right) = (Self.mean(points[36 ... 41]), Self.mean(points[42 ... 47]))
        let (origin, unit) = (left.middle(to: right), left.distance(to: right))
        let (cosine, sine) =
            unit > 0 ? ((right.x - left.x) / unit, (right.y - left.y) / unit) : (1, 0)
        self.points = points.map { point in
            guard unit > 0 else { return Point(x: 0, y: 0) }
            let (x, y) = ((point.x - origin.x) / unit, (point.y - origin.y) / unit)
            return Point(x: cosine * x + sine * y, y: cosine * y - sine * x)
        }
        measures = Measuring(points: self.points).all
    }

    private static func mean(_ points: ArraySlice<Point>) -> Point {
        let count = Double(points.count)
        return Point(
            x: points.reduce(0) { $0 + $1.x } / count, y: points.reduce(0) { $0 + $1.y } / count)
    }

    /// What each measure is; pairs of numbers are the distance of two points.
    public static let measureNames = [
        "left eye, aspect", "right eye, aspect", "inner mouth, aspect", "outer mouth, aspect",
        "mouth width 48-54", "mouth height 51-57", "left corner, height", "left corner, angle",
        "right corner, height", "right corner, angle", "brow to eye 17-36", "brow to eye 19-37",
        "brow to eye 21-39", "brow to eye 22-42", "brow to eye 24-44", "brow to eye 26-45",
        "left brow, slope", "right brow, slope", "between brows 21-22", "nose to lip 33-51",
        "lip to chin 57-8", "nose to chin 33-8", "face width 0-16", "face width 3-13",
        "face width 5-11", "face height 27-8", "nose to corner 31-48", "nose to corner 35-54",
        "nose width 31-35", "upper lip 51-62 over mouth width",
    ]
}

/// The measures of points in the frame of the eyes.
private struct Measuring {
    let points: [Point]

    var all: [Double] {
        let width = distance(48, 54)
        return [
            ratio(distance(37, 41) + distance(38, 40), 2 * distance(36, 39)),
            ratio(distance(43, 47) + distance(44, 46), 2 * distance(42, 45)),
            ratio(distance(61, 67) + distance(62, 66) + distance(63, 65), 3 * distance(60, 64)),
            ratio(distance(51, 57), width),
            width, distance(51, 57),
        ] + corner(48) + corner(54) + [
            distance(17, 36), distance(19, 37), distance(21, 39), distance(22, 42),
            distance(24, 44), distance(26, 45), slope(17, 21), slope(26, 22), distance(21, 22),
            distance(33, 51), distance(57, 8), distance(33, 8), distance(0, 16), distance(3, 13),
            distance(5, 11), distance(27, 8), distance(31, 48), distance(35, 54),
            distance(31, 35), ratio(distance(51, 62), width),
        ]
    }

    private func distance(_ first: Int, _ second: Int) -> Double {
        points[first].distance(to: points[second])
    }

    private func ratio(_ part: Double, _ whole: Double) -> Double { whole > 0 ? part / whole : 0 }

    /// How far a corner of the mouth lies above the middle of points 51 and 57, and the angle of the
    /// line from there to it.
    private func corner(_ number: Int) -> [Double] {
        let middle = points[51].middle(to: points[57])
        let height = middle.y - points[number].y
        let across = abs(points[number].x - middle.x)
        return [height, height == 0 && across == 0 ? 0 : atan2(height, across)]
    }

    /// The rise of a brow from its outer to its inner end, as an angle.
    private func slope(_ outer: Int, _ inner: Int) -> Double {
        let rise = points[outer].y - points[inner].y
        let run = abs(points[inner].x - points[outer].x)
        return rise == 0 && run == 0 ? 0 : atan2(rise, run)
    }
}
