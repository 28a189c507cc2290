import Foundation
import Imaging
import Mien
import Testing

/// Numbers of persons, and their scores over time.
struct PredictTrackerTests {
    @Test func aFaceThatMovesALittleKeepsItsNumber() {
        var tracker = FaceTracker()
        #expect(tracker.assign([face(0, 0)], at: 0).numbers == [1])
        // 20 of 100 pixels to the right: an overlap of 80 / 120.
        #expect(tracker.assign([face(20, 0)], at: 0.1).numbers == [1])
        // No overlap of boxes any more, but landmarks half a side away.
        #expect(tracker.assign([face(20, 0, side: 40)], at: 0.2).numbers == [2])
    }

    @Test func landmarksHelpWhereBoxesHardlyOverlap() {
        var tracker = FaceTracker()
        #expect(tracker.assign([face(0, 0)], at: 0).numbers == [1])
        // An overlap of 45 / 155 = 0.29 is below 0.3; 0.55 sides is within 0.6.
        #expect(tracker.assign([face(55, 0)], at: 0.1).numbers == [1])
        // 0.65 sides is not.
        #expect(tracker.assign([face(120, 0)], at: 0.2).numbers == [2])
    }

    @Test func twoThatSwapTheirOrderKeepTheirNumbers() {
        var tracker = FaceTracker()
        #expect(tracker.assign([face(0, 0), face(300, 0)], at: 0).numbers == [1, 2])
        #expect(tracker.assign([face(305, 0), face(5, 0)], at: 0.1).numbers == [2, 1])
        // The nearer one takes the track, the other is new.
        #expect(tracker.assign([face(30, 0), face(6, 0)], at: 0.2).numbers == [3, 1])
    }

    @Test func whoIsAwayForLongIsNew() {
        var tracker = FaceTracker()
        #expect(tracker.assign([face(0, 0)], at: 0).numbers == [1])
        #expect(tracker.assign([], at: 0.5).ended == [])
        #expect(tracker.assign([face(0, 0)], at: 1).numbers == [1])
        #expect(tracker.assign([], at: 2).ended == [])
        let later = tracker.assign([face(0, 0)], at: 2.5)
        #expect(later.numbers == [2])
        #expect(later.ended == [1])
    }

    @Test func framesFarApartDoNotEndATrack() {
        var tracker = FaceTracker()
        for seconds in [0, 5, 10.0] {
            #expect(tracker.assign([face(0, 0)], at: seconds).numbers == [1])
        }
        #expect(tracker.assign([], at: 15).ended == [])
        #expect(tracker.assign([face(0, 0)], at: 20).numbers == [2])
    }

    @Test func aTrackSumsUpItsScores() {
        var track = ScoreTrack(number: 4, at: 1, smoothingSeconds: 1)
        #expect(track.add(nil, at: 1) == nil)
        #expect(track.add(0.2, at: 2) == 0.2)
        // One second later the rest of a jump is 1 / e.
        let second = track.add(0.8, at: 3)
        #expect(abs((second ?? 0) - (0.8 - 0.6 / exp(1))) < 1e-12)
        // Nothing to smooth over no time: the former value stays.
        #expect(track.add(0.5, at: 3) == second)
        #expect(track.frames == 4 && track.scored == 3 && track.positives == 2)
        #expect(abs(track.mean - 0.5) < 1e-12)
        // Squares 0.09 + 0.09 + 0, over 2.
        #expect(abs((track.standardDeviation ?? 0) - 0.3) < 1e-12)
        #expect(track.minimum == 0.2 && track.maximum == 0.8)
        #expect(track.firstSeconds == 1 && track.lastSeconds == 3)
        #expect(track.points.map(\.score) == [0.2, 0.8, 0.5])
    }

    @Test func aLongTrackKeepsFewPoints() {
        var track = ScoreTrack(number: 1, at: 0, smoothingSeconds: 0, limit: 4)
        for frame in 0 ..< 4 { track.add(Double(frame) / 8, at: Double(frame)) }
        // Full: neighbours are merged.
        #expect(track.points.map(\.seconds) == [0.5, 2.5])
        #expect(track.points.map(\.score) == [0.0625, 0.3125])
        for frame in 4 ..< 100_000 { track.add(0.5, at: Double(frame)) }
        #expect(track.points.count < 4)
        #expect(track.scored == 100_000)
        #expect(track.points.map(\.seconds) == track.points.map(\.seconds).sorted())
    }
}

/// An upright face whose box is a square.
func face(_ left: Double, _ top: Double, side: Double = 100) -> DetectedFace {
    func point(_ x: Double, _ y: Double) -> Point {
        Point(x: left + x * side, y: top + y * side)
    }
    return DetectedFace(
        box: Rectangle(left: left, top: top, width: side, height: side),
        landmarks: FaceLandmarks(
            leftEye: point(0.3, 0.4), rightEye: point(0.7, 0.4), nose: point(0.5, 0.6),
            leftMouth: point(0.35, 0.8), rightMouth: point(0.65, 0.8)),
        confidence: 0.9)
}
