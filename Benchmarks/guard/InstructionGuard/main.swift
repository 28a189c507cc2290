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

func count(_ name: String, _ run: () throws -> Double) throws {
    // The first run makes what is made only once.
    let expected = try run()
    guard_start()
    let result = try run()
    guard_stop()
    guard result == expected else {
        print("\(name) gave \(result), and before \(expected).")
        exit(1)
    }
    print(name)
}

for job in try Job.plain(in: URL(fileURLWithPath: CommandLine.arguments[1])) {
    try count(job.name, job.run)
}
for job in try ServiceJob().jobs { try count(job.name, job.run) }
fflush(nil)
_exit(0)
