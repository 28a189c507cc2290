// One job, for guard.py, which runs this under callgrind:
//
//     InstructionGuard FOLDER            the names of the jobs
//     InstructionGuard FOLDER NUMBER     does this one, counted
import BenchmarkJobs
import CGuard
import Foundation

let arguments = CommandLine.arguments
guard arguments.count > 1 else {
    print("Usage: InstructionGuard FOLDER [NUMBER]")
    exit(2)
}
guard guard_can_count() else {
    print("The headers of valgrind were not there when this was built.")
    exit(3)
}
let jobs = try Job.plain(in: URL(fileURLWithPath: arguments[1]))
guard arguments.count > 2, let number = Int(arguments[2]), jobs.indices ~= number else {
    for job in jobs { print(job.name) }
    exit(0)
}
// The first run fills what is made once.
let expected = try jobs[number].run()
guard_start()
let result = try jobs[number].run()
guard_stop()
print(result)
fflush(nil)
_exit(result == expected ? 0 : 1)
