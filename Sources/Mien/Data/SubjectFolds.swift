import Evaluation

/// The test folds of a cross-validation that never divide a person or a sequence.
///
/// People are sorted by the bytes of their ids; the person of rank r is in test fold r modulo the
/// number of folds. Further repeats shuffle the order by the seed.
public struct SubjectFolds: Sendable, Equatable {
    /// How many folds there are.
    public let count: Int
    /// Ids of the people, or of the sequences, in their order.
    public let groups: [String]
    /// For each row its place in ``groups``.
    public let groupOfRow: [Int]

    /// - Parameters:
    ///   - rows: the labelled rows, which alone are divided.
    ///   - kind: what a fold holds whole; people whom a sequence links are one group.
    ///   - grouping: where subjects and sequences are read from.
    /// - Throws: `DataError` where the data does not name them, or names fewer than folds.
    package init(
        of rows: LabelledSubset, in dataset: Dataset, by kind: RowGroups.Kind, _ known: RowGroups,
        count: Int
    ) throws(DataError) {
        let names = kind == .subject ? known.subjects : known.sequences
        if kind == .sequence, rows.indices.contains(where: { known.subjects[$0] != nil }) {
            throw DataError(
                .request, file: dataset.name,
                found: "folds by sequence of data that names subjects",
                expected: "folds by subject: a person would be on both sides otherwise")
        }
        let nameless = rows.indices.filter { names[$0] == nil }
        if let first = nameless.first {
            throw DataError(
                .request, file: dataset.name,
                found:
                    "\(nameless.count) of \(rows.count) rows without a \(kind.rawValue), such as "
                    + "\(dataset.samples[first].id)",
                expected: "a \(kind.rawValue) for each row",
                advice: "Name it in a column of a manifest, or by a pattern of the files' names.")
        }
        let roots = known.groups(of: rows.indices)?.numbers ?? Array(rows.indices.indices)
        var nameOfRoot: [Int: String] = [:]
        for (root, row) in zip(roots, rows.indices) {
            guard let name = names[row] else { continue }
            nameOfRoot[root] = nameOfRoot[root].map { Self.precedes($0, name) ? $0 : name } ?? name
        }
        let order = nameOfRoot.sorted { Self.precedes($0.value, $1.value) }
        guard order.count >= count else {
            throw DataError(
                .request, file: dataset.name, found: "\(order.count) \(kind.rawValue)s",
                expected: "at least \(count) for \(count) folds",
                advice: "Ask for fewer folds.")
        }
        let place = Dictionary(
            uniqueKeysWithValues: order.enumerated().map { ($0.element.key, $0.offset) })
        self.count = count
        groups = order.map(\.value)
        groupOfRow = roots.map { place[$0, default: 0] }
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// The test fold of each row, 0 ..< ``count``.
    /// - Parameter round: counted from 0; the first keeps the order of the ids, others shuffle it.
    public func folds(round: Int, seed: UInt64) -> [Int] {
        var rank = Array(groups.indices)
        if round > 0 {
            var generator = SeededGenerator(
                seed: seed, stream: Stream.crossValidation, UInt64(round))
            for (position, group) in generator.permutation(of: groups.count).enumerated() {
                rank[group] = position
            }
        }
        return groupOfRow.map { rank[$0] % count }
    }
}
