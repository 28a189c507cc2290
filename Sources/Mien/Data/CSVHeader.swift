/// The names of the columns of a csv file; they are found in any order and case.
package struct CSVHeader {
    package let names: [String]
    let file: String
    package let line: Int
    var separator = UInt8(ascii: ",")

    /// "only the columns a,b", for messages.
    var onlyColumns: String {
        "only the column\(names.count == 1 ? "" : "s") \(names.listed(separator: ","))"
    }

    package func index(of candidates: String...) -> Int? {
        indices(of: candidates).first
    }

    /// All columns with one of these names, in the order of the file.
    package func indices(of candidates: [String]) -> [Int] {
        let wanted = Set(candidates.map { $0.lowercased() })
        return names.indices.filter { wanted.contains(names[$0].lowercased()) }
    }

    package func require(_ name: String, _ purpose: String) throws(DataError) -> Int {
        guard let index = index(of: name) else {
            throw DataError(
                .unknownForm, file: file, line: line, column: name,
                found: onlyColumns, expected: "\(purpose) in a column \(name)")
        }
        return index
    }
}
