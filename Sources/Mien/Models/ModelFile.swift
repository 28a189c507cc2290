import Crypto
public import Evaluation
public import Foundation
import Inference
public import Networks
public import Torch

/// What is known of a model apart from its weights; kept in the metadata of its file, so that the
/// file can be used alone.
public struct ModelCard: Sendable, Codable, Equatable {
    public static let currentFormat = 1

    public var format = ModelCard.currentFormat
    public var mienVersion = currentMienVersion
    /// ISO 8601, UTC.
    public var created: String
    /// What answers; `nil` stands for a network.
    public var kind: ModelKind?
    /// Of a network; `nil` for other kinds.
    public var architecture: Architecture?
    /// Of a network that no architecture describes, such as one that was read from an ONNX file.
    public var layers: Network?
    public var imageSize: Int
    public var channels = 3
    public var normalization: Normalization
    /// See ``input``; `nil` stands for grey pixels, and for FER-2013's crop.
    public var inputChannels: InputSpecification.Channels?
    public var crop: FaceCrop?
    /// Of the outputs, in order: the emotions, or for two outputs what the mapping makes of them.
    public var classes: [String]
    public var head: Recipe.Head
    /// Of the training labels in order, where the user named them; `nil` stands for emotions.
    public var ownClasses: [Emotion]?
    public var positive: LabelMapping
    public var labels: LabelProtocol
    /// Where the first weights came from.
    public var initialWeights: String
    public var recipe: Recipe
    /// The data it was trained on.
    public var dataSources: [Dataset.Source]
    /// Whether that data was drawn by Mien and shows no real face.
    public var trainedOnSyntheticFaces: Bool
    /// Training rows that the run learned from.
    public var trainingSamples: Int
    /// By output, the share of the training rows' targets, which is the prior that its scores hold;
    /// `nil` in files of earlier versions.
    public var classShares: [Double]?
    /// How far the training run came; `nil` in files of earlier versions.
    public var runLength: RunLength?
    /// On the validation rows, after the last epoch; without calibration.
    public var validation: ValidationSummary?
    /// Of an ensemble; `nil` for other kinds.
    public var members: [EnsembleMember]?
    /// How a classical classifier was fitted; `nil` for networks.
    public var fit: ClassicalFit?
    /// `nil` stands for a temperature of 1.
    public var calibration: Calibration?
    /// How it was adapted to another population; `nil` where it was not.
    public var adaptation: Adaptation?
    /// Where the weights are int8: what they were made from.
    public var quantization: Quantization?
    /// The elements of the file's convolutions and head; `nil` stands for float32, and for what
    /// `quantization` says.
    public var weightType: WeightType?
    /// Whether a face and its mirror image are both scored and their logits averaged; `nil` stands
    /// for no.
    public var averagesMirrorImage: Bool?
    /// How the model tells faces from what only resembles one; `nil` where it does not.
    public var faceEvidence: LinearProbe?
    /// How it tells faces that something covers from others; `nil` where it does not.
    public var faceOcclusion: LinearProbe?
    /// How many pictures the file holds fingerprints of; `nil` in files of earlier versions.
    public var seen: SeenPictures.Summary?
    /// The data of the model whose weights this one began with, where that did not record which of
    /// its rows it was trained on.
    public var initialData: [Dataset.Source]?
    public var intendedUse =
        "Research on facial expression as a proxy label for depressive affect. The score is a "
        + "sad-or-neutral expression score. It is no diagnosis and no basis for decisions about "
        + "a person."

    /// The network as it scores; of a card of one.
    public var network: Network {
        if let layers { return layers }
        guard let architecture else {
            preconditionFailure("expected the card of a network, got \(kind?.rawValue ?? "none")")
        }
        return architecture.network(
            outputs: classes.count, inputChannels: input.channels.networkChannels
        ).withoutAuxiliary
    }
}

/// The elements in which a file keeps weights.
public enum WeightType: String, Sendable, Codable, CaseIterable {
    case float32, float16
}

/// How a model did on validation rows.
public struct ValidationSummary: Sendable, Codable, Equatable {
    public let n: Int
    public let positives: Int
    public let loss: Double
    public let accuracy: Double
    public let auc: Double?
    /// The same with DeLong's 95 % interval; `nil` in files of earlier versions.
    public let aucEstimate: Estimate?
    /// Of the emotions, where the model has them.
    public let emotionAccuracy: Double?
    /// The temperature that fits these rows; `nil` where they are too few.
    public let calibration: Calibration?
    /// Right and wrong decisions at a score of 0.5; `nil` in files of earlier versions.
    public let confusion: BinaryConfusion?

    /// Half of sensitivity and specificity together; `nil` where one of them is not defined.
    public var balancedAccuracy: Double? {
        guard let confusion, confusion.positives > 0, confusion.negatives > 0 else { return nil }
        return
            (Double(confusion.tp) / Double(confusion.positives)
            + Double(confusion.tn) / Double(confusion.negatives)) / 2
    }
}

/// A network or another classifier with its card: all that is needed to score images.
///
/// What scores is packed from the weights at the first use and kept: a network whose weights are
/// changed later is a new model.
public struct Model {
    enum Weights {
        case network(NetworkModule)
        case stored(StoredNetwork)
        case quantized(FoldedNetwork)
        /// What is no network.
        case other(any Classifier)
        /// Let go of: what was packed of them is left.
        case packed

        /// - Throws: `StateMismatch`, `ModelFileError` where the tensors are not those of the card.
        init(_ state: StateDict, _ card: ModelCard, path: String) throws {
            if let members = card.members {
                self = .other(try Ensemble(state, members, path: path))
            } else if let settings = card.classical {
                self = .other(try ClassicalClassifier(state, card, settings, path: path))
            } else if card.quantization != nil {
                self = .quantized(try FoldedNetwork(state, card: card, path: path))
            } else {
                self = .stored(try StoredNetwork(state, card, path: path))
            }
        }
    }

    private(set) var weights: Weights
    public var card: ModelCard
    /// The pictures that it has seen; `nil` for a file of an earlier version.
    public internal(set) var seen: SeenPictures? {
        didSet { card.seen = seen?.summary }
    }
    let engines = EngineCache()

    public init(network: NetworkModule, card: ModelCard) {
        weights = .network(network.withoutAuxiliary)
        self.card = card
    }

    init(quantized network: FoldedNetwork, card: ModelCard) {
        precondition(
            network.isQuantized && card.quantization != nil, "expected int8 weights and their card")
        weights = .quantized(network)
        self.card = card
    }

    package init(_ classifier: any Classifier, card: ModelCard) {
        precondition(!card.isNetwork, "expected the card of another kind than a network")
        weights = .other(classifier)
        self.card = card
    }

    /// The trained network; of a model that is one and is not quantised.
    public var network: NetworkModule {
        switch weights {
        case .network(let network): network
        case .stored(let stored): stored.network
        case .quantized, .packed, .other:
            preconditionFailure("this model only scores: see Model.isQuantized and its kind")
        }
    }

    /// Packs the weights for the processor, so that the first batch need not wait for it.
    func prepare(precision: DType) {
        if card.isNetwork { _ = engines.engine(of: self, dtype: precision) }
        (classifier as? Ensemble)?.prepare(precision: precision)
    }

    /// The same, and lets go of the weights themselves: from here on the model scores in this
    /// precision alone. Where these elements are not packed for this processor all stays as it is.
    mutating func releaseWeights(precision: DType) {
        guard card.isNetwork else { return prepare(precision: precision) }
        if engines.engine(of: self, dtype: precision) != nil { weights = .packed }
    }

    /// Whether the weights are int8. Such a model scores; it cannot be explained or trained on.
    public var isQuantized: Bool {
        card.quantization != nil
    }

    /// Leaves the fingerprints of the pictures out of the file, for one that is to be passed on
    /// without them.
    package mutating func forgetSeenPictures() { seen = nil }

    /// What answers, where that is no network.
    package var classifier: (any Classifier)? {
        if case .other(let classifier) = weights { classifier } else { nil }
    }

    /// How many numbers are learnt.
    public var parameterCount: Int {
        switch weights {
        case .quantized(let network): network.parameterCount
        case .other(let classifier): classifier.parameterCount
        case .network, .stored, .packed: card.network.parameterCount()
        }
    }

    static let cardKey = "mien.card"
    package static let digestKey = "mien.sha256"
    /// The card as a text for people.
    private static let textKey = "mien.model_card"

    /// Reads a model file.
    /// - Throws: `StateDictError` for a damaged file, `ModelFileError` for one that is whole but
    ///   no model that this version can use.
    public init(contentsOf url: URL) throws {
        let state: StateDict
        do throws(StateDictError) {
            state = try StateDict(safetensors: url)
        } catch {
            throw ModelFileError.noModel(url, else: error)
        }
        try state.requireNoRun(url)
        guard let text = state.metadata[Self.cardKey] else {
            throw ModelFileError.weights(state, url.path, form: "a plain weights file")
        }
        guard let digest = state.metadata[Self.digestKey], digest == Self.digest(of: state) else {
            throw ModelFileError(
                path: url.path, reason: "its weights do not match their checksum",
                advice: "The file was altered or damaged: take a fresh copy.")
        }
        card = try ModelCard(json: text, path: url.path)
        seen = try card.seen.map { summary in
            guard let seen = SeenPictures(state.metadata, summary: summary) else {
                throw ModelFileError(
                    path: url.path,
                    reason: "the fingerprints of its training pictures do not match its card",
                    advice: "The file was altered or damaged: take a fresh copy.")
            }
            return seen
        }
        weights = try Weights(state, card, path: url.path)
        // After the elements are known to be those that the card says.
        try state.requireUsable(from: url.path)
    }

    /// A member of an ensemble.
    /// - Parameter path: of the file, for errors.
    /// - Throws: as `init(contentsOf:)`.
    init(_ state: StateDict, card: ModelCard, path: String) throws {
        weights = try Weights(state, card, path: path)
        self.card = card
    }

    var state: StateDict {
        switch weights {
        case .network(let network): StateDict(network, storing: card.weightType ?? .float32)
        case .stored(let stored): stored.state(storing: card.weightType ?? .float32)
        case .quantized(let network): network.state(of: card.network)
        case .other(let classifier): classifier.state
        case .packed: preconditionFailure("this model's weights were let go of")
        }
    }

    /// Writes the model file whole.
    /// - Throws: `FileError`; `StateDictError` for numbers that are not finite, also because float16
    ///   does not hold them; `ModelFileError` for values of the card that no model can have.
    public func write(to url: URL) throws {
        var (state, card) = (state, card)
        card.seen = seen?.summary
        if let (field, found, expected) = card.firstWrongValue {
            throw ModelFileError(
                path: url.path,
                reason: "not written: its card would have \(field) \(found), expected \(expected)",
                advice: "")
        }
        if let (name, reason) = state.firstUnusable {
            let limit =
                card.weightType == .float16
                ? "; float16 holds numbers up to 65504: keep the weights in float32" : ""
            throw StateDictError(
                path: url.path, reason: "not written: tensor \(name): \(reason)\(limit)")
        }
        state.metadata.merge(seen?.metadata ?? [:]) { $1 }
        state.metadata[Self.cardKey] = String(
            decoding: try JSONEncoder.canonical.encode(card), as: UTF8.self)
        state.metadata[Self.textKey] = card.markdown()
        state.metadata[Self.digestKey] = Self.digest(of: state)
        try state.writeSafetensors(to: url)
    }

    /// SHA-256 over card, names, types, shapes and bytes of all tensors in order.
    package static func digest(of state: StateDict) -> String {
        var hash = SHA256()
        hash.update(data: Data((state.metadata[cardKey] ?? "").utf8))
        for (name, tensor) in state.tensors.sorted(by: { $0.name < $1.name }) {
            hash.update(data: Data("\(name) \(tensor.dtype) \(tensor.shape);".utf8))
            tensor.bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        return hash.finalize().hexadecimal
    }

    /// SHA-256 of the bytes of a file, 64 hexadecimal digits: what names a model in a report.
    public static func sha256(ofFile url: URL) throws -> String {
        SHA256.hash(data: try Data(contentsOf: url, options: .alwaysMapped)).hexadecimal
    }
}

/// A file that holds no model that can be used, and what to do.
public struct ModelFileError: Error, Sendable, NamesSettings {
    public let path: String
    public let reason: String
    public let advice: Advice

    public var message: Advice { "\(path): \(reason). \(advice)" }
}

extension JSONEncoder {
    /// Sorted keys on one line: equal values give equal bytes.
    package static var canonical: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
