import ArgumentParser
import Foundation
import Mien
import Torch

struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks the installation: engines, models, processor, memory, folders.",
        discussion: """
            Each line says what was found and, where something is missing, what to do. The exit code \
            is 1 when something that every command needs is missing. With --distributed it is started \
            like a training in several processes, by torchrun or srun: it tries names, interface, \
            store and connections, sums 1 MB and measures the bandwidth to each peer.
            """)

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Try the connections between the processes that torchrun or srun started.")
    var distributed = false

    func run() throws {
        guard !distributed else { return try runDistributed() }
        let diagnosis = Diagnosis()
        if json { try Console.json(diagnosis) } else { try Console.result(diagnosis) }
        guard diagnosis.isUsable else { throw ExitCode(1) }
    }

    /// Rank 0 prints; another process only where its own trial failed.
    private func runDistributed() throws {
        guard let place = try ProcessPlace(environment: ProcessInfo.processInfo.environment) else {
            throw UsageError(
                "--distributed", found: "one process", expected: "several",
                advice:
                    "Start it as the training: torchrun --no-python --nproc-per-node 2 mien doctor "
                    + "--distributed, or srun mien doctor --distributed.")
        }
        let diagnosis = ConnectionDiagnosis(at: place)
        if place.rank == 0 {
            if json { try Console.json(diagnosis) } else { try Console.result(diagnosis) }
        } else if let step = diagnosis.steps.last, !step.isOK {
            Console.error(step.found)
        }
        guard diagnosis.isUsable else { throw ExitCode(1) }
    }
}
