/// The largest difference of a metric between groups, and whether chance explains it.
///
/// The p value is that of a seeded permutation test: members are dealt to the groups anew,
/// within the strata given, and (1 + gaps at least as large) / (1 + permutations) is counted
/// (Phipson and Smyth, 2010). What the metric does not look at cannot move it: for a sensitivity
/// only positive samples are dealt, for an AUC each class by itself. Of samples in clusters whole
/// clusters are dealt where each lies in one group, else the samples within each cluster.
public struct GapTest: Sendable, Equatable, Codable {
    public let metric: BinaryMetric
    /// Highest minus lowest; missing with fewer than two groups that are large enough.
    public let gap: Estimate
    public let highest: String?
    public let lowest: String?
    /// How many groups are compared, and how many were too small.
    public let compared: Int
    public let leftOut: Int
    public let permutations: Int
    /// `nil` where there is no gap.
    public let pValue: Double?
    /// By Holm's method among all tests that are reported together.
    public internal(set) var adjustedPValue: Double?

    private enum CodingKeys: String, CodingKey {
        case metric, gap, highest, lowest, compared, permutations
        case leftOut = "left_out"
        case pValue = "p_value"
        case adjustedPValue = "p_value_holm"
    }

    /// The metrics that a gap is tested of.
    public static let metrics: [BinaryMetric] = [.accuracy, .auc, .sensitivity, .specificity]

    /// - Parameters:
    ///   - metric: one of ``metrics``.
    ///   - members: for each sample its group, an index into `names`, or `nil`.
    ///   - minimum: groups with fewer samples that the metric looks at are left out; for the AUC
    ///     the smaller class counts.
    ///   - bootstrap: seed and confidence of the gap's interval, and the number of resamples.
    ///   - clusters: of the samples; `nil` where each stands for itself.
    public init(
        _ metric: BinaryMetric, scores: [Double], labels: [Bool], members: [Int?], names: [String],
        threshold: Double, minimum: Int, permutations: Int, bootstrap: Bootstrap,
        clusters: Clusters? = nil
    ) {
        precondition(Self.metrics.contains(metric), "no gap is tested of \(metric)")
        precondition(
            members.count == scores.count && labels.count == scores.count,
            "expected \(scores.count) labels and members, got \(labels.count), \(members.count)")
        self.metric = metric
        self.permutations = permutations
        let all = GroupSamples(
            metric, scores: scores, labels: labels, members: members, threshold: threshold,
            clusters: clusters)
        let sizes = all.sizes(groups: names.count)
        let large = names.indices.filter { sizes[$0] >= max(minimum, 1) }
        compared = large.count
        leftOut = names.count - large.count
        let samples = all.keeping(large)
        let whole = [Int32](repeating: 1, count: samples.count)
        guard large.count > 1,
            let values = samples.values(groups: large.count, members: samples.members, whole),
            let high = values.indices.max(by: { values[$0] < values[$1] }),
            let low = values.indices.min(by: { values[$0] < values[$1] })
        else {
            gap = .missing("fewer than two groups with at least \(max(minimum, 1)) samples")
            highest = nil
            lowest = nil
            pValue = nil
            return
        }
        let observed = values[high] - values[low]
        highest = names[large[high]]
        lowest = names[large[low]]
        if let reason = samples.clusters.flatMap({ Clusters.reasonAgainst($0.count) }) {
            gap = Estimate(observed, without: reason)
            pValue = nil
            return
        }
        // Noise can only widen a gap: see distanceEstimate.
        var draws: [Double?] = []
        bootstrap.forEachResample(of: samples.count, by: samples.clusters) { multiplicities in
            draws.append(
                samples.values(groups: large.count, members: samples.members, multiplicities)
                    .map(Self.spread))
        }
        gap = bootstrap.distanceEstimate(
            value: observed, resampled: draws, clusters: samples.clusters?.count)
        var generator = SeededGenerator(seed: bootstrap.seed, stream: 1)
        var asLarge = 1
        for _ in 0 ..< permutations {
            let dealt = samples.dealt(&generator)
            let values = samples.values(groups: large.count, members: dealt, whole)
            // Sums in another order may differ in the last digits.
            if let values, Self.spread(values) >= observed - 1e-12 { asLarge += 1 }
        }
        pValue = permutations > 0 ? Double(asLarge) / Double(permutations + 1) : nil
    }

    private static func spread(_ values: [Double]) -> Double {
        (values.max() ?? 0) - (values.min() ?? 0)
    }

    /// The same tests with p values adjusted by Holm's method over those that have one.
    public static func adjusted(_ tests: [GapTest]) -> [GapTest] {
        var tests = tests
        let tested = tests.indices.filter { tests[$0].pValue != nil }
        let adjusted = holmAdjusted(tested.compactMap { tests[$0].pValue })
        for (index, value) in zip(tested, adjusted) { tests[index].adjustedPValue = value }
        return tests
    }
}

/// The samples that a metric looks at, those with the highest score first.
private struct GroupSamples {
    private let metric: BinaryMetric
    private let labels: [Bool]
    /// The numbers of the scores' ties, falling with the score: equal for equal scores.
    private let ties: [Int]
    private let isRight: [Bool]
    let members: [Int]
    let clusters: Clusters?

    var count: Int { members.count }

    init(
        _ metric: BinaryMetric, scores: [Double], labels: [Bool], members: [Int?],
        threshold: Double, clusters: Clusters?
    ) {
        let order = RankedScores(scores: scores, labels: labels).order.filter { sample in
            guard members[sample] != nil else { return false }
            return switch metric {
            case .sensitivity: labels[sample]
            case .specificity: !labels[sample]
            default: true
            }
        }
        self.metric = metric
        self.labels = order.map { labels[$0] }
        isRight = order.map { (scores[$0] >= threshold) == labels[$0] }
        self.members = order.compactMap { members[$0] }
        self.clusters = clusters?.selecting(order)
        var tie = 0
        ties = order.indices.map { rank in
            if rank > 0, scores[order[rank]] != scores[order[rank - 1]] { tie += 1 }
            return tie
        }
    }

    private init(_ other: GroupSamples, positions: [Int], members: [Int]) {
        metric = other.metric
        labels = positions.map { other.labels[$0] }
        ties = positions.map { other.ties[$0] }
        isRight = positions.map { other.isRight[$0] }
        self.members = members
        clusters = other.clusters?.selecting(positions)
    }

    /// For each group the samples that count; for the AUC those of the smaller class.
    func sizes(groups: Int) -> [Int] {
        var counts = [(positives: Int, negatives: Int)](repeating: (0, 0), count: groups)
        for (member, label) in zip(members, labels) {
            if label { counts[member].positives += 1 } else { counts[member].negatives += 1 }
        }
        return counts.map {
            metric == .auc ? min($0.positives, $0.negatives) : $0.positives + $0.negatives
        }
    }

    /// The samples of these groups, which are numbered anew in the order given.
    func keeping(_ groups: [Int]) -> GroupSamples {
        let numbers = Dictionary(
            uniqueKeysWithValues: groups.enumerated().map { ($0.element, $0.offset) })
        let positions = members.indices.filter { numbers[members[$0]] != nil }
        return GroupSamples(
            self, positions: positions, members: positions.compactMap { numbers[members[$0]] })
    }

    /// The members in a random order.
    func dealt(_ generator: inout SeededGenerator) -> [Int] {
        guard let clusters else { return dealt(within: strata, &generator) }
        guard let owners = owners(clusters) else {
            let inside = Dictionary(grouping: members.indices) { clusters.numbers[$0] }
            return dealt(within: inside.sorted { $0.key < $1.key }.map(\.value), &generator)
        }
        let order = generator.permutation(of: owners.count)
        return clusters.numbers.map { owners[order[$0]] }
    }

    /// The group of each cluster; `nil` where a cluster lies in several.
    private func owners(_ clusters: Clusters) -> [Int]? {
        var owners = [Int?](repeating: nil, count: clusters.count)
        for (cluster, member) in zip(clusters.numbers, members) {
            guard owners[cluster] ?? member == member else { return nil }
            owners[cluster] = member
        }
        return owners.compactMap(\.self)
    }

    /// For the AUC each class by itself.
    private var strata: [[Int]] {

        metric == .auc
            ? [true, false].map { label in labels.indices.filter { labels[$0] == label } }
            : [Array(labels.indices)]
    }

    private func dealt(within strata: [[Int]], _ generator: inout SeededGenerator) -> [Int] {
        var result = members
        for stratum in strata {
            let order = generator.permutation(of: stratum.count)
            for (place, from) in zip(stratum, order) { result[place] = members[stratum[from]] }
        }
        return result
    }

    /// The metric of each group; `nil` when one of them does not define it.
    func values(groups: Int, members: [Int], _ multiplicities: [Int32]) -> [Double]? {
        metric == .auc
            ? areas(groups, members, multiplicities) : shares(groups, members, multiplicities)
    }

    private func shares(_ groups: Int, _ members: [Int], _ weights: [Int32]) -> [Double]? {
        var right = [Int](repeating: 0, count: groups)
        var all = right
        for index in members.indices {
            let weight = Int(weights[index])
            all[members[index]] += weight
            if isRight[index] { right[members[index]] += weight }
        }
        guard !all.contains(0) else { return nil }
        return zip(right, all).map { Double($0) / Double($1) }
    }

    /// Twice the pairs that are ordered rightly, counted at each negative sample: all positives
    /// above it twice, those of its own tie once.
    private func areas(_ groups: Int, _ members: [Int], _ weights: [Int32]) -> [Double]? {
        var above = [Int](repeating: 0, count: groups)
        var (tiedPositives, tiedNegatives) = (above, above)
        var (positives, negatives, twiceWins) = (above, above, above)
        func closeTie() {
            for group in 0 ..< groups {
                twiceWins[group] +=
                    tiedNegatives[group] * (2 * above[group] + tiedPositives[group])
                above[group] += tiedPositives[group]
                (tiedPositives[group], tiedNegatives[group]) = (0, 0)
            }
        }
        for index in members.indices {
            if index > 0, ties[index] != ties[index - 1] { closeTie() }
            let (group, weight) = (members[index], Int(weights[index]))
            if labels[index] {
                tiedPositives[group] += weight
                positives[group] += weight
            } else {
                tiedNegatives[group] += weight
                negatives[group] += weight
            }
        }
        closeTie()
        guard !positives.contains(0), !negatives.contains(0) else { return nil }
        return (0 ..< groups).map {
            Double(twiceWins[$0]) / (2 * Double(positives[$0]) * Double(negatives[$0]))
        }
    }
}
