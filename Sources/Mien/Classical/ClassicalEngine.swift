import CClassical

/// What trains: libsvm, liblinear and OpenCV behind their C header, loaded at the first use.
/// Scoring does not need it.
let classical = classical_load().pointee

/// A training library that failed, and what it said.
public struct ClassicalTrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was trained.
    public let subject: String
    public let reason: String

    public var description: String { "\(subject) could not be trained: \(reason)." }
}

/// - Throws: `ClassicalTrainingError` with the library's own message.
func requireTrained(
    _ subject: String, _ status: classical_status
) throws(ClassicalTrainingError) {
    guard status != CLASSICAL_OK else { return }
    let message = classical.last_error().map { String(cString: $0) } ?? ""
    throw ClassicalTrainingError(subject: subject, reason: message)
}

extension FeatureMatrix {
    /// Lends the rows with their labels to the training library.
    func withRows<Result>(
        labelled labels: [Bool], _ body: (UnsafePointer<classical_rows>) -> Result
    ) -> Result {
        withRows(classNumbers: labels.map { $0 ? 1 : 0 }, body)
    }

    /// See ``withRows(labelled:_:)``.
    func withRows<Result>(
        classNumbers: [UInt8], _ body: (UnsafePointer<classical_rows>) -> Result
    ) -> Result {
        precondition(
            classNumbers.count == count, "expected \(count) labels, got \(classNumbers.count)")
        return values.withUnsafeBufferPointer { values in
            classNumbers.withUnsafeBufferPointer { labels in
                var rows = classical_rows(
                    values: values.baseAddress, labels: labels.baseAddress, count: Int32(count),
                    columns: Int32(columns))
                return withUnsafePointer(to: &rows, body)
            }
        }
    }
}

/// What errors on positive and on other rows cost.
package struct ErrorCosts: Sendable, Equatable {
    package var positive: Double
    package var other: Double

    package init(positive: Double, other: Double) {
        self.positive = positive
        self.other = other
    }

    package init(_ cost: Double) { self.init(positive: cost, other: cost) }
}
