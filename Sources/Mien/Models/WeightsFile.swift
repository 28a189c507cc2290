import Foundation
import Imaging
import Networks
import Torch

extension StateDict {
    /// Reads a file of weights: a checkpoint of PyTorch, a `.safetensors`, or a Mien model.
    /// - Throws: `StateDictError`, or `ModelFileError` that says what another file is.
    init(weights url: URL) throws {
        do {
            self = try StateDict(contentsOf: url)
        } catch {
            guard error.isForeign, let content = FileContent(of: url) else { throw error }
            throw ModelFileError(
                path: url.path, reason: "it is \(content.name), not weights",
                advice: content.advice
                    ?? "Give a .pth or .safetensors of PyTorch, a Mien model, or the folder of a run."
            )
        }
        try requireNoRun(url)
    }

    /// - Throws: `ModelFileError` for what a run keeps to go on from.
    func requireNoRun(_ url: URL) throws(ModelFileError) {
        guard metadata[CheckpointStore.progressKey] != nil else { return }
        let folder = url.deletingLastPathComponent().deletingLastPathComponent().path
        throw ModelFileError(
            path: url.path, reason: "it is a checkpoint of a run, not its model",
            advice: "Let the run go on, mien train --resume \(shellQuoted(folder)), and give its "
                + "folder.")
    }
}

extension ModelFileError {
    /// What a file is that is not a Mien model, and how it can be used.
    static func noModel(_ url: URL, else error: StateDictError) -> any Error {
        let path = url.path
        do throws(StateDictError) {
            return weights(try StateDict(pth: url), path, form: "a PyTorch checkpoint")
        } catch {
            // Whole, but of what is not read.
            if !error.isForeign { return error }
        }
        guard error.isForeign, let content = FileContent(of: url) else { return error }
        return ModelFileError(
            path: path, reason: "it is \(content.name), not a Mien model",
            advice: content.advice
                ?? "Give a model file of Mien, the folder of a run, released or tiny."
        )
    }

    /// Weights without a card.
    static func weights(_ state: StateDict, _ path: String, form: String) -> ModelFileError {
        let found = Architecture.allCases.lazy.compactMap { architecture in
            let network = architecture.network(outputs: 1).withoutAuxiliary
            return (try? CheckpointWeights(state, of: network, path: path)).map {
                (architecture, $0.head)
            }
        }.first
        let quoted = shellQuoted(path)
        let training = "mien train --init \(quoted)"
        guard let (kind, head) = found else {
            return ModelFileError(
                path: path,
                reason: "it is \(form) of \(state.names.count) tensors (\(inShort(state.names))), "
                    + "not a Mien model, and not of a network that Mien has",
                advice: "Mien has \(Architecture.names).")
        }
        let architecture = kind == .resnet18 ? "" : " --architecture \(kind.rawValue)"
        let network = "it is \(form) of a \(kind.rawValue)"
        guard let head else {
            return ModelFileError(
                path: path, reason: "\(network) without a head, not a Mien model",
                advice: "Train from it: \(training)\(architecture).")
        }
        return ModelFileError(
            path: path,
            reason: "\(network) with \(head.outputs) outputs, whose classes it does not name",
            advice: "Make a Mien model of it, with its classes in their order: mien import "
                + "\(quoted) --classes NAME,NAME,... --out MODEL.safetensors. Or train from it: "
                + "\(training)\(architecture).")
    }
}

/// What a file holds, by its first bytes.
private struct FileContent {
    /// With its article.
    let name: String
    /// A sentence; `nil` where there is none for this content.
    var advice: Advice?

    /// `nil` for a file that cannot be read, and for what is not known.
    init?(of url: URL) {
        guard let handle = try? FileHandle(forReadingFrom: url),
            let start = try? handle.read(upToCount: 512) ?? Data()
        else { return nil }
        try? handle.close()
        let bytes = [UInt8](start)
        if bytes.isEmpty {
            (name, advice) = ("an empty file", "Copy or download it again.")
        } else if let signature = FileSignature(ofBinary: bytes) {
            name = signature.name
        } else if bytes.allSatisfy({ $0 >= 0x20 || [9, 10, 13].contains($0) }) {
            name = "a text file"
        } else {
            return nil
        }
    }
}
