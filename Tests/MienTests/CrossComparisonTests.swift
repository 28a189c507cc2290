import Evaluation
import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing
import Torch

/// Training on one data set and testing on another.
@Suite(.serialized)
struct CrossComparisonTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static func faces(seed: UInt64) -> Dataset {
        var options = SyntheticOptions()
        (options.seed, options.train, options.valid, options.test) = (seed, 80, 0, 40)
        return .synthetic(options)
    }

    private static let loaded = [faces(seed: 5), faces(seed: 9)]

    private func options() -> CrossComparisonSession.Options {
        var recipe = Recipe.named.first { $0.name == "logistic" } ?? .paper
        recipe.classical?.costs = [1e-4]
        recipe.classical?.folds = 2
        var options = CrossComparisonSession.Options([
            .init(name: "A", data: "synthetic:seed=5,train=80,valid=0,test=40"),
            .init(name: "B", data: "synthetic:seed=9,train=80,valid=0,test=40"),
        ])
        options.recipes = [recipe]
        options.evaluator.bootstrap = Bootstrap(resamples: 200)
        return options
    }

    private func session(
        _ change: (inout CrossComparisonSession.Options) -> Void = { _ in }
    ) throws -> CrossComparisonSession {
        var options = options()
        change(&options)
        return try CrossComparisonSession(options, on: Self.loaded, in: folder.url)
    }

    @Test func eachTrainedModelIsMeasuredOnAllData() throws {
        let found = try #require(try session().run { _ in .proceed })
        #expect(
            found.cells.map { "\($0.trainedOn ?? "")\($0.testedOn)" } == ["AA", "AB", "BA", "BB"])
        for cell in found.cells {
            let isDiagonal = cell.trainedOn == cell.testedOn
            #expect((cell.drop == nil) == isDiagonal && (cell.behind == nil) == isDiagonal)
            #expect(cell.rowsTrainedOn == 0, "test rows are never trained on")
        }
        let (home, away) = (found.cells[0], found.cells[1])
        let drop = try #require(away.drop?.auc.value)
        #expect(abs(drop - (try #require(home.auc.value) - #require(away.auc.value))) < 1e-12)
        #expect(found.html.contains("A") && found.csv.split(separator: "\n").count == 5)

        // Again: nothing is trained, and the figures are the same.
        var reused = 0
        let again = try #require(
            try session().run { event in
                if case .reused = event { reused += 1 }
                if case .classical = event { Issue.record("trained again") }
                return .proceed
            })
        #expect(reused == 2 && again.csv == found.csv)
        // Another recipe of that name in its folder is refused.
        #expect(throws: UsageError.self) {
            try session { $0.recipes[0].classical?.costs = [1e-2] }.run { _ in .proceed }
        }
    }

    @Test func aStoppedComparisonGivesNothing() throws {
        #expect(try session().run { _ in .stop } == nil)
    }

    @Test func onlyCommonClassesAreMeasuredWhereAsked() throws {
        let found = try #require(try session { $0.isMasked = true }.run { _ in .proceed })
        for cell in found.cells {
            let classes = try #require(cell.classes)
            #expect(!classes.isEmpty && classes.allSatisfy { !cell.shift.onlyTest.contains($0) })
        }
    }

    @Test func dataWithoutSplitsHoldsSubjectsOut() throws {
        let faces = Self.faces(seed: 5)
        let samples = faces.samples.map { sample in
            Sample(
                id: sample.id, row: sample.row, emotion: sample.emotion, subject: sample.subject)
        }
        let plain = Dataset(
            name: "plain", samples: samples, images: samples.indices.map { faces.image(at: $0) })
        let set = try CrossDataset("P", plain, labels: nil, grouping: Grouping(), seed: 1)
        let tested = Set(set.test.indices)
        let people = { (rows: [Int]) in Set(rows.compactMap { samples[$0].subject }) }
        let others = samples.indices.filter { !tested.contains($0) }
        #expect(people(Array(tested)).isDisjoint(with: people(others)))
        #expect(
            set.data.samples.indices.allSatisfy {
                set.data.samples[$0].split == (tested.contains($0) ? .test : .train)
            })
        #expect(set.clusters != nil && set.note.contains("seed 1"))
    }

    /// Zou and Donner's formula by hand: 0.9 (0.8 to 0.95) minus 0.7 (0.6 to 0.85).
    @Test func independentEstimatesAreSubtracted() throws {
        let found = Estimate.difference(Estimate(0.9, 0.8 ... 0.95), Estimate(0.7, 0.6 ... 0.85))
        #expect(abs(try #require(found.value) - 0.2) < 1e-12)
        #expect(abs(try #require(found.low) - (0.2 - (0.01 + 0.0225).squareRoot())) < 1e-12)
        #expect(abs(try #require(found.high) - (0.2 + (0.0025 + 0.01).squareRoot())) < 1e-12)
        #expect(Estimate.difference(.missing("x"), found).value == nil)
    }

    @Test func whatCannotBeComparedIsRefused() throws {
        #expect(throws: UsageError.self) { try session { $0.places[1] = $0.places[0] } }
        #expect(throws: UsageError.self) { try session { $0.recipes = [] } }
        #expect(throws: UsageError.self) { try session { $0.recipes += $0.recipes } }
        let sad = try LabelMapping([.sad])
        #expect(throws: UsageError.self) {
            try session {
                $0.recipes[0].positive = sad
                $0.evaluator.positive = .paper
            }
        }
    }
}
