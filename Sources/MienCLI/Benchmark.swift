import ArgumentParser

/// `mien benchmark`: the speed of the program's own parts, for `make bench`.
struct Benchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Times the work of scoring.",
        subcommands: [BenchmarkInfer.self, BenchmarkTrain.self])
}
