import Foundation

/// How often FER-2013's own label and the majority of FER+'s votes name one emotion, row by row.
///
/// The csv and the votes are joined by their order alone. A csv that was sorted, or of which a row
/// was moved, keeps its counts; only the agreement tells.
public struct VotesAgreement: Sendable, Equatable, Codable {
    /// Rows that have a label and a majority of votes.
    public let compared: Int
    public let agreed: Int
    /// The shares of rows that agree in stretches of 500 rows of the csv, the smallest and the
    /// largest; empty where the csv has less than 500 rows.
    public let range: [Double]
    /// The first stretch in which rows agree no more than by chance, or `nil`.
    public let disagreement: Stretch?

    /// Rows of the csv, counted from 0 and both included.
    public struct Stretch: Sendable, Equatable, Codable {
        public let first: Int
        public let last: Int
        public let compared: Int
        public let agreed: Int
    }

    enum CodingKeys: String, CodingKey {
        case compared = "n"
        case agreed, range, disagreement
    }

    /// Of all rows that were compared, 0 to 1.
    public var share: Double { compared > 0 ? Double(agreed) / Double(compared) : 0 }

    /// Rows of a stretch.
    static let stretch = 500
    /// From as many compared rows on, a disagreement is refused, not only said.
    static let enough = 500
    /// The share over FER-2013's training and PublicTest rows, of seven emotions and of the
    /// paper's two classes.
    static let expected = (emotions: 0.68, binary: 0.83)
    /// The share by the label, measured on those 28,259 rows: the two often differ on fear.
    private static let expectedByLabel: [Emotion: Double] = [
        .angry: 0.53, .disgust: 0.36, .fear: 0.14, .happy: 0.93, .sad: 0.44, .surprise: 0.84,
        .neutral: 0.89,
    ]
    /// Probability of a false alarm over the whole file.
    private static let falseAlarm = 1e-6

    /// - Returns: `nil` where no row has both a label and a majority.
    init?(of samples: [Sample]) {
        let rows = samples.compactMap { sample in
            sample.emotion.flatMap { label in
                sample.votes?.majority.map { (row: sample.row, label: label, voted: $0) }
            }
        }
        guard !rows.isEmpty else { return nil }
        compared = rows.count
        agreed = rows.count { $0.label == $0.voted }
        let last = rows.last?.row ?? 0
        let shares = stride(from: 0, through: last + 1 - Self.stretch, by: Self.stretch)
            .compactMap { Self.count(rows, $0 ..< $0 + Self.stretch)?.share }
        range = [shares.min(), shares.max()].compactMap(\.self)
        disagreement = Self.disagreement(of: rows).flatMap { Self.count(rows, $0) }
    }

    private typealias Row = (row: Int, label: Emotion, voted: Emotion)

    private static func count(_ rows: [Row], _ range: Range<Int>) -> Stretch? {
        let part = rows.filter { range ~= $0.row }
        guard let last = part.last else { return nil }
        return Stretch(
            first: range.lowerBound, last: last.row, compared: part.count,
            agreed: part.count { $0.label == $0.voted })
    }

    /// The first rows that agree no more than by chance, at most a stretch of them: Page's
    /// cumulative sum of the log likelihood ratio, of agreement by chance against the agreement
    /// that is expected of a label (E. S. Page, Continuous inspection schemes, Biometrika 41,
    /// 1954).
    private static func disagreement(of rows: [Row]) -> Range<Int>? {
        var shares: [Emotion: Double] = [:]
        for row in rows { shares[row.voted, default: 0] += 1 / Double(rows.count) }
        let limit = log(Double(rows.count) / falseAlarm)
        var sum = 0.0
        var start = 0
        var most = limit
        var found: Range<Int>?
        for row in rows {
            if let found, row.row >= found.lowerBound + stretch || sum <= 0 { return found }
            let chance = max(shares[row.label, default: 0], 0.001)
            // A label that nearly all votes name tells nothing.
            guard let joined = expectedByLabel[row.label], chance < joined else { continue }
            if sum <= 0 { start = row.row }
            sum +=
                row.label == row.voted
                ? log(chance / joined) : log((1 - chance) / (1 - joined))
            sum = max(sum, 0)
            if sum > most {
                most = sum
                found = start ..< row.row + 1
            }
        }
        return found
    }
}

extension VotesAgreement.Stretch {
    var share: Double { Double(agreed) / Double(max(compared, 1)) }
}

extension VotesAgreement: CustomStringConvertible {
    /// "emotion and votes agree in 67.6 % of 28259 rows".
    public var description: String {
        "emotion and votes agree in \(Self.percent(share)) of \(compared) rows"
    }

    /// The numbers of a join that went wrong, or `nil`.
    var problem: String? {
        disagreement.map { stretch in
            "\(self), in rows \(stretch.first) to \(stretch.last) in "
                + "\(Self.percent(stretch.share)) of \(stretch.compared)"
        }
    }

    static let expectation =
        "about \(percent(expected.emotions, digits: 0)) "
        + "(\(percent(expected.binary, digits: 0)) of sad or neutral against the rest)"

    static func percent(_ share: Double, digits: Int = 1) -> String {
        String(format: "%.*f %%", digits, 100 * share)
    }

    /// - Throws: `DataError` where enough rows disagree.
    /// - Returns: a note where too few do to refuse them, or `nil`.
    func check(votes: String, csv: String) throws(DataError) -> String? {
        guard let problem else { return nil }
        let advice: Advice =
            "Rows count from 0. The two files are joined row by row: one was sorted, or a row was "
            + "moved or lost. Take both in their original order."
        guard compared < Self.enough else {
            throw DataError(
                .mismatch, file: votes,
                found: "votes of other rows than those of \(csv): "
                    + problem, expected: Self.expectation, advice: advice)
        }
        return "\(votes) may hold votes of other rows than those of \(csv): \(problem), expected "
            + "\(Self.expectation). \(advice)"
    }
}
