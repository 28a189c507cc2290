/// A trained classifier of numbers: rows in, one or more decision values each out.
package protocol DecisionFunction: Sendable {
    /// Numbers of a row.
    var columns: Int { get }

    /// Decision values of a row: one for two classes, else one for each class that was learnt.
    var valueCount: Int { get }

    /// [rows, ``valueCount``], row by row: above 0 for the class of the value. A forest's are shares
    /// of its trees, 0...1.
    func decisionValues(of rows: FeatureMatrix) -> [Double]
}
