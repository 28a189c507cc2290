public import Foundation
import Imaging

/// The trained models that come with Mien, by the words that stand for them.
public enum ReleasedModel: String, CaseIterable, Sendable {
    /// ResNet-18 at 128 x 128: the one that is meant where none is named.
    case resnet18 = "released"
    /// A network of 0.41 M parameters at 96 x 96, which learnt from the other one.
    case tiny

    /// The environment variable that names another file.
    var variable: String { self == .resnet18 ? "MIEN_MODEL" : "MIEN_TINY_MODEL" }

    /// The file that `MIEN_MODEL` or, for the small one, `MIEN_TINY_MODEL` names, else the one in a
    /// place of `MienResources`.
    /// - Throws: `UsageError` where it is not there.
    public static func locate(
        _ model: ReleasedModel = .resnet18,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(UsageError) -> URL {
        let search = InstalledFile(
            name: "mien-\(model).safetensors", variable: model.variable, folder: "Models",
            environment: environment)
        guard let url = search.found else {
            throw UsageError(
                setting: "model", found: "no model at \(search.lookedFor.joined(separator: ", "))",
                expected: "the model that comes with Mien, or one of your own",
                advice: "Name a model file with \(setting: "model").")
        }
        return url
    }
}
