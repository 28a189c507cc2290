import Foundation
import Mien
import ProgramSupport
import Testing
import Torch

/// The program is trained, killed and continued as a user's would be: small images, few steps, and
/// one thread, so that sums have one order.
@Suite(.serialized)
struct TrainingCommandTests {
    static let small = [
        "--data", "synthetic:seed=5,train=96,valid=16,test=32", "--labels", "fer2013",
        "--image-size", "32", "--batch-size", "8", "--threads", "1", "--epochs", "5",
        "--checkpoint-every", "2", "--seed", "3", "--average-decay", "0.9",
        "--freeze", "stem", "--freeze-epochs", "1",
    ]

    /// The tensors of a run's model; its card holds the time and may differ.
    static func weights(_ run: String) throws -> [String: RawTensor] {
        let state = try StateDict(safetensors: RunFolder(URL(fileURLWithPath: run)).modelURL)
        return Dictionary(uniqueKeysWithValues: state.tensors.map { ($0.name, $0.tensor) })
    }

    /// Step events carry times, so only what was computed is compared.
    static func losses(_ run: String) throws -> [Int: Double] {
        struct Event: Decodable {
            let step: Int
            let loss: Double?
        }
        let text = try String(
            contentsOf: RunFolder(URL(fileURLWithPath: run)).eventsURL, encoding: .utf8)
        var result: [Int: Double] = [:]
        for line in text.split(separator: "\n") {
            let event = try JSONDecoder().decode(Event.self, from: Data(line.utf8))
            if let loss = event.loss {
                #expect(result[event.step] == nil, "step \(event.step) is there twice")
                result[event.step] = loss
            }
        }
        return result
    }

    @Test(arguments: [SIGKILL, SIGINT])
    func aStoppedRunEndsWithTheSameWeights(signal: Int32) throws {
        let folder = try TemporaryFolder()
        let whole = folder.path("whole")
        let stopped = folder.path("stopped")
        #expect(
            try Program.run(Program.url, ["train"] + Self.small + ["--out", whole]).status == 0)

        let process = try Program.start(["train"] + Self.small + ["--out", stopped])
        let checkpoints = RunFolder(URL(fileURLWithPath: stopped)).checkpointsURL
        let deadline = Date.now.addingTimeInterval(120)
        func checkpointCount() -> Int {
            let names = try? FileManager.default.contentsOfDirectory(atPath: checkpoints.path)
            return names?.filter { $0.hasSuffix(".safetensors") }.count ?? 0
        }
        while checkpointCount() < 2, process.isRunning, Date.now < deadline { usleep(1000) }
        #expect(process.isRunning, "the run ended before it could be stopped")
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        if signal == SIGINT { #expect(process.terminationStatus == 130) }
        #expect(
            !FileManager.default.fileExists(
                atPath: RunFolder(URL(fileURLWithPath: stopped)).modelURL.path))

        let resumed = try Program.run("train", "--resume", stopped)
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.errors.contains("going on after step"))
        let (weights, expectedWeights) = (try Self.weights(stopped), try Self.weights(whole))
        #expect(weights == expectedWeights)
        let (losses, expectedLosses) = (try Self.losses(stopped), try Self.losses(whole))
        #expect(losses == expectedLosses && losses.count == expectedLosses.keys.max())
    }

    @Test func aRunIsNotOverwritten() throws {
        let folder = try TemporaryFolder()
        let arguments = ["train"] + Self.small + ["--max-steps", "1", "--out", folder.path("run")]
        #expect(try Program.run(Program.url, arguments).status == 0)
        let again = try Program.run(Program.url, arguments)
        #expect(again.status == 2)
        #expect(again.errors.contains("--resume"))
    }

    @Test func aFileTooLargeForTheDiskIsSaidAndNothingIsLost() throws {
        let folder = try TemporaryFolder()
        let run = folder.path("run")
        let command =
            "trap '' XFSZ; ulimit -f 2000; exec '\(Program.url.path)' train "
            + (Self.small + ["--out", run]).map { "'\($0)'" }.joined(separator: " ")
        let full = try Program.run(URL(fileURLWithPath: "/bin/sh"), ["-c", command])
        #expect(full.status == 1)
        #expect(full.errors.contains("cannot be written"), "\(full.errors)")
        let checkpoints = RunFolder(URL(fileURLWithPath: run)).checkpointsURL
        #expect(try FileManager.default.contentsOfDirectory(atPath: checkpoints.path).isEmpty)
        // With room again, the run goes on.
        #expect(try Program.run("train", "--resume", run).status == 0)
    }

    @Test(arguments: [
        (["--epochs", "0"], "epochs"), (["--batch-size", "1"], "batch normalisation"),
        (["--positive", "sad,bored"], "bored"), (["--image-size", "8"], "image-size"),
        (["--learning-rate", "-1"], "learning-rate"), (["--recipe", "nothing"], "paper"),
        (["--optimizer", "lion"], "adamw"), (["--init", "nowhere.pth"], "nowhere.pth"),
        (["--data", "nowhere.csv"], "nowhere.csv"), (["--freeze", "layer9"], "layer9"),
        (["--votes", "votes.csv"], "synthetic"), (["--freeze-epochs", "6"], "freeze-epochs"),
        (["--smaller-epochs", "1", "--smaller-size", "64"], "smaller-size"),
        (["--scale", "2,1"], "--scale"), (["--cycle", "9,96"], "--cycle"),
        (["--cycle", "1,32,1e-3,half"], "--cycle"), (["--cycle", "1,16,1e-3"], "image size"),
        (["--cycle", "none", "--cycle", "1,32,1e-3"], "--cycle"),
    ])
    func badInputIsNamed(arguments: [String], word: String) throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.run(
            Program.url, ["train"] + Self.small + arguments + ["--out", folder.path("run")])
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.errors.contains(word), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.path("run")))
    }

    @Test func warmRestartsCanBeGiven() throws {
        let folder = try TemporaryFolder()
        func cycles(_ arguments: [String]) throws -> [[String: Double]]? {
            let run = folder.path(UUID().uuidString)
            let outcome = try Program.run(
                Program.url,
                ["train"] + Self.small + ["--max-steps", "1", "--no-report", "--json"] + arguments
                    + ["--out", run])
            let card = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
            let recipe = (card as? [String: Any])?["recipe"] as? [String: Any]
            return recipe?["furtherCycles"] as? [[String: Double]]
        }
        #expect(
            try cycles(["--cycle", "9,96,3e-3", "--cycle", "2,64,1e-3,0.5"]) == [
                ["epochs": 9, "imageSize": 96, "learningRate": 0.003],
                ["epochs": 2, "imageSize": 64, "learningRate": 0.001, "ownAnswers": 0.5],
            ])
        let best = ["--recipe", "best", "--smaller-epochs", "0", "--validation-split", "0.2"]
        #expect(try cycles(best + ["--cycle", "none"]) == [])
    }

    @Test func aFolderThatCannotBeMadeIsNamed() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("not a folder", to: "file")
        let outcome = try Program.run(
            Program.url, ["train"] + Self.small + ["--out", file + "/run"])
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("--out"))
    }

    @Test func lossThatIsNotFiniteStopsTheRun() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.run(
            Program.url,
            ["train"] + Self.small + [
                "--learning-rate", "1e30", "--optimizer", "sgd", "--out", folder.path("run"),
            ])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("diverged") && outcome.errors.contains("step"))
    }
}
