/// The columns of a list of images, where their names are not the usual ones.
public struct ColumnNames: Sendable, Equatable, Codable {
    public var path: String?
    public var label: String?
    public var split: String?

    public init(path: String? = nil, label: String? = nil, split: String? = nil) {
        self.path = path
        self.label = label
        self.split = split
    }
}

extension CSVHeader {
    /// The column that was asked for by name, else one of the usual names.
    /// - Throws: `DataError` for a name that no column has.
    func index(named name: String?, else usual: [String]) throws(DataError) -> Int? {
        guard let name else { return indices(of: usual).first }
        guard let found = index(of: name) else {
            throw DataError(
                .request, file: file, line: line, found: onlyColumns,
                expected: "a column \(name), which was asked for")
        }
        return found
    }
}
