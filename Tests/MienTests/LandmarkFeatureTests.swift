import Evaluation
import Foundation
import Imaging
import Mien
import TestSupport
import Testing

/// Features of landmarks, by small models in dlib's form that say which file is used.
@Suite(.serialized)
struct LandmarkFeatureTests {
    /// Runs `body` while a file holds the landmark model.
    private func with(_ data: Data, _ body: (URL) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("mien-landmarks-\(UUID().uuidString).dat")
        try data.write(to: file)
        LandmarkModel.file = file
        defer {
            LandmarkModel.file = nil
            try? FileManager.default.removeItem(at: file)
        }
        try body(file)
    }

    /// A face that is brighter to the right by `step` grey levels.
    private func face(step: Int) -> [UInt8] {
        (0 ..< 48 * 48).map { $0 % 48 < 24 ? 100 : UInt8(100 + step) }
    }

    @Test func coordinatesAndMeasuresAreThoseOfThePoints() throws {
        try with(DlibModel.face.data) { file in
            let model = try LandmarkModel(contentsOf: file)
            let both = ConcatenatedFeatures([.landmarks, .geometry], landmarks: model)
            #expect(both.count == 166)
            let closed = both.features(of: face(step: 0))
            let open = both.features(of: face(step: 40))
            // Outer mouth: |51-57| over |48-54| is 0.1 / 0.4 and opens by 0.2 / 0.4 where nothing
            // but point 57 moves.
            let aspect = 136 + 3
            #expect(abs(closed[aspect] - 0.25) < 1e-4)
            #expect(abs(open[aspect] - 0.75) < 1e-4)
            // Point 57 in distances of the eyes, 0.4 of the box: (0.75 + 0.05 - 0.4) / 0.4, and 0.5
            // more.
            #expect(abs(closed[2 * 57 + 1] - 1) < 1e-4)
            #expect(abs(open[2 * 57 + 1] - 1.5) < 1e-4)
            // Eyes: 0.2 wide, 0.1 sin 60 degrees high.
            #expect(abs(closed[136] - Float(0.1 * 0.75.squareRoot() / 0.2)) < 1e-4)
        }
    }

    @Test func theyJoinWithOthersInTheOrderGiven() throws {
        try with(DlibModel.face.data) { file in
            let model = try LandmarkModel(contentsOf: file)
            func features(_ kinds: [FeatureKind]) -> [Float] {
                ConcatenatedFeatures(kinds, landmarks: model).features(of: face(step: 40))
            }
            #expect(
                features([.geometry, .hog, .landmarks])
                    == features([.geometry]) + features([.hog]) + features([.landmarks]))
            #expect(
                features([.geometry, .landmarks]) == features([.geometry]) + features([.landmarks]))
            #expect(FeatureKind.allCases.map(\.count) == [900, 2891, 1280, 136, 30])
        }
    }

    /// Faces that are bright to the right are sad.
    private func trained(in folder: URL) throws -> (model: Model, faces: Dataset) {
        var recipe = try #require(Recipe.named.first { $0.name == "linear-svm" })
        recipe.labels = .fer2013
        recipe.classical?.features = [.geometry]
        recipe.classical?.costs = [1]
        recipe.classical?.folds = 2
        let data = folder.appendingPathComponent("faces.csv")
        var lines = ["emotion,pixels,Usage"]
        for index in 0 ..< 40 {
            var pixels = face(step: index % 2 == 0 ? 40 : 0)
            // Blocks of 6 x 6 pixels, so that no two faces are alike, but at the height of the eyes.
            let levels = patternValues(seed: UInt32(index), count: 64)
            for pixel in pixels.indices where !(18 ..< 30).contains(pixel / 48) {
                let block = pixel / 48 / 6 * 8 + pixel % 48 / 6
                pixels[pixel] = UInt8(Float(pixels[pixel]) + 40 * levels[block])
            }
            let text = pixels.map(String.init).joined(separator: " ")
            lines.append(
                "\(index % 2 == 0 ? 4 : 3),\(text),\(index < 30 ? "Training" : "PublicTest")")
        }
        try Data(lines.joined(separator: "\n").utf8).write(to: data)
        let dataset = try Dataset.load(data: data.path)
        let start = RunConfiguration(
            recipe: recipe, data: data.path, votes: nil, skipBadRows: false, initialWeights: "none",
            threads: 1, device: "cpu", sources: dataset.sources)
        let run = try RunFolder.create(at: folder.appendingPathComponent("run"), start)
        let trainer = try ClassicalTrainer(start, dataset: dataset, folder: run)
        let model = try #require(try trainer.run { _ in .proceed })
        let outcome = try EvaluationSession().evaluate(model, on: dataset, modelSHA256: "")
        #expect(outcome?.report.metrics.accuracy.value == 1)
        return (model, dataset)
    }

    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("mien-landmarks-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test func aModelIsReadWithTheLandmarksThatItWasTrainedWithAlone() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("run/model.safetensors")
            try with(DlibModel.face.data) { landmarks in
                let (model, faces) = try trained(in: folder)
                #expect(model.card.title == "linear SVM on geometry")
                #expect(model.card.fit?.features == 30)
                #expect(model.card.fit?.landmarkModel == (try Model.sha256(ofFile: landmarks)))
                #expect(model.card.markdown().contains("300-W, excludes commercial use"))
                #expect(try Model(contentsOf: file).card == model.card)
                let run = try ReportSubject(path: file.deletingLastPathComponent().path)
                let report = try RunReport(on: run, data: faces, .init(command: "mien report"))
                #expect(report?.html.contains("300-W, excludes commercial use") == true)
            }
            var other = DlibModel.face
            other.tree.threshold = 11
            try with(other.data) { _ in
                let error = #expect(throws: ModelFileError.self) { try Model(contentsOf: file) }
                #expect(error?.reason.contains("another landmark model") == true)
            }
            LandmarkModel.file = folder.appendingPathComponent("none.dat")
            defer { LandmarkModel.file = nil }
            let error = #expect(throws: ModelFileError.self) { try Model(contentsOf: file) }
            #expect(error?.reason.contains("apt-get install libdlib-data") == true)
        }
    }

    @Test func aModelOfOtherPointsIsRefused() throws {
        var five = DlibModel.face
        five.shape = Array(five.shape.prefix(10))
        five.tree = .init(
            points: (0, 1), threshold: 0,
            leaves: ([Double](repeating: 0, count: 10), [Double](repeating: 0, count: 10)))
        try with(five.data) { _ in
            let error = #expect(throws: LandmarkModelError.self) {
                try withFolder { _ = try trained(in: $0) }
            }
            #expect("\(error as Any)".contains("it finds 5 points, expected 68"))
        }
    }
}
