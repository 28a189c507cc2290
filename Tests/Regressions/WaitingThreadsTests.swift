import Foundation
import Mien
import Testing
import Torch

/// Beside other programs a run takes its share of the time, not forty times as long: threads do not
/// wait for each other without yielding.
struct WaitingThreadsTests {
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
