import Foundation
import Imaging
import Testing

struct FaceGeometryTests {
    @Test func overlapIsIntersectionOverUnion() {
        let first = Rectangle(left: 0, top: 0, width: 4, height: 2)
        let second = Rectangle(left: 2, top: 1, width: 4, height: 2)
        #expect(first.intersection(second) == Rectangle(left: 2, top: 1, width: 2, height: 1))
        #expect(first.overlap(with: second) == 2.0 / 14)
        #expect(first.overlap(with: first) == 1)
        let beside = Rectangle(left: 4, top: 0, width: 1, height: 1)
        #expect(first.intersection(beside) == nil && first.overlap(with: beside) == 0)
    }

    @Test func similarityTurnsAndShifts() {
        // A quarter turn, twice as large, then 3 to the right and 1 down.
        let map = Similarity(along: 0, across: 2, shiftX: 3, shiftY: 1)
        #expect(map(Point(x: 1, y: 0)) == Point(x: 3, y: 3))
        #expect(map.scale == 2)
        // x turns to y, which points down: clockwise as seen.
        #expect(map.rotationDegrees == -90)
        #expect(map.inverted()(Point(x: 3, y: 3)) == Point(x: 1, y: 0))
        #expect(map.scaled(by: 10)(Point(x: 1, y: 0)) == Point(x: 30, y: 30))
    }

    /// One cell of 2 x 3 with a face; all numbers can be followed by hand.
    @Test func oneCellIsDecoded() throws {
        var heat = [Float](repeating: 0.01, count: 6)
        var scale = [Float](repeating: 0, count: 12)
        var offset = [Float](repeating: 0, count: 12)
        var landmarks = [Float](repeating: 0, count: 60)
        let cell = 4  // row 1, column 1
        heat[cell] = 0.75
        (scale[cell], scale[6 + cell]) = (0, log(2))  // 4 pixels high, 8 wide
        (offset[cell], offset[6 + cell]) = (0.25, -0.5)  // y before x
        for (plane, value) in [0.25, 0.125, 0.25, 0.875, 0.5, 0.5, 0.75, 0.25, 0.75, 0.75]
            .enumerated()
        {
            landmarks[plane * 6 + cell] = Float(value)
        }
        let faces = decode(heat, scale, offset, landmarks, rows: 2, columns: 3, minimum: 0.5)
        try #require(faces.count == 1)
        // Centre x = (1 - 0.5 + 0.5) * 4 = 4, y = (1 + 0.25 + 0.5) * 4 = 7.
        let box = faces[0].box
        #expect(abs(box.left - 0) < 1e-6 && abs(box.width - 8) < 1e-6)  // log(2) is a float
        #expect(abs(box.top - 5) < 1e-6 && abs(box.height - 4) < 1e-6)
        #expect(faces[0].confidence == 0.75)
        let expected = [(1.0, 6.0), (7, 6), (4, 7), (2, 8), (6, 8)]
        for (point, (x, y)) in zip(faces[0].landmarks.points, expected) {
            #expect(abs(point.x - x) < 1e-5 && abs(point.y - y) < 1e-5)
        }
        #expect(decode(heat, scale, offset, landmarks, rows: 2, columns: 3, minimum: 0.8).isEmpty)
    }

    /// What the network may give for nonsense is left out, not passed on.
    @Test(arguments: [Float.infinity, .nan, 90, -90]) func nonsenseIsNoFace(value: Float) {
        let faces = decode(
            [0.9], [value, 0], [0, 0], [Float](repeating: 0, count: 10), rows: 1, columns: 1,
            minimum: 0.5)
        #expect(faces.isEmpty)
    }

    private func decode(
        _ heat: [Float], _ scale: [Float], _ offset: [Float], _ landmarks: [Float], rows: Int,
        columns: Int, minimum: Double
    ) -> [DetectedFace] {
        heat.withUnsafeBufferPointer { heat in
            scale.withUnsafeBufferPointer { scale in
                offset.withUnsafeBufferPointer { offset in
                    landmarks.withUnsafeBufferPointer { landmarks in
                        CenterFace(
                            heat: heat, scale: scale, offset: offset, landmarks: landmarks,
                            rows: rows, columns: columns
                        ).faces(minimumConfidence: minimum)
                    }
                }
            }
        }
    }

    @Test func duplicatesGiveWayToTheMostConfident() {
        func face(_ left: Double, _ side: Double, _ confidence: Double) -> DetectedFace {
            var face = typicalFace()
            face.box = Rectangle(left: left, top: 0, width: side, height: side)
            face.confidence = confidence
            return face
        }
        // 1 and 2 overlap by 80 / 120; 3 lies in 2 but is smaller; 4 overlaps 2 by 20 / 180.
        let faces = [face(0, 10, 0.5), face(2, 10, 0.9), face(4, 4, 0.7), face(10, 10, 0.6)]
        let kept = faces.withoutDuplicates()
        #expect(kept.map(\.confidence) == [0.9, 0.6])
    }

    @Test(arguments: [
        (48, 48), (1, 1), (640, 480), (1, 5000), (4000, 3000), (9000, 200), (12_000, 9000),
    ])
    func windowsCoverTheImage(width: Int, height: Int) {
        let windows = FaceWindow.covering(width: width, height: height, minimumSize: 32)
        var covered = [Bool](repeating: false, count: width)
        for window in windows {
            #expect(window.left >= 0 && window.left + window.width <= width)
            #expect(window.top >= 0 && window.top + window.height <= height)
            #expect(max(window.scaledWidth, window.scaledHeight) + 2 * window.padding <= 1105)
        }
        let finest = windows[0]
        let level = windows.filter {
            $0.width == finest.width && $0.scaledWidth == finest.scaledWidth && $0.top == 0
        }
        for window in level {
            for column in window.left ..< window.left + window.width { covered[column] = true }
        }
        #expect(covered.allSatisfy { $0 })
        // The last look shows the image whole.
        #expect(windows.last?.width == width && windows.last?.height == height)
    }

    /// Each window of the image has a cell, in which it fits; the cells fill the sheets and do not
    /// overlap.
    @Test(arguments: [
        (48, 48), (1, 1), (640, 480), (480, 640), (1, 5000), (4000, 3000), (9000, 200),
    ])
    func sheetsShowEveryWindowOnce(width: Int, height: Int) {
        let sheets = DetectionMosaic.covering(width: width, height: height, minimumSize: 24)
        let windows = FaceWindow.covering(width: width, height: height, minimumSize: 24)
        #expect(sheets.flatMap { $0.cells.map(\.window) } == windows)
        #expect(sheets.dropLast().allSatisfy { $0.cells.count == 1 })
        for sheet in sheets {
            #expect(sheet.width % 32 == 0 && sheet.height % 32 == 0)
            var shown = [Int](repeating: 0, count: sheet.width * sheet.height)
            for cell in sheet.cells {
                #expect(cell.left % 32 == 0 && cell.top % 32 == 0)
                #expect(cell.width >= cell.window.scaledWidth + 2 * cell.window.padding)
                #expect(cell.height >= cell.window.scaledHeight + 2 * cell.window.padding)
                for y in cell.top ..< cell.top + cell.height {
                    for x in cell.left ..< cell.left + cell.width {
                        shown[y * sheet.width + x] += 1
                    }
                }
            }
            #expect(shown.allSatisfy { $0 == 1 })
        }
    }

    /// A picture of 640 x 480 is shown whole, as a half, and as a quarter: in cells at 0, at
    /// (672, 0) and below that at (672, 256).
    @Test func facesOnASheetAreOfTheCellTheyLieIn() throws {
        let sheets = DetectionMosaic.covering(width: 640, height: 480, minimumSize: 24)
        try #require(sheets.count == 1)
        #expect(sheets[0].width == 992 && sheets[0].height == 480)
        #expect(sheets[0].cells.map { [$0.left, $0.top] } == [[0, 0], [672, 0], [672, 256]])
        func face(_ left: Double, _ top: Double, _ confidence: Double) -> DetectedFace {
            var face = typicalFace()
            face.box = Rectangle(left: left, top: top, width: 30, height: 30)
            face.confidence = confidence
            return face
        }
        // Whole; of one place in the half twice; in the quarter; between two pictures, where only an
        // edge goes on; its middle off the sheet, nearly half of it inside.
        let seen = [
            face(100, 50, 0.9), face(700, 20, 0.5), face(702, 21, 0.6), face(692, 276, 0.7),
            face(650, 100, 0.8), face(-16, 300, 0.4),
        ]
        let found = sheets[0].inImage(seen, imageWidth: 640, imageHeight: 480)
        #expect(
            found.map(\.box) == [
                Rectangle(left: 100, top: 50, width: 30, height: 30),
                Rectangle(left: -16, top: 300, width: 30, height: 30),
                Rectangle(left: 60, top: 42, width: 60, height: 60),
                Rectangle(left: 80, top: 80, width: 120, height: 120),
            ])
        #expect(found.map(\.confidence) == [0.9, 0.4, 0.6, 0.7])
        let nose = try #require(found.last).landmarks.nose
        let before = typicalFace().landmarks.nose
        #expect(nose == Point(x: 4 * (before.x - 672), y: 4 * (before.y - 256)))
    }

    @Test func tilesDropWhatTheirNeighbourHoldsWhole() throws {
        let window = FaceWindow(
            left: 100, top: 0, width: 200, height: 100, scaledWidth: 100, scaledHeight: 50,
            padding: 0)
        func face(left: Double) -> DetectedFace {
            var face = typicalFace()
            face.box = Rectangle(left: left, top: 5, width: 20, height: 20)
            return face
        }
        let inside = try #require(window.inImage(face(left: 10), imageWidth: 300, imageHeight: 100))
        #expect(inside.box == Rectangle(left: 120, top: 10, width: 40, height: 40))
        // Cut by the inner edge on the left, and by the image's own edge on the right.
        #expect(window.inImage(face(left: 1), imageWidth: 300, imageHeight: 100) == nil)
        #expect(window.inImage(face(left: 85), imageWidth: 300, imageHeight: 100) != nil)
        #expect(window.inImage(face(left: 85), imageWidth: 400, imageHeight: 100) == nil)
    }

    /// A candidate of 60 pixels at (100, 50), level: the view shows it at 75.
    @Test func theSecondLookIsUprightAndOfOneSize() throws {
        var level = FaceAlignment.fer2013
        level.rollDegrees = 0
        var candidate = typicalFace(level)
        candidate.box = Rectangle(left: 70, top: 20, width: 60, height: 60)
        let look = DetectionPass(at: candidate)
        // A few roundings of numbers near 100.
        #expect(look.toPhoto(Point(x: 64, y: 64)).distance(to: Point(x: 100, y: 50)) < 1e-12)
        #expect(abs(look.toPhoto.scale - 0.8) < 1e-12)

        var seen = typicalFace(level)
        seen.box = Rectangle(left: 39, top: 49, width: 50, height: 60)
        (seen.confidence, seen.landmarks.nose) = (0.8, Point(x: 69, y: 74))
        let face = try #require(look.face(among: [seen]))
        // Its middle (64, 79) lies at (100, 62) of the photo.
        let expected = Rectangle(left: 80, top: 38, width: 40, height: 48)
        #expect(face.box.overlap(with: expected) > 1 - 1e-12)
        #expect(face.landmarks.nose.distance(to: Point(x: 104, y: 58)) < 1e-12)
        #expect(face.confidence == 0.8)

        // 33.5 pixels from the middle of the view: another face.
        seen.box.left += 30
        #expect(look.face(among: [seen]) == nil)
    }

    @Test(arguments: [
        // Odds 9 and 1, 4 and 1/4, 1/9 and 1/9 and 9; one look has no more than 99 to 1.
        ([0.9, 0.5], 0.75), ([0.8, 0.2], 0.5), ([0.1, 0.1, 0.9], 1 / (1 + cbrt(9))),
        ([1, 0.01], 0.5), ([0, 0.99], 0.5),
    ])
    func looksAreWeighedByTheirLogOdds(looks: [Double], confidence: Double) {
        #expect(abs(DetectionPass.confidence(of: looks) - confidence) < 1e-12)
    }

    @Test func aMirroredFaceIsSeenFromTheOtherSide() {
        func point(_ x: Double) -> Point { Point(x: x, y: 5 + x) }
        let face = DetectedFace(
            box: Rectangle(left: 10, top: 20, width: 30, height: 40),
            landmarks: FaceLandmarks(
                leftEye: point(15), rightEye: point(32), nose: point(25), leftMouth: point(18),
                rightMouth: point(31)), confidence: 0.5)
        let mirrored = face.mirrored(width: 100)
        #expect(mirrored.box == Rectangle(left: 60, top: 20, width: 30, height: 40))
        #expect(mirrored.landmarks.leftEye == Point(x: 68, y: 37))
        #expect(mirrored.landmarks.rightMouth == Point(x: 82, y: 23))
        #expect(mirrored.mirrored(width: 100) == face)
    }
}
