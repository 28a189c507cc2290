/// The measures of a binary classifier that gives scores; the raw value is the key in JSON.
public enum BinaryMetric: String, CaseIterable, Codable, CodingKey, Sendable {
    /// Share of samples on the right side of the threshold.
    case accuracy
    /// Area under the ROC curve, ties counting half.
    case auc
    /// Mean of sensitivity and specificity.
    case balancedAccuracy = "balanced_accuracy"
    /// Share of the positive samples that reach the threshold (recall).
    case sensitivity
    /// Share of the negative samples that stay below the threshold.
    case specificity
    /// Share of the samples that reach the threshold that are positive.
    case precision
    /// Harmonic mean of precision and sensitivity.
    case f1
    /// Matthews' correlation coefficient, -1...1.
    case mcc
    /// Sum over the distinct scores of the gain in recall times the precision there.
    case averagePrecision = "average_precision"
    /// Mean squared distance between score and label, 0...1.
    case brier
    /// Expected calibration error of the positive class: over equal-width bins of the score,
    /// the mean of |mean score - share of positives|, weighted by the samples in the bin. The
    /// score itself is binned, not the confidence of the predicted class.
    case ece
    /// Mean of -log of the score given to the true class, in nats.
    case logLoss = "log_loss"
}
