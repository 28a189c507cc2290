/// Counts of words, and sentiment by VADER.
enum TextFeatures {
    private static let words = "words of the participant"
    private static let vader = "VADER 3.3.2 (10.1609/icwsm.v8i1.14550)"

    static let definitions: [FeatureDefinition] =
        [
            ("first_person_share", "share", "i, me, my, mine, myself and short forms", words),
            ("negation_share", "share", "negations of VADER's list, and no", words),
            (
                "absolutist_share", "share", "absolutist words, such as always, never",
                "10.1177/2167702617747074"
            ),
            ("past_share", "share", "past forms: -ed and irregular", words),
            ("type_token_ratio", "share", "different words in 200, mean over stretches", words),
            ("laughter_per_minute", "1/min", "tags of laughter", "tags of the transcript"),
            ("sighs_per_minute", "1/min", "tags of sighs", "tags of the transcript"),
            ("vader_mean", "-1 to 1", "compound sentiment of a row, mean", vader),
            ("vader_sd", "-1 to 1", "compound sentiment of a row, standard deviation", vader),
            ("vader_positive_share", "share", "rows with a compound of .05 or more", vader),
            ("vader_negative_share", "share", "rows with a compound of -.05 or less", vader),
        ].map { FeatureDefinition(.text, $0.0, $0.1, $0.3, $0.2) }

    private static let stretch = 200

    /// - Parameters:
    ///   - minutes: of the interview, `nil` for posts.
    ///   - vader: `nil` where the lexicon is not installed.
    static func values(of texts: [String], minutes: Double?, vader: Vader?) -> FeatureValues {
        let tokens = texts.flatMap(Words.tokens)
        guard !tokens.isEmpty else { return [:] }
        var values: FeatureValues = [:]
        func share(_ name: String, _ isMember: (String) -> Bool) {
            values["text.\(name)"] = Double(tokens.count(where: isMember)) / Double(tokens.count)
        }
        share("first_person_share", Words.firstPerson.contains)
        share("negation_share") { Words.negations.contains($0) || $0.contains("n't") }
        share("absolutist_share", Words.absolutist.contains)
        share("past_share", Words.isPast)
        values["text.type_token_ratio"] = typeTokenRatio(tokens)
        if let minutes, minutes > 0 {
            let laughs = texts.reduce(0) { $0 + Words.tags($1, beginning: ["laugh"]) }
            let sighs = texts.reduce(0) { $0 + Words.tags($1, beginning: ["sigh"]) }
            values["text.laughter_per_minute"] = Double(laughs) / minutes
            values["text.sighs_per_minute"] = Double(sighs) / minutes
        }
        guard let vader else { return values }
        var summary = RunningSummary()
        var (positive, negative) = (0, 0)
        for text in texts {
            let plain = Words.withoutTags(text)
            guard !Words.tokens(of: plain).isEmpty else { continue }
            let compound = vader.compound(of: plain)
            summary.add(compound)
            if compound >= 0.05 { positive += 1 }
            if compound <= -0.05 { negative += 1 }
        }
        guard summary.count > 0 else { return values }
        values["text.vader_mean"] = summary.mean
        values["text.vader_sd"] = summary.deviation
        values["text.vader_positive_share"] = Double(positive) / Double(summary.count)
        values["text.vader_negative_share"] = Double(negative) / Double(summary.count)
        return values
    }

    /// `nan` for fewer words than a stretch, whose ratio would depend on their number.
    private static func typeTokenRatio(_ tokens: [String]) -> Double {
        guard tokens.count >= stretch else { return .nan }
        let ratios = stride(from: 0, through: tokens.count - stretch, by: stretch).map { start in
            Double(Set(tokens[start ..< start + stretch]).count) / Double(stretch)
        }
        return ratios.reduce(0, +) / Double(ratios.count)
    }
}
