import ArgumentParser
import Mien

/// Which rows a run learns from, and what of them.
struct RecipeRowOptions: ParsableArguments {
    @Option(
        help: .setting(
            """
            Labels: fer2013, ferplus, ferplus-argmax or ferplus-votes (soft). Data without votes \
            takes its own, fer2013
            """, \.labels.rawValue))
    var labels: String?
    @Option(help: .setting("Classes that are positive, such as sad,neutral", \.positive.name))
    var positive: String?
    @Flag(
        inversion: .prefixedNo,
        help: .setting(
            "Keep the shares of emotions that one annotator alone chose", \.keepSingleVotes))
    var keepSingleVotes: Bool?
    @Option(
        help: .setting("Share of the training rows held out for validation", \.validationSplit))
    var validationSplit: Double?
    @Option(help: .subjectPattern)
    var subjectPattern: String?
    @Flag(inversion: .prefixedNo, help: .groupByName)
    var groupByName: Bool?

    /// The options that were given, each of one value.
    /// - Parameter classes: the user's own, where there are any.
    func settings(_ classes: [Emotion]?) throws -> [RecipeSetting] {
        let mapping = try positive.map {
            try LabelMapping(parsing: $0, among: classes ?? Emotion.allCases)
        }
        return [
            RecipeSetting("--labels", named: labels, \.labels),
            mapping.map { mapping in
                RecipeSetting(
                    option: "--positive", text: mapping.name,
                    apply: { $0.positive = mapping }, current: { $0.positive.name })
            },
            RecipeSetting("--keep-single-votes", keepSingleVotes, \.keepSingleVotes),
            RecipeSetting("--validation-split", validationSplit, \.validationSplit),
            subjectPattern.map { pattern in
                RecipeSetting(
                    option: "--subject-pattern", text: pattern,
                    apply: {
                        $0.grouping = $0.grouping ?? .earlier
                        $0.grouping?.subjectPattern = pattern
                    }, current: { $0.grouping?.subjectPattern ?? "none" })
            },
            groupByName.map { isWanted in
                RecipeSetting(
                    option: "--group-by-name", text: "\(isWanted)",
                    apply: {
                        $0.grouping = $0.grouping ?? .earlier
                        $0.grouping?.byName = isWanted
                    }, current: { "\($0.grouping?.byName ?? false)" })
            },
        ].compactMap(\.self)
    }
}
