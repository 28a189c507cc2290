import Evaluation
import Foundation
import Imaging
import Mien
import Networks
import ProgramSupport
import Testing
import Torch

/// The predictor with a detector that says what it is told.
@Suite(.serialized)
struct PredictorTests {
    /// A network with random weights that knows eight emotions.
    private static func model() throws -> Model {
        var recipe = Recipe.paper
        recipe.labels = .fer2013
        recipe.head = .emotions
        recipe.imageSize = 32
        recipe.maxSteps = 1
        recipe.batchSize = 8
        recipe.precision = .float32
        recipe.augmentation = .none
        let data = Dataset.synthetic(
            try SyntheticOptions(parsing: "synthetic:seed=4,train=96,valid=0,test=0") ?? .init())
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let start = RunConfiguration(
            recipe: recipe, data: "synthetic", votes: nil, skipBadRows: false,
            initialWeights: "scratch", threads: 1, device: "cpu", sources: data.sources)
        let outputs = try recipe.classes(for: data).count
        return try Trainer(
            start, dataset: data,
            initial: InitialNetwork(
                scratch: Architecture.resnet18.network(outputs: outputs), seed: 1),
            folder: RunFolder.create(at: folder, start), resume: false
        ).run { _ in .proceed }
    }

    /// - Parameters:
    ///   - evidence: what the model says of each crop: log-odds that it shows a face.
    ///   - occlusion: and that something covers it.
    private static func predictor(
        _ options: PredictionOptions = floatOptions, evidence: Float? = nil,
        occlusion: Float? = nil, occlusionLine: LinearProbe? = nil,
        find: @escaping @Sendable (Image) throws -> [DetectedFace]
    ) throws -> Predictor {
        var model = try model()
        func line(_ odds: Float) -> LinearProbe {
            LinearProbe(
                weights: Array(repeating: 0, count: 448), bias: odds, positives: 0, negatives: 0,
                auc: .missing("made up"))
        }
        model.card.faceEvidence = evidence.map(line)
        model.card.faceOcclusion = occlusionLine ?? occlusion.map(line)
        return Predictor(
            model, faceExtractor: FaceExtractor(options: options) { FakeFinder(find: find) })
    }

    private static var floatOptions: PredictionOptions {
        var options = PredictionOptions()
        options.precision = .float32
        return options
    }

    @Test func everyFaceGetsItsStatus() async throws {
        let predictor = try Self.predictor { _ in [face(10, 10), face(150, 150, side: 6)] }
        let image = try await predictor.predict(noise(200, 200, seed: 1))
        #expect(image.width == 200 && image.height == 200 && !image.isWholeImage)
        #expect(image.faces.map(\.status) == [.ok, .lowQuality], "\(image.faces.map(\.problems))")
        let score = try #require(image.faces[0].score)
        #expect(score > 0 && score < 1)
        #expect(image.faces[0].reason == nil)
        #expect(image.faces[1].score == nil && image.faces[1].reason?.isEmpty == false)
        // Of the emotions, sad and neutral add up to the score.
        let parts = image.faces[0].emotions.filter { [.sad, .neutral].contains($0.emotion) }
        #expect(parts.count == 2)
        #expect(abs(parts.reduce(0) { $0 + $1.probability } - score) < 1e-6)
        #expect(image.faces[0].crop.width == 48 && image.faces[0].crop.channels == 1)
    }

    @Test func mapsLieOnTheFaces() async throws {
        let model = try Self.model()
        let faceExtractor = FaceExtractor(options: Self.floatOptions) {
            FakeFinder { _ in [face(10, 10), face(150, 150, side: 6)] }
        }
        let predictor = Predictor(
            model, faceExtractor: faceExtractor, explainer: ExplanationSession(for: model.card))
        let photo = noise(200, 200, seed: 1)
        let image = try await predictor.predict(photo)
        // The face that is not scored has no map.
        #expect(image.faces.map { $0.explanation != nil } == [true, false])
        let map = try #require(image.faces[0].explanation?.map)
        let picture = image.annotated(photo, by: predictor.card)
        func colourful(_ left: Int, _ top: Int, _ side: Int) -> Bool {
            (top ..< top + side).contains { row in
                (left ..< left + side).contains { column in
                    let index = 3 * (row * 200 + column)
                    return abs(Int(picture.pixels[index]) - Int(picture.pixels[index + 2])) > 8
                }
            }
        }
        #expect(colourful(20, 40, 30) == !map.isEmpty)
        // The box ends at 110, what the model saw of the photo at about 120.
        #expect(!colourful(130, 60, 40))
    }

    @Test func withoutAFaceThereIsNoScore() async throws {
        let predictor = try Self.predictor { _ in [] }
        let image = try await predictor.predict(noise(60, 40, seed: 2))
        #expect(image.faces.isEmpty)
        let row = PredictionRow.rows(FileName("a"), image, predictor.card)
        #expect(row.map(\.status) == [.noFace] && row[0].score == nil)
    }

    @Test func optionsDecideWhatIsScored() async throws {
        let find: @Sendable (Image) -> [DetectedFace] = { _ in
            [face(10, 10), face(150, 150, side: 6)]
        }
        var options = Self.floatOptions
        options.scoresLowQuality = true
        options.abstainBelow = 1
        let picture = noise(200, 200, seed: 1)
        let kept = try await Self.predictor(options, find: find).predict(picture)
        #expect(kept.faces.map(\.status) == [.abstained, .lowQuality])
        #expect(kept.faces.allSatisfy { $0.score != nil })
        options.largestOnly = true
        options.abstainBelow = 0.5
        let largest = try await Self.predictor(options, find: find).predict(picture)
        #expect(largest.faces.map(\.status) == [.ok])
    }

    /// 0.25 has log-odds of -1.0986; the model adds at most 2: doubt is from 0.0432 to 0.7112.
    @Test(
        arguments: [
            (nil, [0.9, 0.5, 0.3]), (1.5, [0.9758, 0.8176, 0.6576, 0.2522]), (-1.5, [0.6676]),
            (9, [0.9852, 0.8808, 0.7600, 0.2800, 0.3574]),
        ] as [(Float?, [Double])])
    func theModelHasASayInWhatIsAFace(evidence: Float?, expected: [Double]) async throws {
        // What the finder gives at its own threshold, and what there is besides.
        let (sure, doubtful) = ([0.9, 0.5, 0.3], [0.05, 0.07])
        let finder: @Sendable (Image) -> [DetectedFace] = { _ in
            (evidence == nil ? sure : sure + doubtful).enumerated().map { index, confidence in
                var found = face(Double(10 + index), 10)
                found.confidence = confidence
                return found
            }
        }
        let image = try await Self.predictor(evidence: evidence, find: finder)
            .predict(noise(200, 200, seed: 1))
        let kept = image.faces.compactMap { $0.face?.confidence }
        #expect(kept.count == expected.count, "\(kept)")
        for (found, wanted) in zip(kept, expected) { #expect(abs(found - wanted) < 1e-4) }
        #expect(image.faces.allSatisfy { $0.score != nil })
    }

    @Test func aLargestFaceThatIsNoneGivesWayToTheNext() async throws {
        var options = Self.floatOptions
        options.largestOnly = true
        let finder: @Sendable (Image) -> [DetectedFace] = { _ in
            zip([120.0, 100, 80], [0.3, 0.9, 0.9]).map { side, confidence in
                var found = face(10, 10, side: side)
                found.confidence = confidence
                return found
            }
        }
        for (evidence, side) in [(-2, 100), (2, 120)] as [(Float, Double)] {
            let image = try await Self.predictor(options, evidence: evidence, find: finder)
                .predict(noise(200, 200, seed: 1))
            #expect(image.faces.map { $0.face?.size } == [side])
        }
    }

    @Test func aDoubtfulFaceOfLowQualityIsJudgedAndNotScored() async throws {
        let finder: @Sendable (Image) -> [DetectedFace] = { _ in
            var found = face(150, 150, side: 6)
            found.confidence = 0.1
            return [found]
        }
        for (evidence, count) in [(-2, 0), (2, 1)] as [(Float, Int)] {
            let image = try await Self.predictor(evidence: evidence, find: finder)
                .predict(noise(200, 200, seed: 1))
            #expect(image.faces.map(\.status) == Array(repeating: .lowQuality, count: count))
            #expect(image.faces.allSatisfy { $0.score == nil && $0.emotions.isEmpty })
        }
    }

    /// Log-odds of 0.1 are 0.525, above the limit of 0.5; of -0.1 0.475.
    @Test func aCoveredFaceIsOfLowQuality() async throws {
        let finder: @Sendable (Image) -> [DetectedFace] = { _ in
            [face(10, 10), face(150, 150, side: 6)]
        }
        var options = Self.floatOptions
        for (odds, scoresLowQuality) in [(-0.1, false), (0.1, false), (0.1, true)] {
            options.scoresLowQuality = scoresLowQuality
            let image = try await Self.predictor(options, occlusion: Float(odds), find: finder)
                .predict(noise(200, 200, seed: 1))
            let (first, second) = (image.faces[0], image.faces[1])
            #expect(first.status == (odds > 0 ? .lowQuality : .ok))
            #expect(first.problems.map(\.name) == (odds > 0 ? ["covered"] : []))
            #expect(abs((first.quality?.occlusion ?? 0) - 1 / (1 + exp(-odds))) < 1e-6)
            #expect((first.score == nil) == (odds > 0 && !scoresLowQuality))
            #expect(first.emotions.isEmpty == (first.score == nil))
            // The small one was not shown to the model unless it is to be scored.
            #expect((second.quality?.occlusion == nil) == !scoresLowQuality)
            #expect(second.problems.map(\.name).contains("small"))
            if odds > 0 {
                let words = "something seems to cover it: occlusion 0.52, at most 0.50 is usable"
                #expect(first.reason == words)
            }
        }
    }

    /// Of several in a batch, by a line that weighs what the network sees of each.
    @Test func eachFaceIsJudgedByItsOwnCrop() async throws {
        let line = LinearProbe(
            weights: (0 ..< 448).map { Float($0 % 5) / 100 - 0.02 }, bias: 0.1, positives: 0,
            negatives: 0, auc: .missing("made up"))
        var options = Self.floatOptions
        options.scoresLowQuality = true
        let finder: @Sendable (Image) -> [DetectedFace] = { _ in
            [face(10, 10), face(120, 20), face(60, 130)]
        }
        let faces = try await Self.predictor(options, occlusionLine: line, find: finder)
            .predict(noise(240, 240, seed: 1)).faces
        let model = try Self.model()
        var seen: [Double] = []
        for face in faces {
            let data = Dataset(
                name: "crop", samples: [Sample(id: "0", row: 0)], images: [face.crop])
            let batch = ImageBatch(data, positions: [0], samples: [0], size: model.card.imageSize) {
                _ in .identity
            }
            let output = model.outputs(of: batch, precision: .float32, pooledFeatures: true)[0]
            let odds = line(try #require(output.pooledFeatures))
            seen.append(try #require(face.quality?.occlusion))
            // Sums of another order in a batch of another size.
            #expect(abs(seen[seen.count - 1] - 1 / (1 + exp(-odds))) < 1e-5)
        }
        #expect(seen.count == 3 && Set(seen).count == 3)
    }

    /// A doubtful face that the model takes for one, covered, and less certain than asked for: it is
    /// of low quality, and not abstained on.
    @Test func evidenceOcclusionAndAbstentionGoTogether() async throws {
        var options = Self.floatOptions
        options.abstainBelow = 1
        let finder: @Sendable (Image) -> [DetectedFace] = { _ in
            var doubtful = face(10, 10)
            doubtful.confidence = 0.1
            return [doubtful]
        }
        for (occlusion, scores, status) in [
            (-1, false, .abstained), (1, false, .lowQuality), (1, true, .lowQuality),
        ] as [(Float, Bool, PredictionStatus)] {
            options.scoresLowQuality = scores
            let faces = try await Self.predictor(
                options, evidence: 1.5, occlusion: occlusion, find: finder
            ).predict(noise(200, 200, seed: 1)).faces
            #expect(faces.map(\.status) == [status])
            #expect((faces[0].score != nil) == (occlusion < 0 || scores))
            // -2.1972 and 1.5 in log-odds.
            #expect(abs((faces[0].face?.confidence ?? 0) - 0.3324) < 1e-4)
        }
    }

    @Test func aWholeImageIsScoredAsEvaluationDoes() async throws {
        let model = try Self.model()
        // 300 x 260: reduced and cut to its centre square, as a data set's images are.
        let images = [noise(48, 48, seed: 3), noise(300, 260, seed: 4)]
        let folder = try TemporaryFolder()
        for (number, image) in images.enumerated() {
            try folder.write(image.encoded(as: .png), to: "sad/\(number).png")
        }
        let dataset = try Dataset.load(data: folder.path)
        let expected = try #require(
            try model.probabilities(of: [0, 1], in: dataset, precision: .float32)
        ).map { model.score($0) }
        var options = Self.floatOptions
        options.wholeImage = true
        let faceExtractor = try FaceExtractor(options: options)
        let predictor = Predictor(model, faceExtractor: faceExtractor)
        for (number, score) in expected.enumerated() {
            let file = FileName(folder.path + "/sad/\(number).png")
            guard case .image(let image) = try await predictor.predict(contentsOf: file) else {
                Issue.record("\(file.text) was not read")
                return
            }
            #expect(image.isWholeImage && image.faces.count == 1 && image.faces[0].face == nil)
            // The same numbers in batches of one and of two: float32 sums in another order.
            #expect(abs((image.faces[0].score ?? 0) - score) < 1e-4)
        }
    }

    @Test func manyTasksAtOnceGetTheirOwnScores() async throws {
        let predictor = try Self.predictor { image in
            // As many faces as the first pixel says.
            (0 ..< Int(image.pixels[0] % 4)).map { face(Double(5 * $0), 5) }
        }
        let images = (0 ..< 24).map { noise(140, 140, seed: UInt8($0)) }
        let together = try await predictor.predict(images)
        #expect(together.map(\.faces.count) == images.map { Int($0.pixels[0] % 4) })
        for (image, expected) in zip(images, together) {
            let alone = try await predictor.predict(image)
            for (a, b) in zip(alone.faces, expected.faces) {
                // Batches of other sizes: float32 sums in another order.
                #expect(abs((a.score ?? 0) - (b.score ?? 1)) < 1e-4)
            }
        }
        #expect(Set(together.flatMap(\.faces).compactMap(\.score)).count > 10)
    }

    @Test func errorsAndCancellationReachTheCaller() async throws {
        struct Broken: Error {}
        let broken = try Self.predictor { _ in throw Broken() }
        await #expect(throws: Broken.self) {
            try await broken.predict(noise(20, 20, seed: 1))
        }
        let slow = try Self.predictor { _ in
            Thread.sleep(forTimeInterval: 0.05)
            return [face(1, 1)]
        }
        let images = Array(repeating: noise(120, 120, seed: 1), count: 500)
        let start = ContinuousClock.now
        let task = Task { try await slow.predict(images) }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // 500 images would take over 12 s.
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func filesThatCannotBeReadAreResults() async throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "empty.png")
        try folder.write("text", to: "text.jpg")
        let predictor = try Self.predictor { _ in [] }
        for (name, word) in [
            ("empty.png", "empty"), ("text.jpg", "not an image"), ("none.png", "No such file"),
            (".", "folder"),
        ] {
            let file = FileName(folder.path + "/" + name)
            guard case .unreadable(let reason) = try await predictor.predict(contentsOf: file)
            else {
                Issue.record("\(name) was read")
                continue
            }
            #expect(reason.contains(word), "\(reason)")
        }
    }

    @Test(arguments: [0.4, 1.1, .nan]) func optionsOutOfRangeAreRefused(value: Double) {
        var options = PredictionOptions()
        options.abstainBelow = value
        #expect(throws: UsageError.self) { try options.validate() }
    }
}

/// Says what it is told to.
struct FakeFinder: FaceDetection {
    let find: @Sendable (Image) throws -> [DetectedFace]

    func faces(
        in image: Image, threads: Int, minimumConfidence: Double?
    ) throws -> [DetectedFace] {
        try find(image)
    }
}

/// Grey noise, whose faces are sharp and of middling brightness.
func noise(_ width: Int, _ height: Int, seed: UInt8) -> Image {
    var state = UInt32(seed) &+ 1
    let pixels = (0 ..< width * height).map { _ -> UInt8 in
        state = state &* 1_664_525 &+ 1_013_904_223
        return UInt8(state >> 24)
    }
    return Image(width: width, height: height, channels: 1, pixels: pixels)
}
