// All jobs once, counted one by one; guard.py runs this under callgrind. It prints their names.
//
//     InstructionGuard FOLDER            for the jobs' files
import BenchmarkJobs
import CGuard
import Foundation

guard CommandLine.arguments.count == 2 else {
    print("Usage: InstructionGuard FOLDER")
    exit(2)
}
guard guard_can_count() else {
    print("The headers of valgrind were not there when this was built.")
    exit(3)
}
for job in try Job.plain(in: URL(fileURLWithPath: CommandLine.arguments[1])) {
    // The first run makes what is made only once.
    let expected = try job.run()
    guard_start()
    let result = try job.run()
    guard_stop()
    guard result == expected else {
        print("\(job.name) gave \(result), and before \(expected).")
        exit(1)
    }
    print(job.name)
}
fflush(nil)
_exit(0)
