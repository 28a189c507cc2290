// `make bench-micro`: the parts around the network, timed in one process.
import Benchmark
import BenchmarkJobs
import Foundation

let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "mien-micro-\(UUID().uuidString)")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
for job in try Job.plain(in: folder, scale: 10) + Job.engine(in: folder) {
    benchmark(job.name) { _ = try job.run() }
}
Benchmark.main()
