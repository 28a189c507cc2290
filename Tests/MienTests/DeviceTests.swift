import Foundation
import Mien
import Networks
import Testing
import Torch

/// What a step needs lies on its device: shown without a GPU on the device that has shapes alone.
struct DeviceTests {
    @Test(arguments: Architecture.allCases)
    func allTensorsOfAStepAreOnItsDevice(_ architecture: Architecture) {
        var recipe = Recipe.paper
        recipe.architecture = architecture
        let network = NetworkModule(architecture.network(outputs: 2, inputChannels: 1), seed: nil)
        let step = TrainingStep(
            recipe, network: network, classWeights: Tensor([Float(1), 2], shape: [2]), device: .meta
        )
        let moved = network.namedTensors
        #expect(!moved.isEmpty)
        for (path, _, tensor) in moved { #expect(tensor.device == .meta, "\(path)") }
        for (path, tensor) in step.optimizer.parameters {
            #expect(tensor.requiresGradient, "\(path)")
        }
        let state = step.optimizer.state
        #expect(state.count >= moved.count { $0.role == .parameter })
        for (name, tensor) in state { #expect(tensor.device == .meta, "\(name)") }
        #expect(step.classWeights?.device == .meta)
    }

    @Test(arguments: [Recipe.OptimizerKind.adam, .adamw, .sgd])
    func allStateOfAnOptimizerIsOnTheDevice(_ optimizer: Recipe.OptimizerKind) {
        var recipe = Recipe.paper
        recipe.optimizer = optimizer
        let network = NetworkModule(
            Architecture.tiny.network(outputs: 2, inputChannels: 1), seed: nil)
        let step = TrainingStep(recipe, network: network, classWeights: nil, device: .meta)
        #expect(!step.optimizer.state.isEmpty)
        // SGD counts its steps apart.
        for (name, tensor) in step.optimizer.state where name != "step" {
            #expect(tensor.device == .meta, "\(name)")
        }
    }

    @Test func movingKeepsWhatIsThere() throws {
        let network = NetworkModule(
            Architecture.tiny.network(outputs: 2, inputChannels: 1), seed: 1)
        let before = network.namedTensors.map(\.tensor.floats)
        network.move(to: .cpu)
        let after = network.namedTensors.map(\.tensor.floats)
        #expect(after == before)
        for (path, tensor) in network.namedParameters {
            #expect(tensor.requiresGradient, "\(path)")
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/cpuinfo")))
    func bfloat16IsTakenWhereItIsFaster() throws {
        let text = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
        let flags = Set(text.split(whereSeparator: \.isWhitespace))
        let isIntel = flags.contains("GenuineIntel")
        let expected =
            flags.contains("avx512_bf16") && (flags.contains("amx_bf16") || !isIntel)
        #expect(Runtime.gainsByBFloat16 == expected)
        #expect(
            Recipe.Precision.auto.resolved(on: .cpu) == (expected ? .bfloat16 : .float32))
        #expect(Recipe.Precision.bfloat16.resolved(on: .cpu) == .bfloat16)
    }
}
