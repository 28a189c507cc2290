/// What all trials of a sweep share, and the trials: the file `plan.json`.
public struct SweepPlan: Codable, Sendable {
    /// Raised when a name or a meaning changes.
    public static let schemaVersion = 1

    /// The options that vary, with what the recipe makes of them.
    public struct Trial: Codable, Sendable {
        public let settings: [SweepSetting]
        /// Of the run: it also decides which rows are held out.
        public let seed: UInt64
        /// Of all cycles.
        public let epochs: Int
        /// Whether early stopping compares the run's epochs, each of which is then a look.
        public let stopsEarly: Bool

        public init(settings: [SweepSetting], seed: UInt64, epochs: Int, stopsEarly: Bool) {
            self.settings = settings
            self.seed = seed
            self.epochs = epochs
            self.stopsEarly = stopsEarly
        }

        enum CodingKeys: String, CodingKey {
            case settings, seed, epochs
            case stopsEarly = "stops_early"
        }
    }

    public let schema: Int
    /// The version of Mien that planned the sweep.
    public let program: String
    /// SHA-256 of the recipe file.
    public let recipeSHA256: String
    /// The folder that relative paths begin in.
    public let root: String
    public let base: [SweepSetting]
    public let search: SweepRecipe.Search
    public let metric: SweepRecipe.Metric
    public let rungs: SweepRecipe.Rungs?
    public let trials: [Trial]

    /// 1 without successive halving.
    public var rungCount: Int { rungs?.lengths.count ?? 1 }

    enum CodingKeys: String, CodingKey {
        case schema, program
        case recipeSHA256 = "recipe_sha256"
        case root, base, search, metric, rungs, trials
    }
}
