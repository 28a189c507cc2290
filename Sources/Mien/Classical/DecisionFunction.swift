/// A trained classifier of numbers: rows in, a decision value each out.
package protocol DecisionFunction: Sendable {
    /// Numbers of a row.
    var columns: Int { get }

    /// One for each row: above 0 (a forest: above 0.5) for the positive class.
    func decisionValues(of rows: FeatureMatrix) -> [Double]
}
