public import Evaluation

/// What a panel of taggers reaches on the same faces and the same question as a model: panels are
/// drawn from the votes, many times.
///
/// A panel's score is the share of its votes for an emotion that go to positive emotions; it
/// answers "positive" from 0.5 on. A draw in which the panel has no vote for an emotion, or there
/// is no truth, does not count.
public struct AnnotatorPanel: Sendable, Equatable, Codable {
    /// How a panel is drawn from the votes.
    public enum Kind: String, Sendable, Codable {
        /// The votes of a face are dealt into two halves (five and five of ten). One half is the
        /// panel; the truth is the majority of the other half, by the rule of `ferplus`. Both
        /// halves are small, so that this is a floor for what a panel of ten can reach.
        case fiveAgainstFive = "five_against_five"
        /// Ten votes are drawn from the shares of the face's votes for emotions (a multinomial
        /// draw); the truth is the face's own label. The shares are themselves the votes of the
        /// panel that made the label, so that this is a ceiling.
        case secondPanelOfTen = "second_panel_of_ten"
    }

    public let kind: Kind
    /// Faces that could be compared in at least one draw.
    public let faces: Int
    /// Draws for each face.
    public let draws: Int
    public let seed: UInt64
    /// The share of all draws in which panel and truth agree, with a bootstrap interval over the
    /// faces.
    public let accuracy: Estimate
    /// The mean area over the draws; its interval is DeLong's with the mean variance, which holds
    /// the chance of the draw as well and is a little wide.
    public let auc: Estimate

    /// - Parameter votes: those of any faces; the ones without a majority are passed over.
    public init(
        _ kind: Kind, _ votes: some Sequence<Votes>, mapping: LabelMapping, draws: Int = 40,
        bootstrap: Bootstrap = Bootstrap()
    ) {
        precondition(draws > 0, "expected at least one draw, got \(draws)")
        let known = votes.compactMap { votes in votes.majority.map { (votes, $0) } }
        var generator = SeededGenerator(
            seed: bootstrap.seed, stream: 2, kind == .fiveAgainstFive ? 0 : 1)
        var agreed = [Int](repeating: 0, count: known.count)
        var compared = agreed
        var areas: [(auc: Double, variance: Double)] = []
        for _ in 0 ..< draws {
            var scores: [Double] = []
            var truths: [Bool] = []
            for (face, (votes, label)) in known.enumerated() {
                let drawn =
                    switch kind {
                    case .fiveAgainstFive: Self.halves(votes, mapping, &generator)
                    case .secondPanelOfTen:
                        (Self.drawnScore(votes, mapping, &generator), mapping.isPositive(label))
                    }
                guard let score = drawn.0, let truth = drawn.1 else { continue }
                scores.append(score)
                truths.append(truth)
                compared[face] += 1
                agreed[face] += (score >= 0.5) == truth ? 1 : 0
            }
            // The scores are shares, so that there is nothing to throw.
            if let area = try? DeLong(scores: scores, labels: truths), let variance = area.variance
            {
                areas.append((area.auc, variance))
            }
        }
        self.kind = kind
        self.draws = draws
        seed = bootstrap.seed
        faces = compared.count { $0 > 0 }
        accuracy = bootstrap.estimate(of: known.count) { multiplicities in
            var (right, all) = (0, 0)
            for face in compared.indices {
                right += Int(multiplicities[face]) * agreed[face]
                all += Int(multiplicities[face]) * compared[face]
            }
            return all > 0 ? Double(right) / Double(all) : nil
        }
        auc = Self.mean(areas, confidence: bootstrap.confidence)
    }

    private static func mean(
        _ areas: [(auc: Double, variance: Double)], confidence: Double
    ) -> Estimate {
        guard !areas.isEmpty else { return .missing("no draw with faces of both classes") }
        let count = Double(areas.count)
        let mean = areas.reduce(0) { $0 + $1.auc } / count
        let error = (areas.reduce(0) { $0 + $1.variance } / count).squareRoot()
        let half = normalQuantile(0.5 + confidence / 2) * error
        return Estimate(mean, max(0, mean - half) ... min(1, mean + half))
    }

    /// The score of one half of the votes, and what the other half says.
    private static func halves(
        _ votes: Votes, _ mapping: LabelMapping, _ generator: inout SeededGenerator
    ) -> (Double?, Bool?) {
        let cards = votes.counts.enumerated().flatMap {
            [Int](repeating: $0.offset, count: Int($0.element))
        }
        let order = generator.permutation(of: cards.count)
        let half = cards.count / 2
        func part(_ range: Range<Int>) -> Votes {
            var counts = [UInt8](repeating: 0, count: Votes.columnCount)
            for place in range { counts[cards[order[place]]] += 1 }
            return Votes(counts)
        }
        return (
            score(part(0 ..< half), mapping),
            part(half ..< 2 * half).majority.map(mapping.isPositive)
        )
    }

    private static func drawnScore(
        _ votes: Votes, _ mapping: LabelMapping, _ generator: inout SeededGenerator
    ) -> Double? {
        guard let share = score(votes, mapping) else { return nil }
        // What ten draws from the emotions give to the positive ones together.
        let positives = (0 ..< 10).count { _ in generator.uniform() < share }
        return Double(positives) / 10
    }

    private static func score(_ votes: Votes, _ mapping: LabelMapping) -> Double? {
        let all = Emotion.allCases.reduce(0) { $0 + votes[$1] }
        guard all > 0 else { return nil }
        return Double(mapping.emotions.reduce(0) { $0 + votes[$1] }) / Double(all)
    }

    private enum CodingKeys: String, CodingKey {
        case kind = "definition"
        case faces = "n"
        case draws, seed, accuracy, auc
    }
}
