public import Imaging

/// Gives the faces of successive frames numbers, so that a person keeps one.
///
/// A face goes on the track whose last box it overlaps most; where none overlaps enough, on the
/// nearest one of about its size whose eyes and mouth are not far. It knows nothing of who is
/// seen: a person who comes back after `patience` gets a new number.
public struct FaceTracker: Sendable {
    /// Overlap, intersection over union, from which two boxes are one face.
    public var minimumOverlap = 0.3
    /// Mean distance of landmarks, in sides of the box, up to which they are one face.
    public var maximumDistance = 0.6
    /// Seconds that a face may be away; where frames are further apart, it may be away from none.
    public var patience = 1.0

    private struct Track {
        let number: Int
        var face: DetectedFace
        var lastSeen: Double
    }

    private var tracks: [Track] = []
    private var count = 0
    private var lastFrame: Double?

    public init() {}

    /// The tracks of the faces of a frame, and the numbers of those that ended before it.
    /// - Parameter seconds: of the frame; not before the last one's.
    public mutating func assign(
        _ faces: [DetectedFace], at seconds: Double
    ) -> (numbers: [Int], ended: [Int]) {
        let gap = lastFrame.map { seconds - $0 } ?? 0
        lastFrame = seconds
        // Half a gap more, since frames need not be at equal distances.
        let limit = max(patience, 1.5 * gap)
        let ended = tracks.filter { seconds - $0.lastSeen > limit }.map(\.number)
        tracks.removeAll { seconds - $0.lastSeen > limit }
        var pairs: [(closeness: Double, face: Int, track: Int)] = []
        for (index, face) in faces.enumerated() {
            for (track, known) in tracks.enumerated() {
                closeness(face, known.face).map { pairs.append(($0, index, track)) }
            }
        }
        // Of equals, the larger face and the older track first: both stand in that order.
        pairs.sort { ($1.closeness, $0.face, $0.track) < ($0.closeness, $1.face, $1.track) }
        var numbers = [Int?](repeating: nil, count: faces.count)
        var taken: Set<Int> = []
        for pair in pairs where numbers[pair.face] == nil && !taken.contains(pair.track) {
            taken.insert(pair.track)
            numbers[pair.face] = tracks[pair.track].number
            tracks[pair.track].face = faces[pair.face]
            tracks[pair.track].lastSeen = seconds
        }
        let result = numbers.enumerated().map { index, number in
            if let number { return number }
            count += 1
            tracks.append(Track(number: count, face: faces[index], lastSeen: seconds))
            return count
        }
        return (result, ended)
    }

    /// Above 0 the nearer, 1 + overlap for boxes that overlap; `nil` for two faces.
    private func closeness(_ a: DetectedFace, _ b: DetectedFace) -> Double? {
        let overlap = a.box.overlap(with: b.box)
        if overlap >= minimumOverlap { return 1 + overlap }
        let side = max(a.size, b.size)
        guard min(a.size, b.size) > side / 2 else { return nil }
        let points = zip(a.landmarks.points, b.landmarks.points)
        let distance =
            points.reduce(0) { sum, pair in
                let (x, y) = (pair.0.x - pair.1.x, pair.0.y - pair.1.y)
                return sum + (x * x + y * y).squareRoot()
            } / Double(a.landmarks.points.count) / side
        return distance <= maximumDistance ? 1 - distance / maximumDistance : nil
    }
}
