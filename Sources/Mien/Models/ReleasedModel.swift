public import Foundation
import Imaging

/// The trained model that comes with Mien.
public enum ReleasedModel {
    static let fileName = "mien-resnet18.safetensors"

    /// The file that `MIEN_MODEL` names, else the one in a place of `MienResources`.
    /// - Throws: `UsageError` where it is not there.
    public static func locate(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(UsageError) -> URL {
        let search = InstalledFile(
            name: fileName, variable: "MIEN_MODEL", folder: "Models", environment: environment)
        guard let url = search.found else {
            throw UsageError(
                setting: "model", found: "no model at \(search.lookedFor.joined(separator: ", "))",
                expected: "the model that comes with Mien, or one of your own",
                advice: "Name a model file with \(setting: "model").")
        }
        return url
    }
}
