public import Evaluation

/// Metrics by group, for every attribute that is known of the rows.
public struct GroupReport: Sendable, Equatable, Codable {
    /// The file of the groups; `nil` for the data's own columns.
    public let source: Dataset.Source?
    public let attributes: [GroupMetrics]
    /// Rows of the file that no sample has the id of.
    public let unknownIDs: Int
    /// Why there are none, or `nil`.
    public let reason: String?

    private enum CodingKeys: String, CodingKey {
        case source, attributes, reason
        case unknownIDs = "unknown_ids"
    }

    /// - Parameter table: the groups; without it the attribute columns of the data are taken.
    init(
        _ table: GroupTable?, _ scored: ScoredRows, _ dataset: Dataset, threshold: Double,
        skipUnknown: Bool, bootstrap: Bootstrap
    ) throws {
        let samples = scored.labelling.indices.map { dataset.samples[$0] }
        unknownIDs = try table?.unknownIDs(in: dataset, skip: skipUnknown) ?? 0
        source = table?.source
        let columns: [(name: String, values: [String?])]
        if let table {
            guard samples.contains(where: { table.values[$0.id] != nil }) else {
                throw DataError(
                    .mismatch, file: table.source.path,
                    found: "no id of the \(samples.count) rows that are evaluated",
                    expected: "some of them",
                    advice: "The first of them is \(samples.first?.id ?? "none").")
            }
            columns = table.attributes.enumerated().map { column, name in
                (name, samples.map { table.values[$0.id]?[column] })
            }
        } else {
            columns = Set(samples.flatMap(\.attributes.keys)).sorted().map { name in
                (name, samples.map { $0.attributes[name] })
            }
        }
        reason = columns.isEmpty ? Self.reason(dataset) : nil
        attributes = GroupMetrics.adjusted(
            try columns.map {
                try GroupMetrics(
                    attribute: $0.name, values: $0.values, scores: scored.scores,
                    labels: scored.truths, threshold: threshold, bootstrap: bootstrap,
                    clusters: scored.clusters)
            })
    }

    private static func reason(_ dataset: Dataset) -> String {
        let what =
            switch dataset.form {
            case .ferCSV, .ferPlusFolders: "FER-2013 has no attributes"
            case .synthetic: "drawn faces have no attributes"
            default: "the data has no attribute columns"
            }
        return what + " and no --groups were given"
    }
}
