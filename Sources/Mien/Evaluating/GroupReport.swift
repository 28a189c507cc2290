public import Evaluation

/// Metrics by group, for every attribute that is known of the rows.
public struct GroupReport: Sendable, Equatable, Codable {
    /// The file of the groups; `nil` for the data's own columns.
    public let source: Dataset.Source?
    /// An attribute without groups says why.
    public let attributes: [GroupMetrics]
    /// Rows of the file that no sample has the id of.
    public let unknownIDs: Int
    /// Why there are none, or `nil`.
    public let reason: String?

    enum CodingKeys: String, CodingKey {
        case source, attributes, reason
        case unknownIDs = "unknown_ids"
        case passedOver = "passed_over"
    }

    /// - Parameters:
    ///   - table: the groups; without it columns of the data are taken.
    ///   - named: the columns of the data to take, where they are named; otherwise those whose
    ///     values repeat as categories do (``CategoricalColumn``).
    init(
        _ table: GroupTable?, named: [String]? = nil, _ scored: ScoredRows, _ dataset: Dataset,
        threshold: Double, skipUnknown: Bool, bootstrap: Bootstrap
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
            let present = Set(samples.flatMap(\.attributes.keys)).sorted()
            if let missing = named?.first(where: { !present.contains($0) }) {
                throw DataError(
                    .request, file: dataset.name, column: missing, found: "no such column",
                    expected: present.isEmpty
                        ? "a data set with further columns" : "some of \(present.listed())")
            }
            columns = (named ?? present).map { name in
                (name, samples.map { $0.attributes[name] })
            }
        }
        reason = columns.isEmpty ? Self.reason(dataset) : nil
        let names = Set(columns.map(\.name))
        attributes = GroupMetrics.adjusted(
            try columns.map {
                let reason =
                    table == nil
                    ? CategoricalColumn.reasonAgainst($0.name, $0.values, amid: names)
                    : CategoricalColumn.measurement($0.name, $0.values, amid: names)
                if named == nil, let reason {
                    return GroupMetrics(attribute: $0.name, values: $0.values, reason: reason)
                }
                return try GroupMetrics(
                    attribute: $0.name, values: $0.values, scores: scored.scores,
                    labels: scored.truths, threshold: threshold, bootstrap: bootstrap,
                    clusters: scored.clusters)
            })
    }

    /// Attributes with groups.
    public var measured: [GroupMetrics] { attributes.filter { !$0.groups.isEmpty } }

    /// "not taken as groups: brightness, yaw (measured by mien faces); date (60 values)", or `nil`.
    public var passedOver: String? {
        let others = attributes.filter(\.groups.isEmpty)
        guard !others.isEmpty else { return nil }
        var reasons: [String] = []
        for reason in others.map({ $0.reason ?? "no values" }) where !reasons.contains(reason) {
            reasons.append(reason)
        }
        let columns = reasons.map { reason in
            let names = others.filter { ($0.reason ?? "no values") == reason }.map(\.attribute)
            return "\(names.listed(limit: 40)) (\(reason))"
        }
        return "not taken as groups: \(columns.joined(separator: "; "))"
    }

    private static func reason(_ dataset: Dataset) -> String {
        let what =
            switch dataset.form {
            case .ferCSV, .ferPlusFolders: "FER-2013 has no attributes"
            case .synthetic: "drawn faces have no attributes"
            default: "the data has no attribute columns"
            }
        return what + " and no table of groups was given"
    }
}
