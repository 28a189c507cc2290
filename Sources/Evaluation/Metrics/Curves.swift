/// The receiver operating characteristic: one point for each distinct score.
public struct RocCurve: Sendable, Equatable, Codable {
    /// A point of the ROC curve.
    public struct Point: Sendable, Equatable, Codable {
        /// The lowest score that counts as positive; `nil` at the origin, above every score.
        public let threshold: Double?
        public let falsePositiveRate: Double
        public let truePositiveRate: Double
    }

    /// From (0, 0) to (1, 1); empty when a class is empty.
    public let points: [Point]

    public init(scores: [Double], labels: [Bool]) throws(MetricsError) {
        let counts = try cumulativeCounts(scores: scores, labels: labels)
        guard let all = counts.last, all.positives > 0, all.negatives > 0 else {
            points = []
            return
        }
        points =
            [Point(threshold: nil, falsePositiveRate: 0, truePositiveRate: 0)]
            + counts.map {
                Point(
                    threshold: $0.threshold,
                    falsePositiveRate: Double($0.negatives) / Double(all.negatives),
                    truePositiveRate: Double($0.positives) / Double(all.positives))
            }
    }

    /// The points at which the curve turns: they draw the same line.
    public var corners: [Point] {
        guard points.count > 2 else { return points }
        var result = [points[0]]
        for index in 1 ..< points.count - 1 {
            let before = result[result.count - 1]
            let (here, after) = (points[index], points[index + 1])
            let cross =
                (here.falsePositiveRate - before.falsePositiveRate)
                * (after.truePositiveRate - here.truePositiveRate)
                - (here.truePositiveRate - before.truePositiveRate)
                * (after.falsePositiveRate - here.falsePositiveRate)
            // Rates are quotients of counts: below this the three lie on one line.
            if abs(cross) > 1e-14 { result.append(here) }
        }
        return result + [points[points.count - 1]]
    }
}

/// Precision against recall, one point for each distinct score. Between two points precision is
/// not linear in recall: draw steps.
public struct PrecisionRecallCurve: Sendable, Equatable, Codable {
    /// A point of the precision-recall curve.
    public struct Point: Sendable, Equatable, Codable {
        /// The lowest score that counts as positive.
        public let threshold: Double
        public let precision: Double
        public let recall: Double
    }

    /// From the highest threshold down to recall 1; empty when a class is empty.
    public let points: [Point]
    /// The share of positive samples: the precision of chance.
    public let prevalence: Double?

    public init(scores: [Double], labels: [Bool]) throws(MetricsError) {
        let counts = try cumulativeCounts(scores: scores, labels: labels)
        guard let all = counts.last, all.positives > 0, all.negatives > 0 else {
            points = []
            prevalence = nil
            return
        }
        prevalence = Double(all.positives) / Double(all.positives + all.negatives)
        points = counts.map {
            Point(
                threshold: $0.threshold,
                precision: Double($0.positives) / Double($0.positives + $0.negatives),
                recall: Double($0.positives) / Double(all.positives))
        }
    }
}

private struct CumulativeCount {
    let threshold: Double
    let positives: Int
    let negatives: Int
}

/// For each distinct score, highest first, how many samples of each class reach it.
private func cumulativeCounts(
    scores: [Double], labels: [Bool]
) throws(MetricsError) -> [CumulativeCount] {
    try validate(scores: scores, labels: labels)
    let ranked = RankedScores(scores: scores, labels: labels)
    var result: [CumulativeCount] = []
    var positives = 0
    var negatives = 0
    ranked.forEachTie { members in
        let tied = members.count { labels[$0] }
        positives += tied
        negatives += members.count - tied
        result.append(
            CumulativeCount(
                threshold: scores[members[members.startIndex]], positives: positives,
                negatives: negatives))
    }
    return result
}
