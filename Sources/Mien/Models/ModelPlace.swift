public import Foundation

/// Where a model is that a person names: a model file, the folder of a run, or the word `released` or
/// `tiny` for a model that comes with Mien.
public enum ModelPlace {
    public static let released = ReleasedModel.resnet18.rawValue

    /// The model file.
    /// - Throws: `UsageError` for a folder without a model, and where the model that comes with
    ///   Mien is not there.
    public static func file(_ name: String) throws(UsageError) -> URL {
        if let model = ReleasedModel(rawValue: name) { return try ReleasedModel.locate(model) }
        let url = URL(fileURLWithPath: name)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            return url
        }
        guard isFolder.boolValue else { return url }
        let folder = RunFolder(url)
        let hasRun = FileManager.default.fileExists(atPath: folder.recipeURL.path)
        guard FileManager.default.fileExists(atPath: folder.modelURL.path) else {
            throw hasRun
                ? UsageError(
                    name, found: "a run that has no model yet", expected: "a run that has ended",
                    advice: (try? folder.start())?.recipe.classical == nil
                        ? "Let it end: mien train --resume \(shellQuoted(name))."
                        : "Start it anew: a classical classifier has no checkpoints.")
                : UsageError(
                    name, found: "a folder without recipe.json or model.safetensors",
                    expected: "a model file, or the folder of a run")
        }
        return folder.modelURL
    }
}
