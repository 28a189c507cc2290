import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing
import Torch

/// What a server asks of prediction: events in order, an end where one is wanted, bounds.
@Suite(.serialized)
struct PredictionSessionTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func predictor(
        _ change: (inout PredictionOptions) -> Void = { _ in },
        find: @escaping @Sendable (Image) throws -> [DetectedFace] = { _ in [face(10, 10)] }
    ) throws -> Predictor {
        var options = PredictionOptions()
        options.precision = .float32
        change(&options)
        return Predictor(
            try ExplainSupport.model(emotions: true),
            faceExtractor: FaceExtractor(options: options) { FakeFinder(find: find) })
    }

    /// Photos of noise, and one file that is none.
    private func photos(_ count: Int) throws -> [FileName] {
        try (0 ..< count).map { number in
            let url = folder.url.appendingPathComponent("\(number).png")
            let bytes = try noise(150, 150, seed: UInt8(number)).encoded(as: .png)
            try Data(number == 2 ? bytes.prefix(40) : bytes[...]).write(to: url)
            return FileName(url.path)
        }
    }

    @Test func eventsComeInTheOrderOfTheSources() async throws {
        let names = try photos(6)
        var events: [String] = []
        try await PredictionSession(try predictor()).run(SourceReader { SourceList(names) }) {
            switch $0 {
            case .image(let item, let image):
                #expect(item.name == names[item.number - 1] && image.faces.count == 1)
                events.append("\(item.number)")
            case .unreadable(let item, let reason):
                #expect(!reason.isEmpty)
                events.append("\(item.number) unreadable")
            default: Issue.record("expected photos alone")
            }
        }
        #expect(events == ["1", "2", "3 unreadable", "4", "5", "6"])
    }

    @Test func aSessionEndsWhereItsObserverThrows() async throws {
        struct Enough: Error {}
        let names = try photos(6)
        var seen = 0
        await #expect(throws: Enough.self) {
            try await PredictionSession(try predictor()).run(SourceReader { SourceList(names) }) {
                _ in
                seen += 1
                if seen == 2 { throw Enough() }
            }
        }
        #expect(seen == 2)
    }

    @Test func manySessionsShareOnePredictor() async throws {
        let names = try photos(5)
        let session = PredictionSession(try predictor())
        func scores() async throws -> [Double?] {
            var scores: [Double?] = []
            try await session.run(SourceReader { SourceList(names) }) {
                if case .image(_, let image) = $0 { scores.append(image.faces[0].score) }
            }
            return scores
        }
        let alone = try await scores()
        #expect(alone.count == 4 && alone.allSatisfy { $0 != nil })
        try await withThrowingTaskGroup(of: [Double?].self) { group in
            for _ in 0 ..< 8 { group.addTask { try await scores() } }
            for try await together in group {
                for (one, other) in zip(together, alone) {
                    // Batches of other sizes add in another order.
                    #expect(abs((one ?? 0) - (other ?? 1)) < 1e-5)
                }
            }
        }
    }

    @Test func moreThanMayWaitAreRefused() async throws {
        let (began, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let predictor = try predictor {
            $0.workers = 1
            $0.waiting = 2
        } find: { _ in
            began.signal()
            gate.wait()
            return []
        }
        let image = noise(20, 20, seed: 1)
        func predicted() async -> Result<Int, any Error> {
            do {
                return .success(try await predictor.predict(image).faces.count)
            } catch {
                return .failure(error)
            }
        }
        let first = Task { await predicted() }
        // On a thread that may wait: only then does the first wait no more.
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                began.wait()
                continuation.resume()
            }
        }
        let others = await withTaskGroup(of: Result<Int, any Error>.self) { group in
            for _ in 0 ..< 7 { group.addTask { await predicted() } }
            var outcomes: [Result<Int, any Error>] = []
            for await outcome in group {
                outcomes.append(outcome)
                if outcomes.count == 5 { for _ in 0 ..< 3 { gate.signal() } }
            }
            return outcomes
        }
        for outcome in others.prefix(5) {
            #expect(throws: QueueFullError.self) { try outcome.get() }
        }
        #expect(others.suffix(2).allSatisfy { (try? $0.get()) == 0 })
        #expect(try await first.value.get() == 0)
    }

    @Test func aCancelledTaskIsNotScored() async throws {
        let predictor = try predictor()
        let image = noise(150, 150, seed: 1)
        let task = Task {
            try await Task.sleep(for: .seconds(3600))
            return try await predictor.predict(image)
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await predictor.predict(image).faces.count == 1)
    }

    @Test func aPhotoThatCannotBeWrittenEndsTheJob() async throws {
        let names = try photos(2)
        var session = PredictionSession(try predictor())
        session.annotatedPhoto = { [folder] item in
            folder.url.appendingPathComponent("missing/\(item.number).jpg")
        }
        await #expect(throws: PredictionSession.UnwrittenPhoto.self) {
            try await session.run(SourceReader { SourceList(names) }) { _ in }
        }
    }
}
