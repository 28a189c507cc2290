import Foundation

/// Lines of values separated by commas (RFC 4180).
package enum CSV {
    /// A field, quoted where it must be; `nil` is an empty one.
    package static func field(_ text: String?) -> String {
        guard let text else { return "" }
        let special = Set(",\"\n\r".utf8)
        guard text.utf8.contains(where: special.contains) else { return text }
        return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }

    package static func line(_ fields: [String?]) -> String {
        fields.map(field).joined(separator: ",") + "\n"
    }

    package static func table(_ header: [String], _ rows: [[String?]]) -> String {
        rows.reduce(into: line(header)) { $0 += line($1) }
    }
}
