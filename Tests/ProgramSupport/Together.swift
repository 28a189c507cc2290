public import Foundation
import TestSupport

/// Several processes of the program, started on this machine as torchrun would start them but for
/// its store: rank 0 serves it.
public final class Together {
    public let processes: [Process]
    private let folder: TemporaryFolder

    /// - Parameters:
    ///   - size: of the group; only `ranks` of it are started.
    ///   - seconds: until a silent process counts as missing.
    ///   - environment: what is added.
    ///   - program: `nil` for mien itself.
    public init(
        _ arguments: [String], program: URL? = nil, size: Int = 2, ranks: [Int]? = nil,
        seconds: Int = 60,
        environment: [String: String] = [:]
    ) throws {
        folder = try TemporaryFolder()
        let port = try freePort()
        var processes: [Process] = []
        for rank in ranks ?? Array(0 ..< size) {
            let process = Process()
            process.executableURL = program ?? Program.url
            process.arguments = arguments
            process.environment = ProcessInfo.processInfo.environment.merging(
                [
                    "RANK": "\(rank)", "WORLD_SIZE": "\(size)", "LOCAL_RANK": "\(rank)",
                    "LOCAL_WORLD_SIZE": "\(size)", "MASTER_ADDR": "127.0.0.1",
                    "MASTER_PORT": "\(port)", "MIEN_DISTRIBUTED_TIMEOUT": "\(seconds)",
                ].merging(environment) { $1 }
            ) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try folder.handle("output-\(processes.count)")
            process.standardError = try folder.handle("errors-\(processes.count)")
            try process.run()
            processes.append(process)
        }
        self.processes = processes
    }

    deinit {
        for process in processes where process.isRunning {
            kill(process.processIdentifier, SIGKILL)
        }
    }

    public func send(_ signal: Int32, to index: Int) {
        kill(processes[index].processIdentifier, signal)
    }

    /// Waits until all have ended.
    public func outcomes() throws -> [Program.Outcome] {
        try processes.indices.map { index in
            processes[index].waitUntilExit()
            return Program.Outcome(
                status: processes[index].terminationStatus,
                output: try folder.text("output-\(index)"),
                errors: try folder.text("errors-\(index)"))
        }
    }
}
