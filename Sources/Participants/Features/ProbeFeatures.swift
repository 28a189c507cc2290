import Foundation

/// What says nothing of a person and may still tell a label: probes alone read it.
enum ProbeFeatures {
    /// Modalities whose absence is a column.
    static let modalities: [Modality] = [.face, .voice, .text, .timing, .questionnaire]

    /// Phrases of the interviewer of DAIC-WOZ by the name of their column.
    static let prompts: [(name: String, phrases: [String])] = [
        ("diagnosed", ["diagnosed with depression", "been diagnosed", "diagnosed with p t s d"]),
        ("therapy", ["therapy", "therapist", "seek help", "get help"]),
        ("feeling_lately", ["feeling lately", "feeling down", "been feeling"]),
        ("sleep", ["good night's sleep", "sleep well", "don't sleep"]),
        ("mood", ["put you in a good mood", "make you happy", "feel really happy"]),
        ("argue", ["argued with", "make you mad", "controlling your temper"]),
        ("changes", ["noticed any changes", "symptoms", "what made you decide"]),
        ("sorry", ["i'm sorry", "sorry to hear", "that sounds hard"]),
        ("great", ["that's great", "awesome", "that's good", "nice"]),
        ("more", ["tell me more", "can you tell me", "give me an example"]),
    ]

    private static let source = "2404.14463; rows of the interviewer"

    static let definitions: [FeatureDefinition] =
        [
            FeatureDefinition(
                .probe, "duration_seconds", "s", "sound or transcript", "length of the recording"),
            FeatureDefinition(
                .probe, "word_count", "words", "transcript", "words of the participant"),
        ]
        + modalities.map {
            FeatureDefinition(
                .probe, "missing_\($0.rawValue)", "0 or 1", "table", "no value of \($0.rawValue)")
        }
        + [
            FeatureDefinition(
                .probe, "interviewer_turns", "rows", source, "rows of the interviewer"),
            FeatureDefinition(
                .probe, "interviewer_words", "words", source, "words of the interviewer"),
        ]
        + prompts.map {
            FeatureDefinition(
                .probe, "interviewer_\($0.name)", "rows", source,
                "rows with \"\($0.phrases[0])\" or like phrases")
        }

    /// Whether a row of a transcript without speakers reads as one of the interviewer's prompts.
    static func isPrompt(_ text: String) -> Bool {
        let plain = plain(text)
        return questions.contains(where: plain.hasPrefix)
            || prompts.contains { $0.phrases.contains { plain == $0 } }
    }

    /// How prompts of the interviewer begin.
    private static let questions = [
        "how are you doing today", "where are you from", "when was the last time you",
        "have you been diagnosed", "have you ever been diagnosed", "do you still go to therapy",
        "how have you been feeling", "what do you do to relax", "how easy is it for you to",
        "tell me about", "can you tell me", "what are you like when", "what's your dream job",
        "how would your best friend", "i think i have asked everything", "goodbye",
    ]

    private static func plain(_ text: String) -> String {
        Words.tokens(of: text).joined(separator: " ")
    }

    static func values(of transcript: Transcript, seconds: Double?) -> FeatureValues {
        var values: FeatureValues = [
            "probe.duration_seconds": seconds ?? transcript.end,
            "probe.word_count": Double(
                transcript.ofParticipant.reduce(0) { $0 + Words.tokens(of: $1.text).count }),
        ]
        let rows =
            transcript.hasSpeakers
            ? transcript.rows.filter { $0.speaker == .interviewer }
            : transcript.rows.filter { isPrompt($0.text) }
        // Without rows of the interviewer there is nothing to count, which is not zero.
        guard !rows.isEmpty else { return values }
        let texts = rows.map { plain($0.text) }
        values["probe.interviewer_turns"] = Double(rows.count)
        values["probe.interviewer_words"] = Double(
            texts.reduce(0) { $0 + $1.split(separator: " ").count })
        for prompt in prompts {
            values["probe.interviewer_\(prompt.name)"] = Double(
                texts.count { text in prompt.phrases.contains(where: text.contains) })
        }
        return values
    }
}
