import Evaluation

/// The folds of a search. What belongs together is in one fold, and each class is in two or more, so
/// that a fit without any one fold learns all classes.
struct InnerFolds {
    /// Of each row, 0 ..< `count`.
    let foldOfRow: [Int]

    /// Folds of about equal shares of each class where these divide all classes, else folds that give
    /// each class in turn, rare ones first, to the folds that have least of it (Sechidis, Tsoumakas
    /// and Vlahavas 2011, "On the Stratification of Multi-Label Data").
    /// - Parameters:
    ///   - classNumbers: of each row, what is learnt.
    ///   - classes: their names.
    /// - Throws: `DataError` where fewer groups than folds belong together, and for a class that
    ///   cannot be divided.
    init(
        of rows: LabelledSubset, _ classNumbers: [Int], named classes: [String],
        in dataset: Dataset,
        count: Int, seed: UInt64, duplicates: KnownDuplicates, grouping: Grouping
    ) throws(DataError) {
        let usual = try dataset.folds(
            of: rows, count: count, seed: seed, duplicates: duplicates, grouping: grouping)
        guard Self.undivided(usual, classNumbers) != nil else {
            foldOfRow = usual
            return
        }
        let groups = try dataset.linkedGroups(of: rows.indices, duplicates: duplicates, grouping)
        let order = Dataset.largeFirst(groups, seed: seed, stream: Stream.folds)
        let folds = Self.rareFirst(order.map { groups[$0] }, classNumbers, count: count)
        if let number = Self.undivided(folds, classNumbers) {
            let own = groups.count { $0.contains { classNumbers[$0] == number } }
            throw DataError(
                .request, file: dataset.name,
                found: "class \(classes[number]): \(classNumbers.count { $0 == number }) training "
                    + "rows in \(own) group\(own == 1 ? "" : "s") that belong together",
                expected: "each class in two or more of the \(count) inner folds",
                advice: own == 1
                    ? "Images of one subject or sequence and nearly identical ones stay in one "
                        + "fold: add images of other people, or leave the class out."
                    : "Ask for another number of inner folds.")
        }
        foldOfRow = folds
    }

    /// A class whose rows all lie in one fold.
    private static func undivided(_ folds: [Int], _ classNumbers: [Int]) -> Int? {
        var held: [Int: Set<Int>] = [:]
        for (fold, number) in zip(folds, classNumbers) { held[number, default: []].insert(fold) }
        return held.filter { $0.value.count < 2 }.keys.min()
    }

    private static func rareFirst(
        _ groups: [[Int]], _ classNumbers: [Int], count: Int
    ) -> [Int] {
        let classesOfGroup = groups.map { Set($0.map { classNumbers[$0] }) }
        var groupsOfClass: [Int: Int] = [:]
        for number in classesOfGroup.flatMap({ $0 }) { groupsOfClass[number, default: 0] += 1 }
        let sorted = classesOfGroup.map {
            $0.sorted { (groupsOfClass[$0, default: 0], $0) < (groupsOfClass[$1, default: 0], $1) }
        }
        let rarity = sorted.map { groupsOfClass[$0[0], default: 0] }
        let order = groups.indices.sorted {
            (rarity[$0], sorted[$0][0], $0) < (rarity[$1], sorted[$1][0], $1)
        }
        var folds = [Int](repeating: 0, count: classNumbers.count)
        // Groups of each class, and rows, in each fold.
        var held = [[Int: Int]](repeating: [:], count: count)
        var rows = [Int](repeating: 0, count: count)
        for group in order {
            let candidates = (0 ..< count).map { fold in
                sorted[group].map { held[fold][$0, default: 0] } + [rows[fold]]
            }
            let fold =
                candidates.indices.min {
                    candidates[$0].lexicographicallyPrecedes(candidates[$1])
                } ?? 0
            for position in groups[group] { folds[position] = fold }
            for number in sorted[group] { held[fold][number, default: 0] += 1 }
            rows[fold] += groups[group].count
        }
        return folds
    }
}
