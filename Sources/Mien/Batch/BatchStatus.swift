/// How far a job is.
public struct BatchStatus: Encodable, Sendable {
    public let schema = BatchPlan.schemaVersion
    public let shards: Int
    public private(set) var done = 0
    /// Shards without results of this plan and model: "3,7-9", as Slurm's `--array` takes it.
    public private(set) var missing = ""
    public let pictures: Int
    /// In the shards that are done.
    public private(set) var rows = 0
    public private(set) var ok = 0
    public private(set) var noFace = 0
    public private(set) var lowQuality = 0
    public private(set) var abstained = 0
    public private(set) var unreadable = 0
    /// Of all shards that are done, added.
    public private(set) var seconds = 0.0
    public private(set) var instructionSets: [String] = []
    public private(set) var precisions: [String] = []

    enum CodingKeys: String, CodingKey {
        case schema, shards, done, missing, pictures, rows, ok
        case noFace = "no_face"
        case lowQuality = "low_quality"
        case abstained, unreadable, seconds
        case instructionSets = "instruction_sets"
        case precisions
    }

    /// Reads the records. A shard counts as missing where its record is damaged or of another model,
    /// or its list was changed.
    public init(_ job: BatchJob) {
        self.init(job.plan, (0 ..< job.plan.shards).map { try? job.record(of: $0) })
    }

    init(_ plan: BatchPlan, _ records: [BatchRecord?]) {
        shards = plan.shards
        pictures = plan.pictures
        for record in records.compactMap(\.self) {
            done += 1
            rows += record.rows
            ok += record.ok
            noFace += record.noFace
            lowQuality += record.lowQuality
            abstained += record.abstained
            unreadable += record.unreadable
            seconds += record.seconds
        }
        instructionSets = Set(records.compactMap { $0?.instructionSet }).sorted()
        precisions = Set(records.compactMap { $0?.precision }).sorted()
        missing = Self.ranges(records.indices.filter { records[$0] == nil })
    }

    /// "3,7-9".
    package static func ranges(_ numbers: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = ranges.last, last.upperBound == number - 1 {
                ranges[ranges.count - 1] = last.lowerBound ... number
            } else {
                ranges.append(number ... number)
            }
        }
        return ranges.map {
            $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
        }.joined(separator: ",")
    }

    /// Processors or precisions that differ, whose scores differ in the last digits.
    public var warnings: [String] {
        func mixed(_ what: String, _ values: [String]) -> String? {
            values.count < 2
                ? nil
                : "The shards were scored with several \(what): "
                    + values.joined(separator: "; ") + ". Scores differ in the last digits."
        }
        return [mixed("instruction sets", instructionSets), mixed("precisions", precisions)]
            .compactMap(\.self)
    }
}
