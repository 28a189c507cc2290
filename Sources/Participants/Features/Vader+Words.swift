extension Vader {
    /// Written with an apostrophe, and often without.
    private static let contractions = [
        "ain't", "aren't", "can't", "couldn't", "daren't", "didn't", "doesn't", "don't", "hadn't",
        "hasn't", "haven't", "isn't", "mightn't", "mustn't", "needn't", "oughtn't", "shan't",
        "shouldn't", "wasn't", "weren't", "won't", "wouldn't",
    ]
    static let negations: [String] =
        contractions + contractions.map { $0.filter { $0 != "'" } } + [
            "cannot", "neither", "never", "none", "nope", "nor", "not", "nothing", "nowhere",
            "uhuh", "uh-uh", "without", "rarely", "seldom", "despite",
        ]
    static let negationSet = Set(negations)

    /// Words that strengthen (+.293) or weaken (-.293) the word after them.
    static let boosters: [String: Double] = {
        let stronger = """
            absolutely amazingly awfully completely considerable considerably decidedly deeply \
            effing enormous enormously entirely especially exceptional exceptionally extreme \
            extremely fabulously flipping flippin frackin fracking fricking frickin frigging \
            friggin fully fuckin fucking fuggin fugging greatly hella highly hugely incredible \
            incredibly intensely major majorly more most particularly purely quite really \
            remarkably so substantially thoroughly total totally tremendous tremendously uber \
            unbelievably unusually utter utterly very
            """
        let weaker = [
            "almost", "barely", "hardly", "just enough", "kind of", "kinda", "kindof", "kind-of",
            "less", "little", "marginal", "marginally", "occasional", "occasionally", "partly",
            "scarce", "scarcely", "slight", "slightly", "somewhat", "sort of", "sorta", "sortof",
            "sort-of",
        ]
        var table: [String: Double] = [:]
        for word in stronger.split(separator: " ") { table[String(word)] = 0.293 }
        for word in weaker { table[word] = -0.293 }
        return table
    }()

    static let specialCases: [String: Double] = [
        "the shit": 3, "the bomb": 3, "bad ass": 1.5, "badass": 1.5, "bus stop": 0,
        "yeah right": -2, "kiss of death": -1.5, "to die for": 3, "beating heart": 3.5,
    ]
}
