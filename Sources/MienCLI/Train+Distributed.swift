import Foundation
import Mien
import Torch

/// Training in several processes that torchrun or srun started.
extension Train {
    /// Sets what libtorch reads when it is loaded.
    /// - Returns: whether a launcher started this process among others.
    static func prepareLaunched() -> Bool {
        guard (try? ProcessPlace(environment: ProcessInfo.processInfo.environment)) != nil else {
            return false
        }
        // Mien says itself what it waits for.
        setenv("TORCH_CPP_LOG_LEVEL", "ERROR", 0)
        return true
    }

    /// Meets the other processes and runs `body` with them; tells them where it fails.
    func together(at place: ProcessPlace, _ body: (ProcessGroup) throws -> Void) throws {
        if place.rank > 0 { Console.silenceNotes() }
        Console.note(
            "Waiting for \(place.size) processes at \(place.host):\(place.port) "
                + "(\(place.launcher)).")
        let group = try Interruption.endingAtOnce { () throws(ProcessGroupError) in
            try ProcessGroup.join(place)
        }
        do {
            try body(group)
        } catch {
            if case TrainingError.interrupted = error {} else { group.leave(because: "\(error)") }
            throw error
        }
    }

    /// Loads libtorch's half for GPUs where the run trains there: before the processes meet, as libtorch
    /// looks for GPUs once.
    func loadDevice() {
        let run = resume.map { RunFolder(URL(fileURLWithPath: $0)) }
        guard compute.device == "cuda" || (try? run?.start())?.device == "cuda" else { return }
        _ = Device.gpuCount
    }

    /// A run that torchrun or Slurm started again: it goes on from its checkpoint, where it has one.
    func restarted(_ group: ProcessGroup?) -> String? {
        guard let group, group.place.attempt > 0, let out,
            RunFolder(URL(fileURLWithPath: out)).hasCheckpoint
        else { return nil }
        return out
    }

    /// Who trains together, and over which interfaces.
    func notes(of group: ProcessGroup?) -> [Advice] {
        guard let group else { return [] }
        let members = group.members.map { member in
            "\(member) over \(member.address.interface)"
                + (group.gpus.map { ", GPU \($0[member.rank])" } ?? "")
        }
        return [
            Advice(
                "\(group.size) processes, started by \(group.place.launcher)"
                    + (group.place.attempt > 0 ? ", attempt \(group.place.attempt + 1)" : "") + ": "
                    + members.joined(separator: "; ") + ".")
        ]
    }
}

extension ProcessPlace {
    /// - Throws: `UsageError` for a recipe that several processes would train each for itself.
    func requireNetwork(_ recipe: Recipe) throws(UsageError) {
        throw UsageError(
            "--recipe", found: "\(recipe.name) with \(size) processes (\(launcher))",
            expected: "the recipe of a network",
            advice: "Train it in one process: it trains no network.")
    }
}
