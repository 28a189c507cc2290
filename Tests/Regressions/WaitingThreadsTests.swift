import Foundation
import Mien
import ProgramSupport
import Testing
import Torch

/// Beside other programs a run takes its share of the time, not forty times as long: threads do not
/// wait for each other without yielding.
struct WaitingThreadsTests {
    @Test func aRunBesideOtherProgramsHasThreadsThatComputeAlone() throws {
        let (errors, start) = try runBesideOthers(["--threads", "2"])
        #expect(errors.contains("each thread computes its gradients alone"), "\(errors)")
        #expect(start.contains("\"sharesProcessors\" : true") && start.contains("\"threads\" : 2"))
    }

    @Test func aRunTakesNoMoreThreadsThanThereAreFreeProcessors() throws {
        let (errors, start) = try runBesideOthers([])
        #expect(start.contains("\"threads\" : 1\n"), "\(start)")
        if ProcessInfo.processInfo.activeProcessorCount > 1 {
            #expect(errors.contains("the run takes 1 of"), "\(errors)")
        }
    }

    /// - Returns: what the program said on standard error, and the run's recipe.
    private func runBesideOthers(_ threads: [String]) throws -> (errors: String, start: String) {
        let folder = try TemporaryFolder()
        let others = try (0 ..< 2 * ProcessInfo.processInfo.activeProcessorCount).map { _ in
            try Process.run(
                URL(fileURLWithPath: "/bin/sh"),
                arguments: ["-c", "ulimit -t 20; while :; do :; done"])
        }
        // They may have inherited a mask that blocks other signals; a limit of their time ends them
        // where this process does not.
        defer {
            for other in others {
                kill(other.processIdentifier, SIGKILL)
                other.waitUntilExit()
            }
        }
        let outcome = try Program.run(
            Program.url,
            ["train", "--out", folder.path("run")] + threads + ShortRun.data + [
                "--labels", "fer2013", "--image-size", "32", "--batch-size", "16", "--max-steps",
                "1", "--no-report",
            ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return (outcome.errors, try folder.text("run/recipe.json"))
    }

    /// Two threads on one processor stand for two beside a busy one. What they spin away is time of
    /// the processor, which does not depend on what else runs.
    @Test func twoThreadsOnOneProcessorTakeHardlyMoreOfItThanOne() async {
        await #expect(processExitsWith: .success) {
            let taskset = try Process.run(
                URL(fileURLWithPath: "/usr/bin/taskset"),
                arguments: ["--all-tasks", "--pid", "--cpu-list", "0", "\(getpid())"])
            taskset.waitUntilExit()
            precondition(taskset.terminationStatus == 0, "the processor cannot be chosen")
            setenv("MIEN_SHARED_PROCESSORS", "1", 1)
            func seconds(threads: Int) throws -> Double {
                Runtime.setThreadCount(threads)
                var recipe = Recipe.paper
                recipe.batchSize = 16
                recipe.imageSize = 48
                var benchmark = TrainingBenchmark(recipe)
                benchmark.warmUp = 1
                benchmark.steps = 3
                return try benchmark.measure(on: nil)?.cpuSeconds ?? .infinity
            }
            let one = try seconds(threads: 1)
            let two = try seconds(threads: 2)
            precondition(two < 3 * one, "one thread takes \(one) s, two take \(two)")
        }
    }
}
