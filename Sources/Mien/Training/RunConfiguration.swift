/// What a run is started with, kept as recipe.json: enough to start it again.
public struct RunConfiguration: Sendable, Codable {
    public var mienVersion = currentMienVersion
    public var recipe: Recipe
    public var data: String
    public var votes: String?
    public var skipBadRows = false
    /// How labels were read; `nil` in runs that named nothing.
    public var labelOptions: LabelOptions?
    public var initialWeights: String
    public var threads: Int
    public var device: String
    public var sources: [Dataset.Source]
    /// Whether each thread computes gradients alone, as beside other programs; `nil` stands for no.
    public var sharesProcessors: Bool?
    /// How many processes shared each batch; `nil` for one.
    public var processes: Int?
    /// That of the first weights, so that a run goes on where their file is gone; `nil` in runs of
    /// earlier versions, and in runs
    /// that began with a Mien model, whose file tells what it has seen.
    public var normalization: Normalization?

    public init(
        recipe: Recipe, data: String, votes: String?, skipBadRows: Bool, initialWeights: String,
        threads: Int, device: String, sources: [Dataset.Source],
        labelOptions: LabelOptions = LabelOptions(), normalization: Normalization? = nil
    ) {
        self.labelOptions = labelOptions == LabelOptions() ? nil : labelOptions
        self.recipe = recipe
        self.data = data
        self.votes = votes
        self.skipBadRows = skipBadRows
        self.initialWeights = initialWeights
        self.threads = threads
        self.device = device
        self.sources = sources
        self.normalization = normalization
    }
}
