import Foundation
import Imaging
import ProgramSupport
import Testing

/// Rows of one class only are said wherever numbers are made of them.
struct OneClassTests {
    private func manifest(_ folder: TemporaryFolder, _ labels: [String]) throws -> String {
        var text = "path,label\n"
        for (index, label) in labels.enumerated() {
            try folder.writeImage(grey: UInt8(index), to: "\(index).png")
            text += "\(index).png,\(label)\n"
        }
        return try folder.write(text, to: "manifest.csv")
    }

    @Test func trainCalibrateAndEvaluateSayIt() throws {
        let folder = try TemporaryFolder()
        let data = try manifest(folder, [String](repeating: "happy", count: 80))
        let trained = try Program.run(
            "train", "--data", data, "--labels", "fer2013", "--image-size", "32", "--batch-size",
            "16", "--threads", "1", "--max-steps", "1", "--no-report", "--out", folder.path("run"))
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(
            trained.errors.contains("One class only: all 64 training rows"), "\(trained.errors)")
        #expect(trained.errors.contains("One class only: all 16 validation rows"))
        let model = folder.path("run/model.safetensors")
        let calibrated = try Program.run(
            "calibrate", "--model", model, "--data", data, "--split", "all", "--out",
            folder.path("c.safetensors"))
        #expect(calibrated.errors.contains("One class only: all 80 calibration rows"))
        #expect(calibrated.errors.contains("fitted to one class"), "\(calibrated.errors)")
        #expect(calibrated.errors.contains("trained on 16 of these 80 rows"))
        let evaluated = try Program.run(
            "evaluate", "--model", model, "--data", data, "--split", "all")
        #expect(evaluated.output.contains("One class only: all 80 rows are other than"))
    }
}
