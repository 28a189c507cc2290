import Foundation
import Networks
import Torch

extension ModelImport {
    /// The model of an ONNX file: its own layers, and what it does to pixels as normalisation.
    /// - Throws: `UsageError` for classes that do not fit the outputs, `ModelFileError` for the file.
    func onnxModel(of url: URL) throws -> (model: Model, notes: [String]) {
        func refused(_ reason: String, _ advice: Advice = "") -> ModelFileError {
            ModelFileError(path: url.path, reason: reason, advice: advice)
        }
        let bytes: Data
        do {
            bytes = try Data(contentsOf: url, options: .alwaysMapped)
        } catch {
            throw refused("it cannot be read: \(plainReason(of: error))")
        }
        let file: OnnxClassifier
        do {
            file = try bytes.withUnsafeBytes {
                try OnnxClassifier(
                    $0, name: url.deletingPathExtension().lastPathComponent, imageSize: imageSize)
            }
        } catch let error as OnnxError {
            throw refused(
                error.description,
                "Mien reads networks of convolutions, pooling, batch normalisation, ReLU and dense "
                    + "layers.")
        }
        let isGrey = file.network.inputChannels == 1
        guard !isGrey || !isColour && normalization?.hasEqualChannels ?? true else {
            throw refused("its images have one channel", "Give it grey images, normalised alike.")
        }
        let network = NetworkModule(file.network, seed: nil)
        var state = StateDict()
        for tensor in file.tensors where !tensor.path.hasSuffix("num_batches_tracked") {
            state[tensor.path] = RawTensor(tensor.values, shape: tensor.shape)
        }
        try state.requireUsable(from: url.path)
        network.loadWeights(state)
        let given =
            normalization
            ?? Normalization(mean: [0, 0, 0], standardDeviation: [1 / 255, 1 / 255, 1 / 255])
        guard let merged = given.followed(byScale: file.scale, offset: file.offset) else {
            throw refused("it scales pixels by \(file.scale), expected a number above 0")
        }
        let card = try card(
            of: file.network, url, imageSize: file.imageSize, merged)
        if let (field, found, expected) = card.firstWrongValue {
            throw refused("its card would have \(field) \(found), expected \(expected)")
        }
        return (Model(network: network, card: card), file.notes)
    }
}

extension Normalization {
    /// This normalisation and then value * scale + offset as one; `nil` where a deviation would not
    /// be above 0.
    fileprivate func followed(byScale scale: Float, offset: Float) -> Normalization? {
        guard scale > 0, scale.isFinite, offset.isFinite else { return nil }
        return Normalization(
            mean: zip(mean, standardDeviation).map { $0 - offset * $1 / scale },
            standardDeviation: standardDeviation.map { $0 / scale })
    }
}
