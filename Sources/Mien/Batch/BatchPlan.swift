/// What all shards of a job share: the file `plan.json`.
public struct BatchPlan: Codable, Sendable {
    /// Raised when a name or a meaning changes.
    public static let schemaVersion = 1

    public let schema: Int
    /// The version of Mien that planned the job.
    public let program: String
    /// The model's file.
    public let model: String
    public let modelSHA256: String
    public let options: BatchOptions
    /// The folder that relative paths begin in.
    public let root: String
    public let pictures: Int
    /// Classes that have a column in the csv.
    let classes: [String]
    /// SHA-256 of the list of each shard, in order.
    let lists: [String]

    public var shards: Int { lists.count }

    enum CodingKeys: String, CodingKey {
        case schema, program, model
        case modelSHA256 = "model_sha256"
        case options, root, pictures, classes, lists
    }
}
