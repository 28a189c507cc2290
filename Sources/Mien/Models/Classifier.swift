import Networks
package import Torch

/// What a model answers with, beneath its card: faces in, a logit for each class out. The card makes
/// probabilities of them, says what they mean, and names the kind.
///
/// Networks, which have elements to choose, gradients and layers to look into, answer through
/// ``Model`` itself.
package protocol Classifier {
    /// How many numbers are learnt.
    var parameterCount: Int { get }

    /// One row for each face: [N, classes]
    /// - Parameter precision: of networks, where there are any in it.
    func logits(of batch: ImageBatch, precision: DType) -> [[Float]]

    /// The tensors that a model file holds.
    var state: StateDict { get }
}

/// What a model is, as its card names it.
public enum ModelKind: String, Sendable, Codable, CaseIterable {
    case network
    /// A support vector machine, linear or with a kernel.
    case svm
    case logistic
    case forest
    /// Several models whose probabilities are averaged, see ``EnsembleMember``.
    case ensemble
}

/// How a classical classifier was fitted.
public struct ClassicalFit: Sendable, Codable, Equatable {
    /// A cost and a kernel width that were tried, and how they did in the inner folds.
    public struct Candidate: Sendable, Codable, Equatable {
        public let cost: Double
        /// In units of 1 / (columns x variance); `nil` without a kernel.
        public let gamma: Double?
        /// The mean over the folds, and over several classes each against the rest, of the area under
        /// the ROC curve of the rows left out.
        public let auc: Double
    }

    /// Numbers that describe a face, and those that the classifier sees.
    public let features: Int
    public let columns: Int
    /// The share of the variance that the principal components hold.
    public let varianceShare: Double?
    public let cost: Double?
    /// Of the kernel, per squared unit.
    public let gamma: Double?
    /// What was tried, in order; empty where there was no choice.
    public let candidates: [Candidate]
    /// Rows on which the choice was made.
    public let searchRows: Int?
    public let supportVectors: Int?
    public let trees: Int?
    public let nodes: Int?
    /// On the wall, and of all threads.
    public let seconds: Double
    public let cpuSeconds: Double
    /// Of the latter, what the fit on all rows took, after features, choice and folds.
    public let lastFitSeconds: Double
    /// The most memory that the process held at once.
    public let peakMemoryBytes: Int
    /// Whether the card's validation figures are of training rows, each scored by a fit on the other
    /// folds.
    public let validatesByFolds: Bool
    /// SHA-256 of the file that found the landmarks; `nil` where the features need none.
    public let landmarkModel: String?
}

extension ModelCard {
    public var isNetwork: Bool { kind == nil || kind == .network }

    /// Whether probabilities were fitted to what rows that were left out showed: by a temperature, or
    /// by the sigmoid of a support vector machine or logistic regression.
    public var isCalibrated: Bool { calibration != nil || kind == .svm || kind == .logistic }

    /// The settings of a classical classifier; `nil` for other kinds.
    var classical: ClassicalSettings? {
        isNetwork || kind == .ensemble ? nil : recipe.classical
    }

    /// "resnet18", "linear SVM on HOG": what answers, in what people read.
    public var title: String {
        if let members { return "mean of \(members.count) models" }
        return architecture?.rawValue ?? layers?.name ?? recipe.classical?.title ?? kind?.rawValue
            ?? "unknown"
    }

    /// Of the card of a network.
    var networkArchitecture: Architecture {
        guard let architecture else {
            preconditionFailure("expected the card of a network, got one of a \(title)")
        }
        return architecture
    }

    /// A kind and what it must have; `nil` where they fit.
    var wrongKind: (field: String, found: String, expected: String)? {
        if isNetwork {
            let (named, described) = (architecture != nil, layers != nil)
            if named == described {
                return (
                    named ? "an architecture and layers" : "no architecture", "",
                    "that of its network"
                )
            }
            return layers.flatMap { layers in
                layers.outputCount == classes.count
                    ? nil : ("outputs", "\(layers.outputCount)", "\(classes.count), one a class")
            }
        }
        if kind == .ensemble || members != nil { return wrongMember }
        guard let settings = recipe.classical, settings.kind.modelKind == kind else {
            return (
                "the kind", kind?.rawValue ?? "", "that of its recipe, \(recipe.name)"
            )
        }
        if imageSize != FaceGrid.side {
            return ("an image size of", "\(imageSize)", "\(FaceGrid.side)")
        }
        return nil
    }
}

extension ClassicalSettings.Kind {
    var modelKind: ModelKind {
        switch self {
        case .svm, .linearSVM: .svm
        case .logistic: .logistic
        case .forest: .forest
        }
    }
}

extension ModelFileError {
    /// Another kind of model where layers and gradients are needed.
    public static func needsNetwork(
        _ path: String, _ card: ModelCard, to purpose: String, advice: Advice = ""
    ) -> ModelFileError {
        ModelFileError(
            path: path, reason: "a \(card.title) cannot \(purpose): that needs a network",
            advice: advice)
    }
}

extension Model {
    /// - Parameters:
    ///   - path: of the file, for errors.
    ///   - purpose: "be quantised".
    /// - Throws: `ModelFileError` for another kind of model than a network.
    public func requireNetwork(_ path: String, to purpose: String) throws(ModelFileError) {
        guard !card.isNetwork else { return }
        throw .needsNetwork(
            path, card, to: purpose, advice: "Give the model of a network.")
    }
}
