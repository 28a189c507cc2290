import Foundation

/// Weights in several files: an index such as `model.safetensors.index.json` names for each tensor
/// the file beside it that holds it, as Hugging Face writes them.
extension StateDict {
    private struct Index: Decodable {
        let weight_map: [String: String]
    }

    private static let largestIndex = 1 << 26

    static func isIndex(_ url: URL) -> Bool { url.lastPathComponent.hasSuffix(".index.json") }

    /// - Throws: `StateDictError` for an index that is none, and for files that are missing or lack
    ///   a tensor.
    init(index url: URL) throws(StateDictError) {
        func refuse(_ reason: String) -> StateDictError {
            StateDictError(path: url.path, reason: reason)
        }
        self.init()
        let size = try InputFile(path: url.path).size
        guard size <= Self.largestIndex else {
            throw refuse("\(size) bytes are too many for an index of tensors")
        }
        guard let data = try? Data(contentsOf: url),
            let index = try? JSONDecoder().decode(Index.self, from: data),
            !index.weight_map.isEmpty
        else {
            throw refuse("it is no index of tensors: expected JSON with a \"weight_map\"")
        }
        let files = Set(index.weight_map.values).sorted()
        if let other = files.first(where: { $0.contains("/") || $0.hasSuffix(".index.json") }) {
            throw refuse("it names the file \"\(other)\", expected weights that lie beside it")
        }
        for file in files {
            let place = url.deletingLastPathComponent().appendingPathComponent(file)
            let part = try StateDict(contentsOf: place)
            for name in index.weight_map.filter({ $0.value == file }).keys.sorted() {
                guard let tensor = part[name] else {
                    throw refuse("it says that \(file) holds the tensor \(name), which it does not")
                }
                self[name] = tensor
            }
        }
        notes = ["read \(names.count) tensors of \(files.count) files"]
    }
}
