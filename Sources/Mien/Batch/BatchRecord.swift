import Foundation

/// What became of a shard: the file `NNNNN.done.json`, which names the shard's output.
public struct BatchRecord: Codable, Sendable {
    public let schema: Int
    public let shard: Int
    /// The output's name in the folder `out`.
    public let file: String
    public let pictures: Int
    public let rows: Int
    public let ok: Int
    public let noFace: Int
    public let lowQuality: Int
    public let abstained: Int
    public let unreadable: Int
    public let sha256: Hashes
    public let program: String
    /// Extensions of the processor that change speed or precision.
    public let instructionSet: String
    /// The elements that the model scored in.
    public let precision: String
    public let seconds: Double
    public let host: String

    /// SHA-256 of files, 64 hexadecimal digits each.
    public struct Hashes: Codable, Sendable, Equatable {
        public let output: String
        public let list: String
        public let plan: String
        public let model: String
    }

    enum CodingKeys: String, CodingKey {
        case schema, shard, file, pictures, rows, ok
        case noFace = "no_face"
        case lowQuality = "low_quality"
        case abstained, unreadable, sha256, program
        case instructionSet = "instruction_set"
        case precision, seconds, host
    }

    /// One line of JSON.
    public func json() throws -> String {
        String(decoding: try JSONEncoder.canonical.encode(self), as: UTF8.self)
    }
}
