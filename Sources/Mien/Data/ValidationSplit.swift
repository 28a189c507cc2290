import Evaluation

extension Dataset {
    /// Sets part of the labelled rows aside for validation.
    ///
    /// Each class gives about the same fraction (within one group of each class). Images with
    /// identical pixels and images of one subject or sequence stay on one side together, and so do
    /// nearly identical ones, also where they are linked only through further images.
    ///
    /// - Parameters:
    ///   - labelling: the rows to divide.
    ///   - fraction: above 0 and below 1.
    ///   - seed: decides which rows; nothing else does.
    ///   - duplicates: those of this data set, where they are known already.
    ///   - grouping: what stays together.
    public func validationSplit(
        of labelling: LabelledSubset, fraction: Double, seed: UInt64, duplicates: Duplicates? = nil,
        grouping: Grouping = Grouping()
    ) throws(DataError) -> (training: LabelledSubset, validation: LabelledSubset) {
        try validationSplit(
            of: labelling, fraction: fraction, seed: seed,
            duplicates: KnownDuplicates(self, exact: duplicates), grouping: grouping)
    }

    func validationSplit(
        of labelling: LabelledSubset, fraction: Double, seed: UInt64, duplicates: KnownDuplicates,
        grouping: Grouping
    ) throws(DataError) -> (training: LabelledSubset, validation: LabelledSubset) {
        guard fraction > 0, fraction < 1 else {
            throw DataError(
                .request, found: "a validation split of \(fraction)",
                expected: "a fraction above 0 and below 1")
        }
        let groups = try linkedGroups(
            of: labelling.indices, duplicates: duplicates, grouping)
        let chosen = Self.chooseGroups(
            groups, classNumbers: labelling.classNumbers, classes: labelling.classes.count,
            fraction: fraction, seed: seed)
        var isValidation = [Bool](repeating: false, count: labelling.count)
        for group in chosen { for position in groups[group] { isValidation[position] = true } }
        let training = labelling.selecting(labelling.indices.indices.filter { !isValidation[$0] })
        let validation = labelling.selecting(labelling.indices.indices.filter { isValidation[$0] })
        guard training.count > 0, validation.count > 0 else {
            throw DataError(
                .request, file: name,
                found: "\(labelling.count) rows in \(groups.count) groups that belong together",
                expected: "enough to set \(fraction) of them aside",
                advice:
                    "Images with nearly identical pixels, of one subject or of one sequence stay "
                    + "on one side.")
        }
        return (training, validation)
    }

    /// Positions in `rows` that share pixels, a subject or a sequence, each group ascending, the
    /// groups by their first position.
    func linkedGroups(
        of rows: [Int], duplicates: KnownDuplicates, _ grouping: Grouping
    ) throws(DataError) -> [[Int]] {
        let known = try rowGroups(grouping)
        var links = DisjointSets(count: rows.count)
        links.unite(by: rows.map { Optional(duplicates.exact.first[$0]) })
        links.unite(by: rows.map { known.subjects[$0] })
        links.unite(by: rows.map { known.sequences[$0] })
        if grouping.nearDuplicates {
            links.unite(by: rows.map { Optional(duplicates.near.first[$0]) })
        }
        var groups: [[Int]] = []
        var groupOfRoot: [Int: Int] = [:]
        for position in rows.indices {
            let root = links.root(of: position)
            if let group = groupOfRoot[root] {
                groups[group].append(position)
            } else {
                groupOfRoot[root] = groups.count
                groups.append([position])
            }
        }
        return groups
    }

    /// Goes through the groups, large ones first and otherwise at random, and takes one whenever
    /// that brings the classes' counts nearer to their share of what has been seen so far.
    private static func chooseGroups(
        _ groups: [[Int]], classNumbers: [Int], classes: Int, fraction: Double, seed: UInt64
    ) -> [Int] {
        let order = largeFirst(groups, seed: seed, stream: Stream.validation)
        // What the classes are still owed: their share of the rows seen, less the rows taken.
        var owed = [Double](repeating: 0, count: classes)
        var chosen: [Int] = []
        for group in order {
            var counts = [Double](repeating: 0, count: owed.count)
            for position in groups[group] { counts[classNumbers[position]] += 1 }
            for number in counts.indices { owed[number] += fraction * counts[number] }
            let change = zip(owed, counts).reduce(0) { $0 + $1.1 * ($1.1 - 2 * $1.0) }
            guard change < 0 else { continue }
            chosen.append(group)
            for number in counts.indices { owed[number] -= counts[number] }
        }
        return chosen
    }

    /// The numbers of the groups, large ones first and otherwise at random.
    static func largeFirst(_ groups: [[Int]], seed: UInt64, stream: UInt64) -> [Int] {
        var generator = SeededGenerator(seed: seed, stream: stream)
        let shuffled = generator.permutation(of: groups.count)
        let place = Dictionary(
            uniqueKeysWithValues: shuffled.enumerated().map { ($0.element, $0.offset) })
        return shuffled.sorted {
            (-groups[$0].count, place[$0, default: 0]) < (-groups[$1].count, place[$1, default: 0])
        }
    }
}
