import Evaluation

extension Dataset {
    /// Sets part of the labelled rows aside for validation.
    ///
    /// Each class gives about the same fraction (within one group of each class). Images with
    /// identical pixels and images of one subject stay on one side together, also where they are
    /// linked only through further images.
    ///
    /// - Parameters:
    ///   - labelling: the rows to divide.
    ///   - fraction: above 0 and below 1.
    ///   - seed: decides which rows; nothing else does.
    ///   - duplicates: those of this data set, where they are known already.
    public func validationSplit(
        of labelling: Labelling, fraction: Double, seed: UInt64, duplicates: Duplicates? = nil
    ) throws(DataError) -> (training: Labelling, validation: Labelling) {
        guard fraction > 0, fraction < 1 else {
            throw DataError(
                .request, found: "a validation split of \(fraction)",
                expected: "a fraction above 0 and below 1")
        }
        let groups = linkedGroups(
            of: labelling.indices, duplicates: duplicates ?? Duplicates(in: self))
        let chosen = Self.chooseGroups(
            groups, classNumbers: labelling.classNumbers, fraction: fraction, seed: seed)
        var isValidation = [Bool](repeating: false, count: labelling.count)
        for group in chosen { for position in groups[group] { isValidation[position] = true } }
        let training = labelling.selecting(labelling.indices.indices.filter { !isValidation[$0] })
        let validation = labelling.selecting(labelling.indices.indices.filter { isValidation[$0] })
        guard training.count > 0, validation.count > 0 else {
            throw DataError(
                .request, file: name,
                found: "\(labelling.count) rows in \(groups.count) groups that belong together",
                expected: "enough to set \(fraction) of them aside",
                advice: "Images with identical pixels or of one subject stay on one side.")
        }
        return (training, validation)
    }

    /// Positions in `rows` that share pixels or a subject, each group ascending, the groups by
    /// their first position.
    private func linkedGroups(of rows: [Int], duplicates: Duplicates) -> [[Int]] {
        var links = DisjointSets(count: rows.count)
        var firstOfContent: [Int: Int] = [:]
        var firstOfSubject: [String: Int] = [:]
        for (position, row) in rows.enumerated() {
            let content = duplicates.first[row]
            links.unite(position, firstOfContent[content, default: position])
            firstOfContent[content] = position
            if let subject = samples[row].subject {
                links.unite(position, firstOfSubject[subject, default: position])
                firstOfSubject[subject] = position
            }
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
        _ groups: [[Int]], classNumbers: [Int], fraction: Double, seed: UInt64
    ) -> [Int] {
        var generator = SeededGenerator(seed: seed, stream: Stream.validation)
        let shuffled = generator.permutation(of: groups.count)
        let place = Dictionary(
            uniqueKeysWithValues: shuffled.enumerated().map { ($0.element, $0.offset) })
        let order = shuffled.sorted {
            (-groups[$0].count, place[$0, default: 0]) < (-groups[$1].count, place[$1, default: 0])
        }
        // What the classes are still owed: their share of the rows seen, less the rows taken.
        var owed = [Double](repeating: 0, count: Emotion.allCases.count)
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
}

/// Union-find with path halving; the smaller number becomes the root.
private struct DisjointSets {
    private var parents: [Int]

    init(count: Int) { parents = Array(0 ..< count) }

    mutating func root(of element: Int) -> Int {
        var element = element
        while parents[element] != element {
            parents[element] = parents[parents[element]]
            element = parents[element]
        }
        return element
    }

    mutating func unite(_ left: Int, _ right: Int) {
        let (a, b) = (root(of: left), root(of: right))
        parents[max(a, b)] = min(a, b)
    }
}
