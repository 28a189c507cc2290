import Evaluation

extension Dataset {
    /// Divides labelled rows into folds of about equal shares of each class.
    ///
    /// What belongs together stays in one fold, as in ``validationSplit(of:fraction:seed:duplicates:grouping:)``.
    ///
    /// - Parameter seed: decides the folds; nothing else does.
    /// - Returns: the fold of each row of the labelling, 0 ..< count.
    /// - Throws: `DataError` where fewer groups than folds belong together.
    package func folds(
        of labelling: LabelledSubset, count: Int, seed: UInt64, grouping: Grouping = Grouping()
    ) throws(DataError) -> [Int] {
        try folds(
            of: labelling, count: count, seed: seed, duplicates: KnownDuplicates(self),
            grouping: grouping)
    }

    func folds(
        of labelling: LabelledSubset, count: Int, seed: UInt64, duplicates: KnownDuplicates,
        grouping: Grouping
    ) throws(DataError) -> [Int] {
        let groups = try linkedGroups(of: labelling.indices, duplicates: duplicates, grouping)
        guard groups.count >= count else {
            throw DataError(
                .request, file: name,
                found: "\(labelling.count) rows in \(groups.count) groups that belong together",
                expected: "at least \(count) groups for \(count) folds",
                advice:
                    "Images with nearly identical pixels, of one subject or of one sequence stay "
                    + "in one fold.")
        }
        var folds = [Int](repeating: 0, count: labelling.count)
        let classes = labelling.classNumbers
        // Rows of each class in each fold.
        var held = [[Int]](
            repeating: [Int](repeating: 0, count: labelling.classes.count), count: count)
        for group in Self.largeFirst(groups, seed: seed, stream: Stream.folds) {
            var counts = [Int: Int]()
            for position in groups[group] { counts[classes[position], default: 0] += 1 }
            /// How much the sum of squares grows where the group joins a fold; the smaller fold
            /// among equals.
            func cost(_ fold: Int) -> (Int, Int) {
                let growth = counts.reduce(0) {
                    $0 + $1.value * (2 * held[fold][$1.key] + $1.value)
                }
                return (growth, held[fold].reduce(0, +))
            }
            let fold = (0 ..< count).min { cost($0) < cost($1) } ?? 0
            for position in groups[group] { folds[position] = fold }
            for (number, rows) in counts { held[fold][number] += rows }
        }
        return folds
    }
}
