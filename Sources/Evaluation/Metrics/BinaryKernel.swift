import Foundation

/// Computes every metric for any weighting of the samples in one pass over them, sorted once.
struct BinaryKernel: Sendable {
    private struct Entry {
        let sample: Int32
        let positive: Bool
        let endsTie: Bool
        let endsBin: Bool
        /// Score minus label.
        let gap: Double
        let logLoss: Double
    }

    private let entries: [Entry]
    /// How many of the entries reach the threshold.
    private let reaching: Int

    /// scikit-learn's bound: without one a single score of 0 would make the loss infinite.
    private static let smallestScore = Double.ulpOfOne

    init(_ ranked: RankedScores, threshold: Double, bins: Int) {
        let order = ranked.order
        entries = order.indices.map { rank in
            let sample = order[rank]
            let score = ranked.scores[sample]
            let next = rank + 1 < order.count ? ranked.scores[order[rank + 1]] : nil
            let positive = ranked.labels[sample]
            let ofTruth = positive ? score : 1 - score
            return Entry(
                sample: Int32(sample), positive: positive, endsTie: next != score,
                endsBin: next.map { bin(of: $0, bins) != bin(of: score, bins) } ?? true,
                gap: score - (positive ? 1 : 0),
                logLoss: -log(min(max(ofTruth, Self.smallestScore), 1 - Self.smallestScore)))
        }
        reaching = ranked.scores.count { $0 >= threshold }
    }

    /// - Parameter multiplicities: how often each sample counts; not empty.
    func values(_ multiplicities: [Int32]) -> BinaryValues {
        precondition(
            multiplicities.count == entries.count,
            "expected \(entries.count) multiplicities, got \(multiplicities.count)")
        var confusion = BinaryConfusion()
        var positives = 0
        var negatives = 0
        var tieStart = (positives: 0, negatives: 0)
        var twiceWins = 0
        var precisionSum = 0.0
        var squares = 0.0
        var losses = 0.0
        var binGap = 0.0
        var gaps = 0.0
        multiplicities.withUnsafeBufferPointer { weights in
            entries.withUnsafeBufferPointer { entries in
                for rank in entries.indices {
                    if rank == reaching {
                        confusion.tp = positives
                        confusion.fp = negatives
                    }
                    let entry = entries[rank]
                    let weight = Int(weights[Int(entry.sample)])
                    if entry.positive { positives += weight } else { negatives += weight }
                    let scaled = Double(weight)
                    squares += scaled * entry.gap * entry.gap
                    losses += scaled * entry.logLoss
                    binGap += scaled * entry.gap
                    if entry.endsTie {
                        let newPositives = positives - tieStart.positives
                        let newNegatives = negatives - tieStart.negatives
                        twiceWins += newNegatives * (2 * tieStart.positives + newPositives)
                        if newPositives > 0 {
                            precisionSum +=
                                Double(newPositives) * Double(positives)
                                / Double(positives + negatives)
                        }
                        tieStart = (positives, negatives)
                    }
                    if entry.endsBin {
                        gaps += abs(binGap)
                        binGap = 0
                    }
                }
            }
        }
        if reaching == entries.count {
            confusion.tp = positives
            confusion.fp = negatives
        }
        confusion.fn = positives - confusion.tp
        confusion.tn = negatives - confusion.fp
        let count = Double(positives + negatives)
        return BinaryValues(
            confusion: confusion,
            auc: Double(twiceWins) / (2 * Double(positives) * Double(negatives)),
            averagePrecision: precisionSum / Double(positives),
            brier: squares / count, ece: gaps / count, logLoss: losses / count)
    }
}

/// The bin of a score among `count` bins of equal width; the last one holds 1 as well.
func bin(of score: Double, _ count: Int) -> Int {
    min(Int(score * Double(count)), count - 1)
}

/// What one pass over the samples gives. `auc` and `averagePrecision` mean something only where
/// both classes are there: the subscript knows.
struct BinaryValues: Sendable {
    let confusion: BinaryConfusion
    let auc: Double
    let averagePrecision: Double
    let brier: Double
    let ece: Double
    let logLoss: Double

    /// The value of a metric, or `nil` where it is undefined.
    subscript(metric: BinaryMetric) -> Double? {
        if metric.reasonUndefined(for: confusion) != nil { return nil }
        return switch metric {
        case .accuracy: confusion.accuracy
        case .sensitivity: confusion.sensitivity
        case .specificity: confusion.specificity
        case .precision: confusion.precision
        case .balancedAccuracy: (confusion.sensitivity + confusion.specificity) / 2
        case .f1: confusion.f1
        case .mcc: confusion.mcc
        case .auc: auc
        case .averagePrecision: averagePrecision
        case .brier: brier
        case .ece: ece
        case .logLoss: logLoss
        }
    }
}
