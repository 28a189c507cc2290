import Foundation
import TestSupport
import Testing
import Torch

/// Groups whose processes are threads of this one, over 127.0.0.1.
@Suite(.serialized)
struct ProcessGroupTests {
    /// Runs `body` once for each rank, on threads of their own.
    private func together<Value: Sendable>(
        _ size: Int, timeout: Double = 30,
        _ body: @escaping @Sendable (ProcessGroup) throws -> Value
    ) throws -> [Result<Value, any Error>] {
        let port = try freePort()
        return onThreads(size) { rank in
            var place = ProcessPlace(
                rank: rank, size: size, host: "127.0.0.1", port: port, launcher: "test")
            place.timeout = timeout
            return try body(try ProcessGroup.join(place))
        }
    }

    @Test func sumsGatheringsAndMessages() throws {
        struct Found: Sendable {
            let sum: [Float]
            let shape: [Int]
            let gathered: [Int64]
            let received: [Float]
            let members: [ProcessGroup.Member]
        }
        let results = try together(3) { group -> Found in
            let sum = Tensor([Float(group.rank), Float(1), Float(2)], shape: [3])
            try group.sum(sum)
            let gathered = try group.gather(
                Tensor([Int64(group.rank), Int64(7)], shape: [1, 2]))
            try group.barrier()
            let sent = Tensor([Float(group.rank)], shape: [1])
            if group.rank == 0 { try group.send(.full([1], 42), to: 2) }
            if group.rank == 2 { try group.receive(sent, from: 0) }
            // No process goes before all messages have come.
            try group.barrier()
            return Found(
                sum: sum.floats, shape: gathered.shape, gathered: gathered.integers,
                received: sent.floats, members: group.members)
        }
        for (rank, result) in results.enumerated() {
            let found = try result.get()
            #expect(found.sum == [3, 3, 6])
            #expect(found.shape == [3, 2] && found.gathered == [0, 7, 1, 7, 2, 7])
            #expect(found.received == [rank == 2 ? 42 : Float(rank)])
            #expect(found.members.map { $0.rank } == [0, 1, 2])
            #expect(found.members.allSatisfy { $0.address.text == "127.0.0.1" })
        }
    }

    @Test func aStepSumsGradientsAndTakesMeansOfBuffers() throws {
        struct Found: Sendable {
            let gradient: [Float]?
            let buffer: [Float]
            let sums: [Double]
        }
        let results = try together(2) { group -> Found in
            let weight = Tensor.full([3], 2)
            weight.requiresGradient = true
            let factor = Tensor([Float(group.rank + 1), Float(0), Float(5)], shape: [3])
            (weight * factor).sum().backward()
            let buffer = Tensor([Float(10 * group.rank)], shape: [1])
            let sums = try group.sumStep(
                parameters: [weight], buffers: [buffer], values: [0.25, Double(group.rank)])
            try group.barrier()
            return Found(
                gradient: weight.gradient?.floats, buffer: buffer.floats, sums: sums)
        }
        for result in results {
            let found = try result.get()
            #expect(found.gradient == [3, 0, 10])
            #expect(found.buffer == [5])
            #expect(found.sums == [0.5, 1])
        }
    }

    @Test func sharedStatisticsAreThoseOfTheWholeBatch() throws {
        let values = patternValues(seed: 1, count: 4 * 3 * 5 * 5)
        let others = patternValues(seed: 2, count: 4 * 3 * 5 * 5)
        struct Found: Sendable { let output, input, weight, mean, variance: [Float] }
        @Sendable func run(_ rows: Range<Int>, _ group: ProcessGroup?) throws -> Found {
            let layer = BatchNorm2d(channels: 3)
            layer.weight.assign(Tensor([Float(0.5), 1, 2], shape: [3]))
            let length = 3 * 5 * 5
            let images = Tensor(
                Array(values[rows.lowerBound * length ..< rows.upperBound * length]),
                shape: [rows.count, 3, 5, 5])
            images.requiresGradient = true
            let factors = Tensor(
                Array(others[rows.lowerBound * length ..< rows.upperBound * length]),
                shape: [rows.count, 3, 5, 5])
            func pass() -> Tensor {
                let output = layer.rectified(images, training: true)
                (output * factors).sum().backward()
                return output
            }
            let output = group.map { $0.withSharedStatistics(pass) } ?? pass()
            if let group {
                _ = try group.sumStep(parameters: [layer.weight], buffers: [], values: [])
            }
            return Found(
                output: output.detached().floats, input: images.gradient?.floats ?? [],
                weight: layer.weight.gradient?.floats ?? [], mean: layer.runningMean.floats,
                variance: layer.runningVariance.floats)
        }
        let whole = try run(0 ..< 4, nil)
        let parts = try together(2) { try run($0.rank == 0 ? 0 ..< 1 : 1 ..< 4, $0) }
            .map { try $0.get() }
        func expectNear(_ a: [Float], _ b: [Float], _ name: String) {
            #expect(a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 }, "\(name)")
        }
        expectNear(parts[0].output + parts[1].output, whole.output, "output")
        expectNear(parts[0].input + parts[1].input, whole.input, "gradient of the input")
        for part in parts {
            expectNear(part.weight, whole.weight, "gradient of the weight")
            expectNear(part.mean, whole.mean, "running mean")
            expectNear(part.variance, whole.variance, "running variance")
        }
        // The parts alone have other statistics.
        let alone = try run(0 ..< 1, nil)
        #expect(zip(alone.mean, whole.mean).contains { abs($0 - $1) > 1e-3 })
    }

    @Test func theProcessThatLeftIsNamedWithItsReason() throws {
        let results = try together(2, timeout: 3) { group -> Void in
            if group.rank == 1 {
                group.leave(because: "the disk is full")
                return
            }
            try group.sum(.zeros([4]))
        }
        let error = #expect(throws: ProcessGroupError.self) { try results[0].get() }
        #expect(error?.step == .exchange)
        #expect(
            error?.description.contains("rank 1 (127.0.0.1") == true, "\(error.debugDescription)")
        #expect(error?.description.contains("the disk is full") == true)
    }

    @Test func aProcessThatNeverComesIsNamed() throws {
        let start = ContinuousClock.now
        var place = ProcessPlace(
            rank: 0, size: 3, host: "127.0.0.1", port: try freePort(), launcher: "test")
        place.timeout = 1
        let error = #expect(throws: ProcessGroupError.self) { try ProcessGroup.join(place) }
        #expect(error?.step == .members)
        #expect(error?.description.contains("rank 1, 2 of 3") == true)
        #expect(ContinuousClock.now - start < .seconds(11))
    }

    @Test func wrongPlacesAreRefusedByTheirStep() throws {
        func step(_ change: (inout ProcessPlace) -> Void) throws -> ProcessGroupError.Step? {
            var place = ProcessPlace(
                rank: 1, size: 2, host: "127.0.0.1", port: try freePort(), launcher: "test")
            place.timeout = 1
            change(&place)
            return #expect(throws: ProcessGroupError.self) { try ProcessGroup.join(place) }?.step
        }
        #expect(try step { $0.host = "no-such-host.invalid" } == .resolve)
        #expect(try step { $0.interface = "nowhere9" } == .interface)
        #expect(try step { _ in } == .store)
    }
}
