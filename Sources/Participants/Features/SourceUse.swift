public import Mien

/// A file that features were made of, with what was used of it.
public struct SourceUse: Sendable, Equatable, Codable {
    public let file: String
    public let sha256: String
    public let bytes: Int
    public let modality: Modality
    /// Rows or frames of the file, and those that features count.
    public let rows: Int
    public let used: Int
    public let seconds: Double
    /// ``used`` in ``rows``.
    public let keptShare: Double

    init(_ source: Dataset.Source, modality: Modality, rows: Int, used: Int, seconds: Double) {
        file = source.path
        sha256 = source.sha256
        bytes = source.bytes
        self.modality = modality
        self.rows = rows
        self.used = used
        self.seconds = seconds
        keptShare = rows > 0 ? Double(used) / Double(rows) : 0
    }
}
