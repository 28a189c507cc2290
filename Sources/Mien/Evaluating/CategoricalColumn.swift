import Evaluation

/// Whether a column that nobody named makes groups: only where its values repeat as categories do.
package enum CategoricalColumn {
    /// The share of the known values that values of enough rows have to make up.
    private static let leastCovered = 0.9

    /// Columns by which a manifest of mien faces is known.
    private static let ofMienFaces: Set<String> = ["box_left", "box_top", "sharpness", "face"]

    /// Why it is no category at all, or `nil`.
    /// - Parameter columns: all columns that the file has.
    static func measurement(
        _ name: String, _ values: [String?], amid columns: Set<String>
    ) -> String? {
        if name.isEmpty { return "no name" }
        if FaceSetWriter.measurements.contains(name), columns.isSuperset(of: ofMienFaces) {
            return "measured by mien faces"
        }
        return values.contains { $0.map(isFraction) ?? false } ? "numbers with fractions" : nil
    }

    /// - Returns: why it makes no groups where nobody named it, or `nil`.
    package static func reasonAgainst(
        _ name: String, _ values: [String?], amid columns: Set<String> = []
    ) -> String? {
        if let reason = measurement(name, values, amid: columns) { return reason }
        let known = values.compactMap(\.self)
        let counts = Dictionary(grouping: known) { $0 }.mapValues(\.count)
        guard counts.count <= GroupMetrics.mostGroups else { return "\(counts.count) values" }
        guard counts.count > 1 else { return "one value" }
        let large = counts.values.filter { $0 >= GroupMetrics.smallest }
        let covered = Double(large.reduce(0, +))
        return large.count > 1 && covered >= leastCovered * Double(known.count)
            ? nil : "\(counts.count) values, too few of \(GroupMetrics.smallest) rows or more"
    }

    private static func isFraction(_ value: String) -> Bool {
        value.contains(".") && Double(value) != nil
    }
}
