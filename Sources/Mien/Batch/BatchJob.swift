import Crypto
public import Foundation

/// The folder of a job: `plan.json`, a list for each shard, and the results.
public struct BatchJob: Sendable {
    public static let maximumShards = 100_000

    public let url: URL
    public let plan: BatchPlan
    let planSHA256: String

    /// - Throws: `BatchError` for a folder without a plan, and for a plan that cannot be used.
    public init(_ url: URL) throws(BatchError) {
        self.url = url
        (plan, planSHA256) = try PlanFile.read(
            BatchPlan.self, from: Self.planURL(url), of: "a job", schema: \.schema,
            version: BatchPlan.schemaVersion)
    }

    static func planURL(_ job: URL) -> URL { job.appendingPathComponent("plan.json") }

    static func listURL(_ job: URL, _ shard: Int) -> URL {
        job.appendingPathComponent("shards/\(number(shard)).list")
    }

    /// The shard's number as it stands in file names: "00017".
    package static func number(_ shard: Int) -> String {
        let digits = String(shard)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }

    var outputFolder: URL { url.appendingPathComponent("out", isDirectory: true) }

    func recordURL(_ shard: Int) -> URL {
        outputFolder.appendingPathComponent("\(Self.number(shard)).done.json")
    }

    /// The bytes of a shard's list.
    /// - Throws: `BatchError` for a list that cannot be read, and for one that is not the plan's.
    private func list(of shard: Int) throws(BatchError) -> Data {
        let file = Self.listURL(url, shard)
        guard let data = try? Data(contentsOf: file) else {
            throw BatchError(
                .temporary, "shard \(shard)", found: "no list \(file.path) that can be read",
                expected: "the list as it was planned")
        }
        guard SHA256.hash(data: data).hexadecimal == plan.lists[shard] else {
            throw BatchError(
                .differs, "shard \(shard)", found: "a list that was changed: \(file.path)",
                expected: "the list as it was planned",
                advice: "Put that list back, or plan a new job.")
        }
        return data
    }

    /// The pictures of a shard.
    /// - Throws: `BatchError` for a list that cannot be read, and for one that is not the plan's.
    func entries(of shard: Int) throws(BatchError) -> [BatchEntry] {
        var entries: [BatchEntry] = []
        let lines = try list(of: shard).split(separator: UInt8(ascii: "\n"))
        for (line, text) in lines.enumerated() {
            guard let entry = try? JSONDecoder().decode(BatchEntry.self, from: Data(text)) else {
                throw BatchError(
                    .differs, "shard \(shard)",
                    found: "line \(line + 1) of \(Self.listURL(url, shard).path), no entry",
                    expected: "an entry as Mien wrote it", advice: "Plan a new job.")
            }
            entries.append(entry)
        }
        return entries
    }

    /// The record of a shard; `nil` where there is none.
    /// - Throws: `BatchError`, with the shard's number, for a record that is damaged or not of this
    ///   plan, model and list as they are now.
    func record(of shard: Int) throws(BatchError) -> BatchRecord? {
        guard let data = try? Data(contentsOf: recordURL(shard)) else { return nil }
        func refuse(_ found: String, _ expected: String) -> BatchError {
            BatchError(
                .refused, "shard \(shard)", found: found, expected: expected,
                advice: "Run the shard again.")
        }
        guard let record = try? JSONDecoder().decode(BatchRecord.self, from: data),
            record.schema == BatchPlan.schemaVersion, record.shard == shard,
            !record.file.contains("/")
        else {
            throw refuse("a record that is damaged: \(recordURL(shard).path)", "one as written")
        }
        guard record.sha256.model == plan.modelSHA256 else {
            throw refuse(
                "results of another model (\(record.sha256.model.prefix(12)))",
                "the model of the plan (\(plan.modelSHA256.prefix(12)))")
        }
        guard record.sha256.plan == planSHA256, record.sha256.list == plan.lists[shard] else {
            throw refuse("results of another plan or list", "those of \(Self.planURL(url).path)")
        }
        _ = try list(of: shard)
        return record
    }

    /// The rows of a shard that is done.
    /// - Throws: `BatchError` where they are not those that the record names.
    func output(of record: BatchRecord) throws(BatchError) -> Data {
        let file = outputFolder.appendingPathComponent(record.file)
        guard let data = try? Data(contentsOf: file) else {
            throw BatchError(
                .refused, "shard \(record.shard)", found: "no output \(file.path)",
                expected: "the output that its record names", advice: "Run the shard again.")
        }
        guard SHA256.hash(data: data).hexadecimal == record.sha256.output else {
            throw BatchError(
                .refused, "shard \(record.shard)",
                found: "an output that was changed: \(file.path)",
                expected: "the SHA-256 of its record", advice: "Run the shard again.")
        }
        return data
    }
}
