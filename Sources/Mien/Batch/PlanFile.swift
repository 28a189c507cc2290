import Crypto
package import Foundation

/// What was planned in a folder's `plan.json`: a job's shards, a sweep's trials.
package enum PlanFile {
    /// The plan of a folder and the SHA-256 of its file.
    /// - Parameters:
    ///   - kind: "a job".
    ///   - schema: where the plan says how it is written.
    /// - Throws: `BatchError` for a folder without a plan, and for a plan that cannot be used.
    package static func read<Plan: Decodable>(
        _ type: Plan.Type, from file: URL, of kind: String, schema: KeyPath<Plan, Int>,
        version: Int
    ) throws(BatchError) -> (plan: Plan, sha256: String) {
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            throw BatchError(
                .temporary, file.path, found: "no file that can be read",
                expected: "\(kind) that was planned",
                advice: "Check the path, and whether its file system is mounted.")
        }
        guard let plan = try? JSONDecoder().decode(type, from: data),
            plan[keyPath: schema] == version
        else {
            throw BatchError(
                .differs, file.path, found: "content that is no plan of schema \(version)",
                expected: "the plan as Mien wrote it")
        }
        return (plan, SHA256.hash(data: data).hexadecimal)
    }
}
