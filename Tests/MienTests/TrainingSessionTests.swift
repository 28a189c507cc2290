import Foundation
import Mien
import Networks
import ProgramSupport
import Testing
import Torch

/// Training as a library: options in, events out, a folder that one session owns.
@Suite(.serialized)
struct TrainingSessionTests {
    private let folder: TemporaryFolder
    private var run: URL { folder.url.appendingPathComponent("run") }

    init() throws { folder = try TemporaryFolder() }

    private func options(_ change: (inout Recipe) -> Void = { _ in }) -> TrainingSession.Options {
        var recipe = Recipe.paper
        recipe.labels = .fer2013
        recipe.architecture = .tiny
        recipe.imageSize = 32
        recipe.precision = .float32
        recipe.batchSize = 16
        recipe.epochs = 2
        change(&recipe)
        return TrainingSession.Options(recipe, data: "synthetic:seed=4,train=60,valid=0,test=0")
    }

    @Test func aRunGoesFromItsOptionsToAModelAndAReport() throws {
        let session = try TrainingSession(options(), in: run)
        #expect(session.notes.contains { $0.description.contains("Weights are random") })
        var epochs = 0
        let model = try session.run { event in
            if case .epoch = event { epochs += 1 }
            return .proceed
        }
        #expect(epochs == 2 && model.card.architecture == .tiny)
        let read = try Model(contentsOf: session.folder.modelURL)
        for (one, other) in zip(read.network.namedTensors, model.network.namedTensors) {
            #expect(one.path == other.path && one.tensor.bytes == other.tensor.bytes)
        }
        let report = try #require(try session.report(on: model, path: run.path))
        #expect(report.html.contains("tiny"))
        #expect(try session.report(on: model, path: run.path) { _, _ in false } == nil)
    }

    @Test func aStoppedRunGoesOnToTheWeightsOfAnUndisturbedOne() throws {
        let whole = try TrainingSession(
            options(), in: folder.url.appendingPathComponent("whole")
        ).run { _ in .proceed }
        do {
            let session = try TrainingSession(options(), in: run)
            #expect(throws: TrainingError.self) {
                try session.run { event in
                    if case .step(let step) = event, step.step == 4 { return .stop }
                    return .proceed
                }
            }
        }
        let resumed = try TrainingSession(resuming: run).run { _ in .proceed }
        for (one, other) in zip(whole.network.namedTensors, resumed.network.namedTensors) {
            #expect(one.tensor.bytes == other.tensor.bytes, "\(one.path)")
        }
    }

    @Test func aFolderHasOneSession() throws {
        let session = try TrainingSession(options(), in: run)
        let error = #expect(throws: UsageError.self) { try TrainingSession(options(), in: run) }
        #expect(
            error?.found.contains("another process trains") == true, "\(String(describing: error))")
        #expect(throws: UsageError.self) { try TrainingSession(resuming: run) }
        withExtendedLifetime(session) {}
    }

    @Test(arguments: [0, 1, 2])
    func whatIsRefusedLeavesNothing(_ fault: Int) throws {
        var options = options { if fault == 0 { $0.batchSize = 0 } }
        if fault == 1 { options.data = folder.path("nothing.csv") }
        if fault == 2 { options.initialWeights = folder.path("nothing.pth") }
        #expect(throws: (any Error).self) { try TrainingSession(options, in: run) }
        #expect(!FileManager.default.fileExists(atPath: run.path))
    }

    @Test func aSizeThatANetworkDoesNotTakeIsRefused() {
        let error = #expect(throws: UsageError.self) {
            try TrainingSession(
                options {
                    $0.architecture = .shallowCNN
                    $0.imageSize = 64
                }, in: run)
        }
        #expect(error?.expected.contains("shallow_cnn") == true, "\(String(describing: error))")
    }
}
