public import Foundation
import Imaging
public import Mien

/// Sentiment of a text by a lexicon and rules: VADER 3.3.2 (Hutto and Gilbert, 2014,
/// 10.1609/icwsm.v8i1.14550), with its quirks.
///
/// The lexicon does not come with Mien; `scripts/setup-lexicon` fetches it from the package
/// vaderSentiment (MIT).
public struct Vader: Sendable {
    private let lexicon: [String: Double]
    private let emojis: [Unicode.Scalar: String]

    /// - Throws: `DataError` for a line without a number, and for a file without lines.
    public init(lexicon url: URL) throws(DataError) {
        var lexicon: [String: Double] = [:]
        let reader = try LineReader(path: url.path)
        while let bytes = try reader.next() {
            let parts = String(decoding: bytes, as: UTF8.self).split(separator: "\t")
            guard parts.count >= 2, let value = Double(parts[1]) else {
                throw DataError(
                    .row, file: url.path, line: reader.line,
                    found: String(decoding: bytes.prefix(60), as: UTF8.self).quoted(),
                    expected: "a token and its mean, apart by a tab")
            }
            lexicon[String(parts[0])] = value
        }
        guard !lexicon.isEmpty else {
            throw DataError(
                .empty, file: url.path, found: "no line", expected: "the lexicon of VADER")
        }
        var emojis: [Unicode.Scalar: String] = [:]
        let others = url.deletingLastPathComponent()
            .appendingPathComponent("emoji_utf8_lexicon.txt")
        if let text = try? String(contentsOf: others, encoding: .utf8) {
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: "\t")
                // Emojis of several code points are never found: the package looks at each alone.
                guard parts.count >= 2, parts[0].unicodeScalars.count == 1,
                    let scalar = parts[0].unicodeScalars.first
                else { continue }
                emojis[scalar] = parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        self.lexicon = lexicon
        self.emojis = emojis
    }

    /// The lexicon that the set-up fetched, or that `MIEN_VADER_LEXICON` names.
    /// - Returns: `nil` where there is none.
    public static func installed() throws(DataError) -> Vader? {
        let file = InstalledFile(
            name: "vader_lexicon.txt", variable: "MIEN_VADER_LEXICON", folder: ".deps/vader",
            environment: ProcessInfo.processInfo.environment)
        guard let url = file.found else { return nil }
        return try Vader(lexicon: url)
    }

    /// The compound sentiment, -1 to 1, rounded to four decimals.
    public func compound(of text: String) -> Double {
        let plain = withoutEmojis(text)
        let words = plain.unicodeScalars.split(whereSeparator: \.properties.isWhitespace)
            .map { Self.stripped(String($0)) }
        let lower = words.map { $0.lowercased() }
        let isCapital = words.map(Self.isUpper)
        let capitals = isCapital.count { $0 }
        let differs = (1 ..< max(words.count, 1)).contains(words.count - capitals)
        let sentence = Sentence(
            words: lower, isCapital: isCapital, capitalsDiffer: differs, lexicon: lexicon)
        var sentiments = words.indices.map { sentence.valence(at: $0) }
        if let but = lower.firstIndex(of: "but") { Self.weigh(&sentiments, around: but) }
        guard !sentiments.isEmpty else { return 0 }
        var sum = sentiments.reduce(0, +)
        let emphasis = Self.emphasis(of: plain)
        if sum > 0 { sum += emphasis } else if sum < 0 { sum -= emphasis }
        let compound = sum / (sum * sum + 15).squareRoot()
        return (min(1, max(-1, compound)) * 10_000).rounded(.toNearestOrEven) / 10_000
    }

    /// Each value is looked up by its first equal, as the package does.
    private static func weigh(_ sentiments: inout [Double], around but: Int) {
        for index in sentiments.indices {
            guard let first = sentiments.firstIndex(of: sentiments[index]) else { continue }
            if first < but {
                sentiments[first] *= 0.5
            } else if first > but {
                sentiments[first] *= 1.5
            }
        }
    }

    private static func emphasis(of text: String) -> Double {
        let exclamations = text.unicodeScalars.count { $0 == "!" }
        let questions = text.unicodeScalars.count { $0 == "?" }
        let second = questions <= 1 ? 0 : questions <= 3 ? Double(questions) * 0.18 : 0.96
        return Double(min(exclamations, 4)) * 0.292 + second
    }

    private func withoutEmojis(_ text: String) -> String {
        var result = ""
        var isAfterSpace = true
        for scalar in text.unicodeScalars {
            if let words = emojis[scalar] {
                result += (isAfterSpace ? "" : " ") + words
                isAfterSpace = false
            } else {
                result.unicodeScalars.append(scalar)
                isAfterSpace = scalar == " "
            }
        }
        return result
    }

    private static let punctuation = CharacterSet(
        charactersIn: "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")

    /// Short remains were emoticons: they stay as they are.
    private static func stripped(_ token: String) -> String {
        let word = token.trimmingCharacters(in: punctuation)
        return word.unicodeScalars.count <= 2 ? token : word
    }

    private static func isUpper(_ word: String) -> Bool {
        word.unicodeScalars.contains { $0.properties.isUppercase }
            && !word.unicodeScalars.contains { $0.properties.isLowercase }
    }
}

/// The words of a text, lower case, and the rules of VADER for one of them.
private struct Sentence {
    let words: [String]
    let isCapital: [Bool]
    let capitalsDiffer: Bool
    let lexicon: [String: Double]

    private static let negation = -0.74
    private static let capital = 0.733

    func valence(at index: Int) -> Double {
        let word = words[index]
        if Vader.boosters[word] != nil { return 0 }
        if word == "kind", index + 1 < words.count, words[index + 1] == "of" { return 0 }
        guard let rated = lexicon[word] else { return 0 }
        var valence = rated
        if word == "no", index + 1 < words.count, lexicon[words[index + 1]] != nil { valence = 0 }
        if isAfterNo(index) { valence = rated * Self.negation }
        if isCapital[index], capitalsDiffer {
            valence += valence > 0 ? Self.capital : -Self.capital
        }
        for distance in 1 ... 3 where index >= distance {
            guard lexicon[words[index - distance]] == nil else { continue }
            let boost = boost(of: index - distance, on: valence)
            valence += boost * [1, 0.95, 0.9][distance - 1]
            valence = negated(valence, index, distance)
            if distance == 3 { valence = idioms(valence, index) }
        }
        if index > 0, words[index - 1] == "least", lexicon["least"] == nil,
            index == 1 || (words[index - 2] != "at" && words[index - 2] != "very")
        {
            valence *= Self.negation
        }
        return valence
    }

    private func isAfterNo(_ index: Int) -> Bool {
        (index > 0 && words[index - 1] == "no") || (index > 1 && words[index - 2] == "no")
            || (index > 2 && words[index - 3] == "no" && ["or", "nor"].contains(words[index - 1]))
    }

    private func boost(of place: Int, on valence: Double) -> Double {
        guard var scalar = Vader.boosters[words[place]] else { return 0 }
        if valence < 0 { scalar = -scalar }
        if isCapital[place], capitalsDiffer {
            scalar += valence > 0 ? Self.capital : -Self.capital
        }
        return scalar
    }

    private func isNegation(_ word: String) -> Bool {
        Vader.negationSet.contains(word) || word.contains("n't")
    }

    private func negated(_ valence: Double, _ index: Int, _ distance: Int) -> Double {
        let far = words[index - distance]
        let near = words[index - 1]
        let isNegated = isNegation(far)
        switch distance {
        case 2:
            if far == "never", near == "so" || near == "this" { return valence * 1.25 }
            if far == "without", near == "doubt" { return valence }
        case 3:
            let middle = words[index - 2]
            if (far == "never" && (middle == "so" || middle == "this")) || near == "so"
                || near == "this"
            {
                return valence * 1.25
            }
            if far == "without", middle == "doubt" || near == "doubt" { return valence }
        default: break
        }
        return isNegated ? valence * Self.negation : valence
    }

    private func idioms(_ valence: Double, _ index: Int) -> Double {
        var valence = valence
        func joined(_ range: ClosedRange<Int>) -> String { words[range].joined(separator: " ") }
        let before = [
            joined(index - 1 ... index), joined(index - 2 ... index),
            joined(index - 2 ... index - 1), joined(index - 3 ... index - 1),
            joined(index - 3 ... index - 2),
        ]
        if let special = before.compactMap({ Vader.specialCases[$0] }).first { valence = special }
        if index + 1 < words.count, let special = Vader.specialCases[joined(index ... index + 1)] {
            valence = special
        }
        if index + 2 < words.count, let special = Vader.specialCases[joined(index ... index + 2)] {
            valence = special
        }
        for place in [3, 4, 2] { valence += Vader.boosters[before[place]] ?? 0 }
        return valence
    }
}
