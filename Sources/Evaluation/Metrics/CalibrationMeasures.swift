/// How well scores match frequencies, to be held against the same of other scores.
public struct CalibrationMeasures: Sendable, Equatable, Codable {
    public let n: Int
    public let ece: Estimate
    /// In nats: the negative log likelihood.
    public let logLoss: Estimate
    public let brier: Estimate
    public let accuracy: Estimate

    private enum CodingKeys: String, CodingKey {
        case n, ece, brier, accuracy
        case logLoss = "log_loss"
    }

    public init(_ metrics: BinaryMetrics) {
        n = metrics.n
        ece = metrics.ece
        logLoss = metrics.logLoss
        brier = metrics.brier
        accuracy = metrics.accuracy
    }
}
