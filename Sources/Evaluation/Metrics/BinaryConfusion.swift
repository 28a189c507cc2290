/// The counts of right and wrong decisions at a threshold.
public struct BinaryConfusion: Sendable, Equatable, Codable {
    /// True positives, false positives, true negatives, false negatives.
    public var tp = 0
    public var fp = 0
    public var tn = 0
    public var fn = 0

    public init(tp: Int = 0, fp: Int = 0, tn: Int = 0, fn: Int = 0) {
        precondition(
            min(tp, fp, tn, fn) >= 0, "counts are at least 0, got \(tp), \(fp), \(tn), \(fn)")
        self.tp = tp
        self.fp = fp
        self.tn = tn
        self.fn = fn
    }

    public var count: Int { tp + fp + tn + fn }
    public var positives: Int { tp + fn }
    public var negatives: Int { tn + fp }
    var reaching: Int { tp + fp }
    var below: Int { tn + fn }
}

// Each divides by a count that `BinaryMetric.reasonUndefined` has looked at before.
extension BinaryConfusion {
    var accuracy: Double { Double(tp + tn) / Double(count) }
    var sensitivity: Double { Double(tp) / Double(positives) }
    var specificity: Double { Double(tn) / Double(negatives) }
    var precision: Double { Double(tp) / Double(reaching) }
    var f1: Double { Double(2 * tp) / Double(2 * tp + fp + fn) }

    var mcc: Double {
        let product =
            Double(positives) * Double(negatives) * Double(reaching) * Double(below)
        return (Double(tp) * Double(tn) - Double(fp) * Double(fn)) / product.squareRoot()
    }
}

extension BinaryMetric {
    /// Why the metric has no value for samples with these counts; `nil` where it has one.
    func reasonUndefined(for confusion: BinaryConfusion) -> String? {
        if confusion.count == 0 { return "no samples" }
        if confusion.positives == 0, needsPositives { return "no positive samples" }
        if confusion.negatives == 0, needsNegatives { return "no negative samples" }
        switch self {
        case .precision, .mcc:
            if confusion.reaching == 0 { return "no score reaches the threshold" }
            if self == .mcc, confusion.below == 0 { return "no score is below the threshold" }
        case .f1:
            if confusion.tp + confusion.fp + confusion.fn == 0 {
                return "no positive samples and no score that reaches the threshold"
            }
        default: break
        }
        return nil
    }

    private var needsPositives: Bool {
        switch self {
        case .auc, .balancedAccuracy, .sensitivity, .mcc, .averagePrecision: true
        default: false
        }
    }

    private var needsNegatives: Bool {
        switch self {
        case .auc, .balancedAccuracy, .specificity, .mcc, .averagePrecision: true
        default: false
        }
    }
}
