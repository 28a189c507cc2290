import ArgumentParser
import Foundation
import Mien
import Torch

/// Where the data is.
struct DataOptions: ParsableArguments {
    @Option(help: .data)
    var data: String

    @Option(help: .votes)
    var votes: String?

    @Flag(help: "Leave bad rows and images out and count them, instead of stopping.")
    var skipBadRows = false

    func load() throws -> Dataset {
        let dataset = try Interruption.endingAtOnce {
            try Dataset.load(data: data, votes: votes, skipBadRows: skipBadRows)
        }
        for path in [data, votes].compactMap(\.self) + dataset.sources.map(\.path) {
            FileRoles.addInput(path)
        }
        if dataset.isSynthetic {
            Console.note("The faces are SYNTHETIC: drawn by Mien, no real person.")
        }
        if !dataset.badRows.isEmpty {
            Console.note("Left out \(dataset.badRows.count) bad rows; the first:")
            for row in dataset.badRows.prefix(3) { Console.note("  \(row)") }
        }
        return dataset
    }
}

extension ArgumentHelp {
    static let data: ArgumentHelp = """
        FER-2013 csv (plain or gzip), FER+ folders, a folder per class, a csv manifest, or \
        synthetic[:seed=S,train=N,valid=N,test=N].
        """
    static let votes: ArgumentHelp = "FER+ votes (fer2013new.csv) for a FER-2013 csv."
}

/// The machine's settings.
struct ComputeOptions: ParsableArguments {
    @Option(help: "Threads, at most one per core, which is the default.")
    var threads: Int?

    @Option(help: "Where to compute: cpu or cuda.")
    var device = "cpu"

    /// - Parameter tensors: whether more is computed than scores, which need no libtorch.
    func apply(tensors: Bool) throws -> Int {
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let count = threads ?? processors
        guard 1 ... 1024 ~= count else {
            throw UsageError("--threads", found: "\(count)", expected: "1 to 1024")
        }
        try chosenDevice.requireAvailable()
        // Threads of a convolution's gradient wait for each other by spinning: with more of them
        // than processors training takes ten times as long.
        let used = min(count, processors)
        if used < count {
            Console.note("\(count) threads asked for, \(processors) processors: using \(used).")
        }
        useThreads(used, tensors: tensors)
        return used
    }

    var chosenDevice: Device {
        get throws {
            switch device {
            case "cpu": .cpu
            case "cuda": .cuda
            default: throw UsageError("--device", found: device, expected: "cpu or cuda")
            }
        }
    }
}

/// Sets the threads of scoring, and of libtorch, at once or where it is loaded later after all.
func useThreads(_ count: Int, tensors: Bool) {
    setenv("OMP_NUM_THREADS", "\(count)", 1)
    InferenceEngine.setThreadCount(count)
    if tensors { Runtime.setThreadCount(count) }
}

extension Device {
    func requireAvailable() throws {
        guard isAvailable else {
            throw UsageError(
                "--device", found: "cuda", expected: "a device that is there",
                advice: "This libtorch or machine has no CUDA: `make setup CUDA=1` on a machine "
                    + "with an NVIDIA GPU, or use --device cpu.")
        }
    }
}
