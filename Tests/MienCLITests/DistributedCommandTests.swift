import Foundation
import Mien
import ProgramSupport
import Testing
import Torch

/// Two processes of the program over 127.0.0.1, with a tiny network and drawn faces.
@Suite(.serialized)
struct DistributedCommandTests {
    private static let small = [
        "--data", "synthetic:seed=5,train=64,valid=16,test=16", "--labels", "fer2013",
        "--architecture", "tiny", "--image-size", "32", "--batch-size", "16", "--threads", "1",
        "--optimizer", "sgd", "--precision", "float32", "--no-report",
    ]

    private func train(
        _ run: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> [Program.Outcome] {
        try Together(
            ["train", "--out", run] + Self.small + arguments, environment: environment
        ).outcomes()
    }

    private func tensors(of run: String) throws -> [String: [Float]] {
        let model = try Model(contentsOf: RunFolder(URL(fileURLWithPath: run)).modelURL)
        return Dictionary(
            uniqueKeysWithValues: model.network.namedTensors.map { ($0.path, $0.tensor.floats) })
    }

    @Test func twoProcessesEndWithTheWeightsOfOne() throws {
        let folder = try TemporaryFolder()
        // One step of rate 1: the weights move by their gradients.
        let arguments = ["--max-steps", "1", "--sync-batch-norm", "--learning-rate", "1"]
        let outcomes = try train(folder.path("two"), arguments)
        #expect(outcomes.map(\.status) == [0, 0], "\(outcomes)")
        // One of them writes and prints.
        #expect(outcomes[0].output.contains("model.safetensors") && outcomes[1].output.isEmpty)
        #expect(outcomes[1].errors.isEmpty, "\(outcomes[1].errors)")
        let log = try folder.text("two/log.txt")
        #expect(log.contains("2 processes, started by torchrun: rank 0 (127.0.0.1"), "\(log)")
        #expect(log.contains("over lo"))
        let events = try folder.text("two/events.jsonl").split(separator: "\n")
        #expect(events.count == 2, "\(events)")
        let start = try RunFolder(URL(fileURLWithPath: folder.path("two"))).start()
        #expect(start.processes == 2 && start.recipe.syncBatchNorm == true)

        let alone = try Program.run(
            Program.url, ["train", "--out", folder.path("one")] + Self.small + arguments)
        #expect(alone.status == 0, "\(alone.errors)")
        let (two, one) = (try tensors(of: folder.path("two")), try tensors(of: folder.path("one")))
        #expect(two.keys == one.keys)
        for (path, values) in one {
            let distance = zip(values, two[path] ?? []).map { abs($0 - $1) }.max() ?? 1
            #expect(distance < 1e-5, "\(path): \(distance)")
        }
    }

    @Test func aRunThatWasKilledEndsWithTheWeightsOfAnUndisturbedOne() throws {
        let folder = try TemporaryFolder()
        let arguments = [
            "--epochs", "20", "--checkpoint-every", "2", "--average-decay", "0.9",
        ]
        let whole = try train(folder.path("whole"), arguments)
        #expect(whole.map(\.status) == [0, 0], "\(whole)")

        let run = folder.path("killed")
        let group = try Together(["train", "--out", run] + Self.small + arguments, seconds: 20)
        let checkpoints = RunFolder(URL(fileURLWithPath: run)).checkpointsURL.path
        let deadline = Date.now.addingTimeInterval(120)
        func hasCheckpoint() -> Bool {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints)) ?? []
            return names.contains { $0 >= "step-00000006" }
        }
        while group.processes.allSatisfy(\.isRunning), Date.now < deadline, !hasCheckpoint() {
            usleep(2000)
        }
        group.send(SIGKILL, to: 1)
        let survivor = try group.outcomes()[0]
        #expect(survivor.status == 1, "\(survivor)")
        #expect(survivor.errors.contains("rank 1 (127.0.0.1, host "), "\(survivor.errors)")
        #expect(!FileManager.default.fileExists(atPath: run + "/model.safetensors"))

        let resumed = try Together(["train", "--resume", run, "--no-report"]).outcomes()
        #expect(resumed.map(\.status) == [0, 0], "\(resumed)")
        let (one, other) = (try tensors(of: folder.path("whole")), try tensors(of: run))
        for (path, values) in one { #expect(values == other[path], "\(path)") }
        let events = try ["whole", "killed"].map {
            try folder.text("\($0)/events.jsonl").split(separator: "\n").count
        }
        #expect(events[0] == events[1])
    }

    /// Torchrun repeats the command; Mien goes on from the checkpoint.
    @Test func aSecondAttemptGoesOn() throws {
        let folder = try TemporaryFolder()
        let run = folder.path("run")
        let first = try train(run, ["--max-steps", "2", "--checkpoint-every", "1"])
        #expect(first.map(\.status) == [0, 0], "\(first)")
        try FileManager.default.removeItem(atPath: run + "/model.safetensors")
        let refused = try train(run, ["--max-steps", "2", "--checkpoint-every", "1"])
        #expect(refused.map(\.status) == [2, 2] || refused.map(\.status) == [2, 1], "\(refused)")
        let again = try train(
            run, ["--max-steps", "2", "--checkpoint-every", "1"],
            environment: ["TORCHELASTIC_RESTART_COUNT": "1"])
        #expect(again.map(\.status) == [0, 0], "\(again)")
        #expect(again[0].errors.contains("attempt 2"))
    }

    @Test func aProcessThatIsSilentIsNamed() throws {
        let folder = try TemporaryFolder()
        let run = folder.path("run")
        let group = try Together(
            ["train", "--out", run] + Self.small + ["--epochs", "500"], seconds: 4)
        let events = run + "/events.jsonl"
        let deadline = Date.now.addingTimeInterval(120)
        while group.processes.allSatisfy(\.isRunning), Date.now < deadline,
            !FileManager.default.fileExists(atPath: events)
        { usleep(2000) }
        group.send(SIGSTOP, to: 1)
        let start = ContinuousClock.now
        group.processes[0].waitUntilExit()
        #expect(ContinuousClock.now - start < .seconds(4 + 10))
        group.send(SIGKILL, to: 1)
        let survivor = try group.outcomes()[0]
        #expect(survivor.status == 1)
        #expect(
            survivor.errors.contains("rank 1 (127.0.0.1, host ")
                && survivor.errors.contains("is missing"), "\(survivor.errors)")
    }

    @Test func batchesThatCannotBeSharedAreRefused() throws {
        let folder = try TemporaryFolder()
        let outcomes = try train(folder.path("run"), ["--batch-size", "15"])
        #expect(outcomes.contains { $0.status == 2 }, "\(outcomes)")
        #expect(
            outcomes.contains {
                $0.errors.contains(
                    "--batch-size: found 15 with 2 processes, expected a multiple of 2")
            }, "\(outcomes)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("run")))
    }

    /// What trains on processors, alone or with others, loads neither libtorch's half for GPUs nor NCCL.
    @Test func ncclIsLoadedAtNeedAlone() throws {
        let folder = try TemporaryFolder()
        let arguments = ["--max-steps", "1"]
        // The loader names each library that it looks for.
        let loading = ["LD_DEBUG": "libs"]
        let outcomes =
            try train(folder.path("two"), arguments, environment: loading)
            + [
                try Program.run(
                    Program.url, ["train", "--out", folder.path("one")] + Self.small + arguments,
                    environment: loading)
            ]
        for outcome in outcomes {
            #expect(outcome.status == 0, "\(outcome.errors.suffix(500))")
            func isLooked(for library: String) -> Bool {
                outcome.errors.contains("find library=\(library)")
            }
            #expect(isLooked(for: "libmien-torch"))
            #expect(!isLooked(for: "libtorch_cuda"))
            #expect(!isLooked(for: "libmien-nccl") && !isLooked(for: "libnccl"))
        }
    }

    /// Each process says what it lacks: the build with CUDA, or a GPU.
    @Test func aDeviceThatIsNotThereIsRefused() throws {
        guard Device.gpuCount ?? 0 == 0 else { return }
        let remedy = Device.gpuCount == nil ? "make build CUDA=1" : "nvidia-smi"
        let folder = try TemporaryFolder()
        let outcomes = try train(folder.path("run"), ["--device", "cuda"])
        #expect(outcomes.contains { $0.status == 2 }, "\(outcomes)")
        for outcome in outcomes where outcome.status == 2 {
            #expect(outcome.errors.contains("--device: found cuda with 2 processes, expected"))
            #expect(outcome.errors.contains(remedy), "\(outcome.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("run")))

        // A run that began on a GPU goes on there.
        let run = folder.path("begun")
        #expect(try train(run, ["--max-steps", "1"]).map(\.status) == [0, 0])
        let recipe = try folder.text("begun/recipe.json")
        let changed = recipe.replacing("\"device\" : \"cpu\"", with: "\"device\" : \"cuda\"")
        #expect(changed != recipe)
        try changed.write(toFile: run + "/recipe.json", atomically: true, encoding: .utf8)
        let resumed = try Program.run(Program.url, ["train", "--resume", run])
        #expect(resumed.status == 2, "\(resumed)")
        #expect(
            resumed.errors.contains("--device: found cuda, expected")
                && resumed.errors.contains(remedy), "\(resumed.errors)")
    }

    @Test func aProcessWithOtherSettingsIsNamed() throws {
        let folder = try TemporaryFolder()
        // Rank 1 alone has another seed, by a folder in which its recipe file differs.
        let shell = """
            if [ "$RANK" = 1 ]; then seed=2; else seed=1; fi
            exec '\(Program.url.path)' train --out '\(folder.path("run"))' --seed $seed \
            \(Self.small.joined(separator: " "))
            """
        let outcomes = try Together(
            ["-c", shell], program: URL(fileURLWithPath: "/bin/sh")
        ).outcomes()
        #expect(outcomes.map(\.status) == [1, 1], "\(outcomes)")
        #expect(
            outcomes[0].errors.contains("rank 1 (127.0.0.1")
                && outcomes[0].errors.contains("recipe settings"), "\(outcomes[0].errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("run")))
    }

    @Test func aMissingProcessAndAWrongVariableAreNamed() throws {
        let folder = try TemporaryFolder()
        let arguments = ["train", "--out", folder.path("run")] + Self.small
        let alone = try Together(arguments, ranks: [0], seconds: 1).outcomes()[0]
        #expect(alone.status == 1 && alone.errors.contains("rank 1 of 2"), "\(alone.errors)")
        let wrong = try Together(arguments, environment: ["MASTER_PORT": "none"]).outcomes()
        #expect(wrong.allSatisfy { $0.status == 2 && $0.errors.contains("MASTER_PORT") })
        let classical = try Together(
            ["train", "--recipe", "svm", "--out", folder.path("run"), "--data", "synthetic"]
        ).outcomes()
        #expect(
            classical.allSatisfy { $0.status == 2 && $0.errors.contains("2 processes") },
            "\(classical)")
    }

    @Test func doctorTriesTheConnections() throws {
        let outcomes = try Together(["doctor", "--distributed", "--json"]).outcomes()
        #expect(outcomes.map(\.status) == [0, 0], "\(outcomes)")
        struct Found: Decodable {
            struct Step: Decodable {
                let name: String
                let ok: Bool
            }
            struct Peer: Decodable {
                let rank: Int
                let megabytesPerSecond: Double
            }
            let steps: [Step]
            let peers: [Peer]
        }
        let found = try JSONDecoder().decode(Found.self, from: Data(outcomes[0].output.utf8))
        #expect(
            found.steps.map(\.name)
                == ["resolve", "interface", "store", "members", "connect", "all-reduce"])
        #expect(found.steps.allSatisfy { $0.ok })
        #expect(found.peers.map(\.rank) == [1] && found.peers[0].megabytesPerSecond > 0)
        #expect(outcomes[1].output.isEmpty)

        let failed = try Together(
            ["doctor", "--distributed"], ranks: [1], seconds: 1,
            environment: ["MASTER_ADDR": "no-such-host.invalid"]
        ).outcomes()[0]
        #expect(failed.status == 1 && failed.errors.contains("MASTER_ADDR"), "\(failed)")
        let alone = try Program.run("doctor", "--distributed")
        #expect(alone.status == 2 && alone.errors.contains("torchrun"), "\(alone.errors)")
    }
}
