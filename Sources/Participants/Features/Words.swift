import Foundation

/// The words of a row of a transcript or of a post.
enum Words {
    /// Lower-case words without tags, cut words and unknown words: "<laughter>", "<peop>", "xxx".
    static func tokens(of text: String) -> [String] {
        withoutTags(text).lowercased().split(whereSeparator: { character in
            !(character.isLetter || character.isNumber || character == "'" || character == "’")
        }).map { $0.replacingOccurrences(of: "’", with: "'") }
            .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "'")) }
            .filter { !$0.isEmpty && $0 != "xxx" }
    }

    /// The text without what stands in angle or square brackets.
    static func withoutTags(_ text: String) -> String {
        guard text.contains(where: { $0 == "<" || $0 == "[" }) else { return text }
        var depth = 0
        var kept = ""
        for character in text {
            switch character {
            case "<", "[": depth += 1
            case ">", "]": depth = max(0, depth - 1)
            default: if depth == 0 { kept.append(character) }
            }
        }
        return kept
    }

    /// How often a tag such as "laughter" or "sigh" stands in a text, in whichever brackets.
    static func tags(_ text: String, beginning stems: [String]) -> Int {
        text.lowercased().split(whereSeparator: { "<>[]".contains($0) })
            .count { part in
                stems.contains { part.hasPrefix($0) } && !part.contains(" ")
                    && (text.contains("<") || text.contains("["))
            }
    }

    static let firstPerson: Set = ["i", "me", "my", "mine", "myself", "i'm", "i've", "i'll", "i'd"]

    /// 10.1177/2167702617747074.
    static let absolutist: Set = [
        "absolutely", "all", "always", "complete", "completely", "constant", "constantly",
        "definitely", "entire", "ever", "every", "everyone", "everything", "full", "must", "never",
        "nothing", "totally", "whole",
    ]

    static let negations: Set<String> = Set(Vader.negations + ["no"])

    /// Past forms of common irregular verbs.
    private static let irregularPast: Set = [
        "was", "were", "had", "did", "went", "got", "said", "made", "came", "took", "saw", "knew",
        "thought", "felt", "told", "gave", "found", "left", "kept", "began", "brought", "became",
        "lost", "met", "ran", "sat", "slept", "spent", "spoke", "stood", "taught", "understood",
        "won", "wrote", "broke", "bought", "built", "chose", "drank", "drove", "ate", "fell",
        "fought", "flew", "forgot", "grew", "heard", "held", "led", "meant", "paid", "rode",
        "rose", "sold", "sent", "sang", "swam", "threw", "wore", "woke",
    ]

    /// Ends in -ed and is no past form.
    private static let notPast: Set = [
        "need", "indeed", "bed", "red", "speed", "feed", "seed", "shed", "wed",
    ]

    static func isPast(_ word: String) -> Bool {
        irregularPast.contains(word)
            || (word.count > 3 && word.hasSuffix("ed") && !notPast.contains(word))
    }
}
