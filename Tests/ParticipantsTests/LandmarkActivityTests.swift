import Foundation
import Imaging
import Mien
import TestSupport
import Testing

@testable import Participants

/// Facial geometry of 68 points over a video, computed by hand.
struct LandmarkActivityTests {
    /// A face whose eyes are 100 pixels apart, each 40 wide and 10 high; the mouth is 80 wide.
    /// - Parameters:
    ///   - mouth: height of the inner mouth.
    ///   - corners: how far the left and the right corner lie above the middle of the lips.
    ///   - brows: how far the brows lie above the lids.
    private func face(
        mouth: Double = 6, corners: (Double, Double) = (0, 0), brows: Double = 30
    ) -> [Point] {
        var points = (0 ..< 68).map { Point(x: Double($0), y: 250) }
        for (first, x) in [(36, 100.0), (42, 200.0)] {
            let shape: [(Double, Double)] = [
                (-20, 0), (-10, -5), (10, -5), (20, 0), (10, 5), (-10, 5),
            ]
            for (index, (across, down)) in shape.enumerated() {
                points[first + index] = Point(x: x + across, y: 100 + down)
            }
        }
        // Straight above points 37, 39, 42 and 44, the outer ends 10 lower than the inner ones.
        points[19] = Point(x: 90, y: 95 - brows)
        points[24] = Point(x: 210, y: 95 - brows)
        points[21] = Point(x: 120, y: 100 - brows)
        points[22] = Point(x: 180, y: 100 - brows)
        points[17] = Point(x: 80, y: 110 - brows)
        points[26] = Point(x: 220, y: 110 - brows)
        points[33] = Point(x: 150, y: 150)
        points[48] = Point(x: 110, y: 200 - corners.0)
        points[54] = Point(x: 190, y: 200 - corners.1)
        points[51] = Point(x: 150, y: 190)
        points[57] = Point(x: 150, y: 210)
        let inner: [(Int, Double, Double)] = [
            (60, 120, 0), (64, 180, 0), (61, 135, -1), (62, 150, -1), (63, 165, -1),
            (67, 135, 1), (66, 150, 1), (65, 165, 1),
        ]
        for (index, x, side) in inner { points[index] = Point(x: x, y: 200 + side * mouth / 2) }
        return points
    }

    private func expect(
        _ values: FeatureValues, _ name: String, _ expected: Double,
        _ location: SourceLocation = #_sourceLocation
    ) {
        let value = values["face.landmarks_\(name)"] ?? .nan
        #expect(
            abs(value - expected) < 1e-12, "\(name): \(value), expected \(expected)",
            sourceLocation: location)
    }

    @Test func measuresAreInDistancesOfTheEyes() {
        var activity = LandmarkActivity()
        activity.add(face(), seconds: 0)
        let values = activity.values()
        // Height 10 in a width of 40; 6 in 60.
        expect(values, "eye_opening_mean", 0.25)
        expect(values, "mouth_opening_mean", 0.1)
        expect(values, "mouth_width_mean", 0.8)
        expect(values, "mouth_corners_mean", 0)
        expect(values, "mouth_asymmetry_mean", 0)
        expect(values, "upper_lip_mean", 0.4)
        expect(values, "brow_height_mean", 0.3)
        expect(values, "inner_brow_height_mean", 0.3)
        expect(values, "brow_slope_mean", atan2(10, 40))
        expect(values, "brow_gap_mean", 0.6)
        #expect(values.count == 10, "one frame has neither spread nor movement")
    }

    @Test func spreadAndMovementAreOfWhatChanged() {
        var activity = LandmarkActivity()
        activity.add(face(), seconds: 0)
        activity.add(face(mouth: 18, corners: (8, 4), brows: 34), seconds: 0.5)
        activity.add(face(), seconds: 1)
        let values = activity.values()
        // 0.1, 0.3, 0.1: deviation 0.2 / sqrt(3), 0.4 in one second.
        expect(values, "mouth_opening_mean", 0.5 / 3)
        expect(values, "mouth_opening_sd", 0.2 / 3.0.squareRoot())
        expect(values, "mouth_opening_speed", 0.4)
        expect(values, "mouth_corners_mean", 0.06 / 3)
        expect(values, "mouth_corners_speed", 0.12)
        expect(values, "mouth_asymmetry_speed", 0.08)
        expect(values, "brow_height_sd", 0.04 / 3.0.squareRoot())
        expect(values, "brow_slope_sd", 0)
        expect(values, "eye_opening_speed", 0)
        // Six points of the inner mouth by 6, the corners by 8 and 4, six of the brows by 4: 0.72
        // distances of the eyes there, and back.
        expect(values, "speed", 2 * 0.72 / 68)
        #expect(values.count == LandmarkActivity.definitions.count)
    }

    @Test func theCameraDoesNotMatter() {
        var (near, far) = (LandmarkActivity(), LandmarkActivity())
        let (cosine, sine) = (cos(0.3), sin(0.3))
        for (index, mouth) in [4.0, 9, 2, 16].enumerated() {
            let points = face(mouth: mouth, corners: (mouth, 1), brows: 20 + mouth)
            let shift = 40 * Double(index)
            far.add(points, seconds: Double(index) / 5)
            near.add(
                points.map {
                    Point(
                        x: 3 * (cosine * $0.x - sine * $0.y) + shift,
                        y: 3 * (sine * $0.x + cosine * $0.y) - shift)
                }, seconds: Double(index) / 5)
        }
        let values = near.values()
        for (name, value) in far.values() {
            #expect(abs(value - (values[name] ?? .nan)) < 1e-9, "\(name)")
        }
    }

    @Test func nothingLiesBetweenDistantFrames() {
        var activity = LandmarkActivity()
        #expect(activity.values().isEmpty)
        activity.add([Point](repeating: Point(x: 5, y: 5), count: 68), seconds: 0)
        #expect(activity.values().isEmpty, "eyes that coincide are no unit")
        activity.add(face(), seconds: 1)
        activity.add(face(mouth: 18), seconds: 3)
        let values = activity.values()
        #expect(values["face.landmarks_speed"] == nil)
        #expect(values["face.landmarks_mouth_opening_speed"] == nil)
        expect(values, "mouth_opening_mean", 0.2)
    }

    /// The mouth of the small model opens where the right half of a crop is brighter.
    @Test func pointsOfAModelBecomeMeasures() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("small.dat")
            try DlibModel.face.data.write(to: file)
            let model = try LandmarkModel(contentsOf: file)
            var activity = EmotionActivity()
            for (index, step) in [0, 40].enumerated() {
                let crop = Image(
                    width: 48, height: 48, channels: 1,
                    pixels: (0 ..< 48 * 48).map { $0 % 48 < 24 ? 100 : UInt8(100 + step) })
                activity.add([1, 0, 0, 0, 0, 0, 0, 0], seconds: Double(index) / 2)
                activity.add(landmarks: model.points(ofCrop: crop), seconds: Double(index) / 2)
            }
            let values = activity.values()
            // Points 55 to 59 of the lower lip move down by 0.2 of the box, 0.5 distances of the
            // eyes; the corners, which stay, then lie 0.25 above the middle.
            #expect(abs((values["face.landmarks_mouth_corners_mean"] ?? 0) - 0.125) < 1e-4)
            #expect(abs((values["face.landmarks_mouth_corners_speed"] ?? 0) - 0.5) < 1e-4)
            #expect(abs((values["face.landmarks_speed"] ?? 0) - 2 * 5 * 0.5 / 68) < 1e-4)
            // Corners 0.4 of the box apart, the eyes as well.
            #expect(abs((values["face.landmarks_mouth_width_mean"] ?? 0) - 1) < 1e-4)
            #expect(values["face.emotion_kept_share"] == 1)
        }
    }

    // MARK: - Installation

    @Test func aModelThatNobodyNamedMayBeMissing() throws {
        try withFolder { folder in
            let none = folder.appendingPathComponent("none.dat")
            let small = folder.appendingPathComponent("small.dat")
            let other = folder.appendingPathComponent("other.dat")
            try DlibModel.face.data.write(to: small)
            try Data("no model".utf8).write(to: other)
            func located(
                _ variable: String? = nil, package: URL, named: URL? = nil
            ) throws(LandmarkModelError) -> URL? {
                try LandmarkModel.locateIfInstalled(
                    environment: variable.map { ["MIEN_LANDMARK_MODEL": $0] } ?? [:],
                    package: package, named: named)
            }
            #expect(try located(package: none) == nil)
            #expect(try located("", package: none) == nil)
            #expect(try located(package: small) == small)
            #expect(try located(small.path, package: none) == small)
            #expect(try located(package: other, named: small) == small)
            let missing = LandmarkModelError.modelMissing(lookedFor: [none.path])
            #expect(throws: missing) { try located(none.path, package: small) }
            #expect(throws: missing) { try located(package: small, named: none) }

            let found = try LandmarkModel.of68Points(at: small)
            #expect(found.model.pointCount == 68)
            #expect(found.digest == (try Model.sha256(ofFile: small)))
            #expect(throws: LandmarkModelError.self) { try LandmarkModel.of68Points(at: other) }
        }
    }

    // MARK: - Extraction

    private final class Memory: ResultStore {
        var files: [String: Data] = [:]
        func read(_ name: String) throws -> Data? { files[name] }
        func write(_ data: Data, to name: String) throws { files[name] = data }
    }

    /// Rows that were made without the model are made anew with it, and the other way round.
    @Test func rowsWithAndWithoutTheModelAreNotMixed() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("study")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            let people = ["a", "b", "c"]
            try Data(
                "participant,video\n\(people.map { "\($0),\($0).avi\n" }.joined())".utf8
            ).write(to: url.appendingPathComponent("manifest.csv"))
            for name in people {
                try Data(name.utf8).write(to: url.appendingPathComponent("\(name).avi"))
            }
            let corpus = try Corpus.read(url.path)
            func extractor(_ landmarkModel: String) -> Participants.FeatureExtractor {
                let points = landmarkModel.isEmpty ? nil : face()
                var extractor = FeatureExtractor()
                extractor.emotionModel = "e"
                extractor.landmarkModel = landmarkModel
                extractor.emotions = { _ in
                    var activity = EmotionActivity()
                    activity.add([1, 0, 0, 0, 0, 0, 0, 0], seconds: 0)
                    if let points { activity.add(landmarks: points, seconds: 0) }
                    return activity
                }
                return extractor
            }
            func opening(_ extraction: FeatureExtraction?) -> [Double]? {
                guard let table = extraction?.table,
                    let column = table.columns.firstIndex(where: {
                        $0.name == "landmarks_mouth_opening_mean"
                    })
                else { return nil }
                return table.values.map { $0[column] }
            }
            let store = Memory()
            let stopped = extractor("").table(of: [corpus], store: store) { done, _ in done < 2 }
            #expect(stopped == nil && store.files.count == 1)
            let with = extractor("one").table(of: [corpus], store: store)
            #expect(store.files.count == 4)
            #expect(opening(with)?.allSatisfy { abs($0 - 0.1) < 1e-12 } == true)
            #expect(with?.models.map(\.purpose) == ["expression", "landmarks"])
            #expect(with?.models.last?.sha256 == "one")
            #expect(with?.models.last?.terms == LandmarkModel.terms)
            let other = extractor("two").table(of: [corpus], store: store)
            #expect(store.files.count == 7 && opening(other) != nil)
            let without = extractor("").table(of: [corpus], store: store)
            #expect(store.files.count == 9 && opening(without) == nil)
            #expect(without?.models.map(\.purpose) == ["expression"])
        }
    }

    // MARK: - Terms

    /// 40 people whose face tells their label.
    private func table(_ column: String) -> ParticipantTable {
        let people = (0 ..< 40).map {
            Participant(
                id: "\($0)", corpus: "drawn", label: $0 % 2 == 0, score: $0 % 2 == 0 ? 13 : 4)
        }
        return ParticipantTable(
            participants: people,
            columns: [
                FeatureColumn(name: column, modality: .face),
                FeatureColumn(name: "f0_mean", modality: .voice),
            ],
            values: people.indices.map {
                [Double($0 % 2) + 0.9 * sin(Double($0)), cos(Double($0))]
            })
    }

    @Test func cardAndReportOfModelsWithLandmarksNameTheTerms() throws {
        let terms = "300-W, excludes commercial use"
        func model(
            _ column: String, _ modalities: [Modality]? = nil
        ) throws -> (ParticipantModel, ParticipantEvaluation) {
            var options = ParticipantOptions.quick { $0.folds = 2 }
            options.innerFolds = 2
            options.modalities = modalities
            let table = table(column)
            return (
                try ParticipantModel(fitting: table, name: "t.csv", sha256: "0", options: options),
                try ParticipantEvaluation(table, name: "t.csv", sha256: "0", options: options)
            )
        }
        let (with, evaluation) = try model("landmarks_mouth_opening_mean")
        #expect(with.card.terms?.hasSuffix(terms) == true && "\(with)".contains(terms))
        #expect(evaluation.notes.contains { $0.contains(terms) })
        let json = try #require(String(data: try with.data, encoding: .utf8))
        #expect(json.contains(terms))
        let report = try #require(try evaluation.run(threads: 1, store: nil) { _ in .proceed })
        #expect("\(report)".contains(terms) && report.html.contains(terms))

        // Columns of other names, and landmarks that the model does not use.
        for (other, evaluation) in [
            try model("points_speed"), try model("landmarks_mouth_opening_mean", [.voice]),
        ] {
            #expect(other.card.terms == nil && !"\(other)".contains(terms))
            #expect(evaluation.notes.isEmpty)
        }

        // A card of earlier versions has no terms.
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("terms-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: url) }
        let (plain, _) = try model("points_speed")
        let text = try #require(String(data: try plain.data, encoding: .utf8))
        #expect(!text.contains("\"terms\""))
        try Data(text.utf8).write(to: url)
        #expect(try ParticipantModel(contentsOf: url).card == plain.card)
    }
}
