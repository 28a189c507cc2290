import Evaluation
import Torch

/// The rows that a model is adapted to, in groups and folds, and those that are measured.
struct AdaptationRows {
    let fitted: LabelledSubset
    /// Empty where all rows are adapted to.
    let measured: [Int]
    /// Of the fitted rows.
    let groups: Clusters
    /// The fold of each fitted row, and how many there are.
    let folds: (numbers: [Int], count: Int)
    /// By class, shares of the labels.
    let priors: [String: Double]
    /// Sentences for the user.
    let notes: [Advice]
    let labels: LabelProtocol

    var groupCount: Int { groups.count }

    init(_ adapter: Adapter, _ card: ModelCard, _ dataset: Dataset) throws {
        labels = adapter.evaluator.labels ?? dataset.defaultProtocol
        guard labels != .ferplusVotes else { throw UsageError.softLabels }
        let all = dataset.rows(
            of: try dataset.labelled(by: labels), in: try dataset.resolve(split: "train"))
        let known = all.selecting(
            all.indices.indices.filter { card.answer(all.emotions[$0]) != nil })
        let duplicates = KnownDuplicates(dataset)
        let linked = try dataset.linkedGroups(
            of: known.indices, duplicates: duplicates, adapter.evaluator.grouping)
        let chosen = try Self.draw(adapter, linked.count, dataset)
        let isChosen = Set(chosen.flatMap { linked[$0] })
        let positions = known.indices.indices.filter(isChosen.contains)
        let fitted = known.selecting(positions)
        self.fitted = fitted
        measured =
            adapter.shots == nil
            ? [] : known.indices.indices.filter { !isChosen.contains($0) }.map { known.indices[$0] }
        let groupOf = Dictionary(
            uniqueKeysWithValues: linked.enumerated().flatMap { group, members in
                members.map { ($0, group) }
            })
        groups = Clusters(positions.map { groupOf[$0] ?? -1 })
        let count = min(Adapter.folds, groups.count)
        folds = (
            try dataset.folds(
                of: fitted, count: count, seed: adapter.seed, duplicates: duplicates,
                grouping: adapter.evaluator.grouping), count
        )
        let answers = fitted.emotions.compactMap(card.answer)
        let priors = Dictionary(
            uniqueKeysWithValues: card.classes.enumerated().map { number, name in
                (name, Double(answers.count { $0 == number }) / Double(max(answers.count, 1)))
            })
        self.priors = priors
        var notes: [Advice] = []
        if known.count < all.count {
            notes.append(
                "\(all.count - known.count) rows have a label that the model has no output for: they "
                    + "are left out.")
        }
        let absent = card.classes.filter { priors[$0] == 0 }
        if !absent.isEmpty {
            notes.append(
                "None of the \(fitted.count) rows is labelled \(absent.joined(separator: ", ")): the "
                    + "adapted model will hardly answer so.")
        }
        if groups.count < Adapter.fewestGroupsForWeights {
            notes.append(
                "\(groups.count) groups: only temperature and class priors are tried, and no interval "
                    + "tells whether they help.")
        }
        if let note = try dataset.rowGroups(adapter.evaluator.grouping).note { notes.append(note) }
        self.notes = notes
    }

    private static func draw(_ adapter: Adapter, _ count: Int, _ dataset: Dataset) throws -> [Int] {
        guard let shots = adapter.shots else {
            guard count >= 2 else {
                throw DataError(
                    .request, file: dataset.name, found: "\(count) groups of labelled rows",
                    expected: "at least 2 to choose between changes by folds")
            }
            return Array(0 ..< count)
        }
        guard Adapter.shotCounts.contains(shots) else {
            throw UsageError(
                "shots", found: "\(shots)",
                expected: "\(Adapter.shotCounts.lowerBound) to \(Adapter.shotCounts.upperBound)")
        }
        guard count > shots else {
            throw DataError(
                .request, file: dataset.name,
                found: "\(count) subjects or images that belong together",
                expected: "more than the \(shots) that are adapted to",
                advice: "The others are measured.")
        }
        var generator = SeededGenerator(seed: adapter.seed, stream: Stream.adaptation)
        return Array(generator.permutation(of: count).prefix(shots)).sorted()
    }
}
