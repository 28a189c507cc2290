import Foundation
import ProgramSupport
import Testing

@Suite struct BenchmarkCommandTests {
    private func train(_ arguments: String...) throws -> [String: Any] {
        let outcome = try Program.run(
            Program.url,
            ["benchmark", "train", "--json", "--threads", "1", "--image-size", "32"] + arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        return try #require(object as? [String: Any])
    }

    @Test func stepsOnNoiseAreTimed() throws {
        let speed = try train(
            "--batch", "4", "--steps", "3", "--warm-up", "1", "--precision", "float32")
        let seconds = try #require(speed["seconds"] as? [Double])
        #expect(seconds.count == 3 && speed["images"] as? Int == 12)
        #expect(speed["precision"] as? String == "float32" && speed["data"] == nil)
        let rate = try #require(speed["images_per_s"] as? Double)
        #expect(abs(rate * seconds.sorted()[1] - 4) < 1e-6)
        let mean = try #require(speed["mean_images_per_s"] as? Double)
        #expect(abs(mean * seconds.reduce(0, +) - 12) < 1e-6)
        // A batch that is made before is not waited for.
        #expect(speed["waited_share"] as? Double == 0)
        // Weights, gradients and moments of Adam alone are 11.2 million times 16 bytes.
        let memory = try #require(speed["peak_memory_bytes"] as? Int)
        #expect(memory > 170_000_000)
    }

    @Test func anEpochOfDataHasAllItsRows() throws {
        // 30 of 40 faces or so are for training; the exact number is that of the split.
        let speed = try train(
            "--data", "synthetic:seed=3,train=40,valid=0,test=0", "--batch", "8", "--epoch",
            "--warm-up", "1")
        let steps = try #require(speed["steps_per_epoch"] as? Int)
        #expect((speed["seconds"] as? [Double])?.count == steps - 1 && steps > 3)
        let images = try #require(speed["images"] as? Int)
        #expect(images > 8 * (steps - 2) && images <= 8 * (steps - 1))
        #expect(speed["data"] as? String == "synthetic:seed=3,train=40,valid=0,test=0")
        #expect(speed["reading_s"] is Double)
    }

    @Test(arguments: [
        ["--steps", "0"], ["--epoch"], ["--batch", "1"], ["--precision", "int3"],
        ["--data", "synthetic:seed=3,train=20,valid=0,test=0", "--batch", "100"],
    ])
    func whatCannotBeTimedIsAnInputError(_ arguments: [String]) throws {
        let outcome = try Program.run(Program.url, ["benchmark", "train"] + arguments)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }
}
