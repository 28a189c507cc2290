import Evaluation
import Foundation

/// A result that a publication gives. It was not measured here, and stands apart from what was.
public struct QuotedResult: Sendable, Equatable, Codable {
    /// What was tested.
    public let name: String
    /// The publication.
    public let source: String
    public let dataSet: String
    /// 0...1, as published.
    public let accuracy: Double?
    public let auc: Double?
    public let note: String

    enum CodingKeys: String, CodingKey {
        case name, source
        case dataSet = "data_set"
        case accuracy, auc, note
    }

    public static let notMeasured = "not measured here"

    /// Of rows whose own source nobody found.
    static let notLocated = "\(notMeasured); as quoted, source not located"

    private static let paper =
        "Facial Image-Based Depression Detection Using Transfer Learning: A ResNet-18 Approach"

    /// The rows of the paper's table of results.
    public static let published = [
        QuotedResult(
            name: "row of the paper's comparison", source: paper, dataSet: "CK+", accuracy: 0.892,
            auc: nil, note: notLocated),
        QuotedResult(
            name: "row of the paper's comparison", source: paper, dataSet: "DAIC-WOZ",
            accuracy: 0.903,
            auc: nil, note: notLocated),
        QuotedResult(
            name: "the paper's ResNet-18", source: paper, dataSet: "FER-2013 with FER+",
            accuracy: 0.914, auc: 0.96,
            note: "\(notMeasured); \"synthetic\" in the paper's own words"),
    ]

    /// Reads a csv file with the columns `name`, `source`, `data_set`, `accuracy` and, where
    /// wanted, `auc` and `note`. Accuracy and AUC are shares, 0 to 1, or empty.
    /// - Throws: `DataError` with file, line and column.
    public static func read(path: String) throws(DataError) -> [QuotedResult] {
        let reader = try LineReader(path: path)
        let columns = try Columns(reader.header())
        var results: [QuotedResult] = []
        while let bytes = try reader.next() {
            results.append(try columns.result(reader.fields(of: bytes), line: reader.line))
        }
        guard !results.isEmpty else {
            throw DataError(
                .empty, file: path, found: "a header and no rows",
                expected: "rows of published results")
        }
        return results
    }

    private struct Columns {
        let header: CSVHeader
        let name, source, dataSet, accuracy: Int
        let auc, note: Int?

        init(_ header: CSVHeader) throws(DataError) {
            self.header = header
            name = try header.require("name", "what was tested")
            source = try header.require("source", "the publication")
            dataSet = try header.require("data_set", "the data")
            accuracy = try header.require("accuracy", "a share from 0 to 1")
            auc = header.index(of: "auc")
            note = header.index(of: "note")
        }

        func result(_ fields: [String], line: Int) throws(DataError) -> QuotedResult {
            func fault(_ column: Int?, _ found: String, _ expected: String) -> DataError {
                DataError(
                    .row, file: header.file, line: line, column: column.map { header.names[$0] },
                    found: found, expected: expected)
            }
            guard fields.count == header.names.count else {
                throw fault(
                    nil, "\(fields.count) fields", "\(header.names.count), as in the header")
            }
            func words(_ column: Int) throws(DataError) -> String {
                guard !fields[column].isEmpty else { throw fault(column, "nothing", "words") }
                return fields[column]
            }
            func share(_ column: Int?) throws(DataError) -> Double? {
                guard let column, !fields[column].isEmpty else { return nil }
                guard let value = Double(fields[column]), (0 ... 1).contains(value) else {
                    throw fault(
                        column, "\"\(fields[column])\"",
                        "a share from 0 to 1, such as 0.914, or nothing")
                }
                return value
            }
            let remark = note.map { fields[$0] } ?? ""
            return QuotedResult(
                name: try words(name), source: try words(source), dataSet: try words(dataSet),
                accuracy: try share(accuracy), auc: try share(auc),
                note: remark.isEmpty ? notMeasured : "\(notMeasured); \(remark)")
        }
    }
}
