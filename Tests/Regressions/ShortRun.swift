import Foundation
import Mien
import ProgramSupport
import Testing

/// A run of two steps on drawn faces.
enum ShortRun {
    static let data = ["--data", "synthetic:seed=5,train=64,valid=8,test=16"]
    static let small =
        data + [
            "--labels", "fer2013", "--image-size", "32", "--batch-size", "16", "--threads", "1",
            "--max-steps", "2", "--no-report",
        ]

    /// - Returns: the folder of the run.
    static func train(in folder: TemporaryFolder, _ arguments: [String] = []) throws -> String {
        let run = folder.path("run")
        let outcome = try Program.run(Program.url, ["train", "--out", run] + small + arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return run
    }
}
