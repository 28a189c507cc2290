public import Evaluation

/// How a model was adapted to another population; kept in its card.
public struct Adaptation: Sendable, Codable, Equatable {
    /// What is changed, from the smallest change to the largest.
    public enum Method: String, Sendable, Codable, CaseIterable {
        /// Nothing: no change lowers the loss.
        case unchanged
        /// The temperature alone.
        case temperature
        /// Temperature and a bias for each class: another prior.
        case priors
        /// The last layer, drawn towards its earlier weights.
        case linearProbe = "linear-probe"
        /// The last stage and the last layer.
        case lastStage = "last-stage"

        /// As messages say it.
        public var inWords: String {
            switch self {
            case .unchanged: "nothing"
            case .temperature: "temperature"
            case .priors: "temperature and class priors"
            case .linearProbe: "linear probe on pooled features"
            case .lastStage: "last stage, fine-tuned"
            }
        }
    }

    /// A method that was tried, each row by a fit on the other folds.
    public struct Candidate: Sendable, Codable, Equatable {
        public let method: Method
        /// Of the linear probe, against weights other than the earlier ones.
        public let ridge: Double?
        /// Mean negative log-likelihood of the true class, in nats.
        public let logLoss: Double
        /// Log loss of the unchanged model minus this one's; above 0 the method helps.
        public let improvement: Estimate

        enum CodingKeys: String, CodingKey {
            case method, ridge, improvement
            case logLoss = "log_loss"
        }
    }

    public let method: Method
    /// In order of their changes; empty without labels.
    public let candidates: [Candidate]
    /// Images it was fitted on.
    public let rows: Int
    /// Subjects, or else images that belong together.
    public let subjects: Int
    public let folds: Int
    public let seed: UInt64
    public let ridge: Double?
    /// By class: the shares of the labels, or their estimate from images without labels.
    public let priors: [String: Double]
    /// Whether labels were used.
    public let isLabelled: Bool
    public let sources: [Dataset.Source]
    /// SHA-256 of the model that it began with.
    public let modelSHA256: String

    enum CodingKeys: String, CodingKey {
        case method, candidates, rows, subjects, folds, seed, ridge, priors, sources
        case isLabelled = "labelled"
        case modelSHA256 = "model_sha256"
    }

    /// For people, without a full stop.
    public var inWords: String {
        let data = sources.first?.path ?? "other data"
        let changed = "Adapted to \(data): \(method.inWords)"
        return changed
            + (isLabelled
                ? ", chosen by \(folds) inner folds on \(rows) labelled images of \(subjects) groups, "
                    + "seed \(seed)"
                : ", estimated from \(rows) images without labels")
    }
}
