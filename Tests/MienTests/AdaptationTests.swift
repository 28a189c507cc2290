import Evaluation
import Foundation
import Mien
import Networks
import ProgramSupport
import Testing
import Torch

/// A network adapted to another population: what is fitted, what is chosen, what the file keeps.
@Suite(.serialized)
struct AdaptationTests {
    private static let faces = Dataset.synthetic(
        {
            var options = SyntheticOptions()
            (options.seed, options.train, options.valid, options.test) = (7, 90, 0, 0)
            return options
        }())

    /// Random weights, an output for each emotion.
    private static func model() throws -> Model {
        var recipe = Recipe.votes
        recipe.architecture = .tiny
        recipe.imageSize = 32
        recipe.labels = .fer2013
        recipe.keepSingleVotes = false
        var card = try ExplainSupport.model(emotions: true).card
        card.architecture = .tiny
        card.recipe = recipe
        card.input = InputSpecification(channels: .grey, size: 32, normalization: .grey)
        card.averagesMirrorImage = true
        return Model(
            network: NetworkModule(recipe.network(outputs: card.classes.count), seed: 3),
            card: card)
    }

    private static func adapter(_ deepest: Adaptation.Method, shots: Int? = nil) -> Adapter {
        var adapter = Adapter()
        adapter.deepest = deepest
        adapter.shots = shots
        adapter.evaluator.bootstrap = Bootstrap(resamples: 200)
        return adapter
    }

    @Test func aQuadraticIsMinimisedWhereItsGradientIsZero() {
        // (x - 1)^2 + 10 (y + 2)^2 + x y: solved by hand, x = 80/39, y = -82/39.
        let found = LimitedMemoryBFGS.minimum(from: [5, 5]) { point in
            let (x, y) = (point[0], point[1])
            return (
                (x - 1) * (x - 1) + 10 * (y + 2) * (y + 2) + x * y,
                [2 * (x - 1) + y, 20 * (y + 2) + x]
            )
        }
        #expect(abs(found[0] - 80.0 / 39) < 1e-5 && abs(found[1] + 82.0 / 39) < 1e-5)
    }

    @Test func biasesAloneGiveTheSharesOfTheLabels() {
        let labels = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2]
        let found = HeadCorrection(
            base: labels.map { _ in [0, 0, 0] }, features: nil, labels: labels, ridge: 0)
        let shares = found.logits(base: [0, 0, 0], features: []).map { exp($0) }
        let total = shares.reduce(0, +)
        for (share, wanted) in zip(shares, [0.5, 0.3, 0.2]) {
            #expect(abs(share / total - wanted) < 1e-3)
        }
    }

    @Test func aProbeLearnsWhatTheLogitsDoNotTell() {
        let labels = (0 ..< 40).map { $0 % 2 }
        // The second feature never changes, the first tells the classes apart.
        let features = labels.enumerated().map { row, label in
            [Float(label) * 2 + Float(row % 5) / 10, 3]
        }
        let base = labels.map { _ in [0.0, 0] }
        func errors(_ ridge: Double) -> Int {
            let found = HeadCorrection(
                base: base, features: features, labels: labels, ridge: ridge)
            return zip(features, labels).count { row, label in
                let logits = found.logits(base: [0, 0], features: row)
                return (logits[1] > logits[0] ? 1 : 0) != label
            }
        }
        #expect(errors(0.03) == 0)
        let held = HeadCorrection(base: base, features: features, labels: labels, ridge: 1e6)
        #expect(held.change.allSatisfy { abs($0) < 1e-4 }, "a strong ridge changes nothing")
    }

    /// Scores of 0.9 and 0.1 at equal training priors: with a share p of positives 0.9 is seen in
    /// 0.9 p + 0.1 (1 - p) of the images. 26 of 100 belong to p = 0.2; half an image is added to each.
    @Test func priorsAreEstimatedWithoutLabels() {
        let rows = (0 ..< 100).map { row in row < 26 ? [Float(0.1), 0.9] : [0.9, 0.1] }
        let found = PriorEstimation(rows, trainingPriors: [0.5, 0.5]).priors
        #expect(abs(found[1] - 20.5 / 101) < 1e-6 && abs(found[0] + found[1] - 1) < 1e-12)
    }

    @Test func anAdaptedModelKnowsWhatWasDone() throws {
        let model = try Self.model()
        let outcome = try #require(
            try Self.adapter(.linearProbe, shots: 10).adapt(
                model, modelSHA256: "abc", to: Self.faces))
        let (before, after) = (outcome.report.before, outcome.report.after)
        let (first, second) = (try #require(before), try #require(after))
        #expect(first.n == second.n && first.n > 0)
        #expect(try #require(second.logLoss.value) < #require(first.logLoss.value))
        #expect(outcome.adaptation.method != .unchanged && outcome.adaptation.subjects == 10)
        let methods = outcome.adaptation.candidates.map(\.method)
        #expect(methods == [.unchanged, .temperature, .priors, .linearProbe])

        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("adapted.safetensors")
        try outcome.model.write(to: file)
        let read = try Model(contentsOf: file)
        #expect(read.card.adaptation == outcome.adaptation)
        #expect(read.card.markdown().contains("Adapted to"))
        #expect(read.card.seen?.training == outcome.adaptation.rows)
        // The model that it began with is as it was.
        let rows = Array(0 ..< 8)
        let scores = try model.probabilities(of: rows, in: Self.faces, precision: .float32)
        let again = try Self.model().probabilities(of: rows, in: Self.faces, precision: .float32)
        #expect(scores == again)
    }

    @Test func whereNothingHelpsTheModelStays() throws {
        let adapter = Self.adapter(.temperature)
        let model = try Self.model()
        let first = try #require(try adapter.adapt(model, modelSHA256: "a", to: Self.faces))
        let second = try #require(
            try adapter.adapt(first.model, modelSHA256: "b", to: Self.faces))
        #expect(second.adaptation.method == .unchanged)
        #expect(second.report.notes.contains { $0.description.hasPrefix("Nothing helps") })
        for (one, other) in zip(
            first.model.network.namedTensors, second.model.network.namedTensors)
        {
            #expect(one.tensor.bytes == other.tensor.bytes)
        }
        #expect(second.model.card.calibration == first.model.card.calibration)
    }

    @Test func theLastStageLearnsAndTheOthersDoNot() throws {
        let model = try Self.model()
        let outcome = try #require(
            try Self.adapter(.lastStage).adapt(model, modelSHA256: "a", to: Self.faces))
        #expect(outcome.adaptation.candidates.last?.method == .lastStage)
        guard outcome.adaptation.method == .lastStage else { return }
        let network = model.network.network
        let stage = try #require(network.parts.last)
        for (one, other) in zip(model.network.namedTensors, outcome.model.network.namedTensors) {
            let learns =
                network.contains(one.path, in: stage)
                || network.contains(one.path, in: network.output)
            if !learns { #expect(one.tensor.bytes == other.tensor.bytes, "\(one.path)") }
        }
    }

    @Test func imagesWithoutLabelsChangeThePriorsAlone() throws {
        var model = try Self.model()
        model.card.classShares = [0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05]
        let adapter = Adapter()
        let outcome = try #require(
            try adapter.adaptPriors(model, modelSHA256: "a", to: Self.faces))
        #expect(outcome.adaptation.method == .priors && !outcome.adaptation.isLabelled)
        #expect(abs(outcome.adaptation.priors.values.reduce(0, +) - 1) < 1e-9)
        #expect(outcome.report.notes[0].description.contains("cannot be measured"))
        var unknown = try Self.model()
        unknown.card.labels = .fer2013
        #expect(throws: UsageError.self) {
            try adapter.adaptPriors(unknown, modelSHA256: "a", to: Self.faces)
        }
    }

    @Test func whatCannotBeDoneIsRefused() throws {
        let model = try Self.model()
        for shots in [4, 201, 200] {
            #expect(throws: (any Error).self) {
                try Self.adapter(.priors, shots: shots).adapt(
                    model, modelSHA256: "a", to: Self.faces)
            }
        }
        let stopped = try Self.adapter(.priors).adapt(model, modelSHA256: "a", to: Self.faces) {
            _ in false
        }
        #expect(stopped == nil)
    }
}
