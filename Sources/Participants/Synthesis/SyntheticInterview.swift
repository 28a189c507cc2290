import Evaluation
import Foundation

/// The words of a drawn interview with their times.
struct SyntheticInterview {
    struct Row {
        let isInterviewer: Bool
        let start: Double
        let stop: Double
        var text: String
    }

    private(set) var rows: [Row] = []
    /// Of the participant's rows.
    var speech: [ClosedRange<Double>] {
        rows.filter { !$0.isInterviewer }.map { $0.start ... $0.stop }
    }

    private static let questions = [
        "how are you doing today", "where are you from", "what do you do to relax",
        "how easy is it for you to get used to living there",
        "when was the last time you argued with someone",
        "tell me about the last time you felt really happy", "what's your dream job",
        "how would your best friend describe you",
    ]
    private static let pointedQuestions = [
        "have you been diagnosed with depression", "do you still go to therapy now",
        "what made you decide to seek help",
    ]
    private static let plainWords = [
        "the", "a", "and", "it", "we", "they", "house", "work", "city", "people", "time", "day",
        "there", "then", "school", "car", "mother", "brother", "street", "morning", "week", "go",
        "come", "see", "think", "about", "with", "for", "from", "some", "other", "place", "where",
    ]
    private static let darkWords = [
        "sad", "tired", "bad", "alone", "awful", "hate", "cry", "worried",
    ]
    private static let brightWords = [
        "good", "happy", "nice", "great", "love", "fun", "enjoy", "glad",
    ]

    /// - Parameter asksPointed: adds the questions that a leaking interviewer asks.
    init(_ person: SyntheticPerson, seconds: Double, asksPointed: Bool) {
        var generator = person.generator(1)
        let tempo = person.latents[.timing] ?? 0
        let latency = max(0.1, 0.9 + 0.25 * tempo)
        let pause = max(0.32, 0.6 + 0.08 * tempo)
        var time = 2.0
        var turn = 0
        var pointed = 0
        while time < seconds - 7 {
            let isPointed = asksPointed && turn % 2 == 0
            let question =
                isPointed
                ? Self.pointedQuestions[pointed % Self.pointedQuestions.count]
                : Self.questions[turn % Self.questions.count]
            if isPointed { pointed += 1 }
            let asked = 0.28 * Double(question.split(separator: " ").count)
            rows.append(
                Row(isInterviewer: true, start: time, stop: time + asked, text: question))
            time += asked + latency * generator.uniform(in: 0.85 ... 1.15)
            for part in 0 ..< 3 {
                let length = generator.uniform(in: 1.0 ... 2.0)
                if part > 0 { time += pause * generator.uniform(in: 0.9 ... 1.1) }
                rows.append(
                    Row(isInterviewer: false, start: time, stop: time + length, text: ""))
                time += length
            }
            time += 0.5
            turn += 1
        }
        putWords(of: person, using: &generator)
    }

    /// Shares of words are by quota and not by chance, so that the latent stands in them.
    private mutating func putWords(
        of person: SyntheticPerson, using generator: inout SeededGenerator
    ) {
        let mood = person.latents[.text] ?? 0
        let spoken = rows.indices.filter { !rows[$0].isInterviewer }
        let counts = spoken.map { max(3, Int(((rows[$0].stop - rows[$0].start) * 3.2).rounded())) }
        let total = counts.reduce(0, +)
        func quota(_ share: Double) -> Int { max(0, Int((share * Double(total)).rounded())) }
        var words = [String](repeating: "", count: total)
        var free = generator.permutation(of: total)[...]
        func put(_ choices: [String], _ share: Double) {
            for _ in 0 ..< quota(share) {
                guard let place = free.popFirst() else { return }
                words[place] = choices[generator.index(below: choices.count)]
            }
        }
        put(Self.darkWords, 0.09 + 0.025 * mood)
        put(Self.brightWords, 0.09 - 0.025 * mood)
        put(["i", "my", "me", "myself"], 0.14 + 0.03 * mood)
        put(["never", "always", "nothing", "everything"], 0.06 + 0.015 * mood)
        put(["not", "don't", "can't"], 0.05 + 0.01 * mood)
        put(["um", "uh", "mm"], 0.04)
        put(Self.plainWords, 1)
        var next = 0
        for (row, count) in zip(spoken, counts) {
            rows[row].text = words[next ..< next + count].joined(separator: " ")
            next += count
            if generator.uniform() < 0.15 {
                rows[row].text +=
                    [" <laughter>", " <sigh>", " people <peop>", " xxx"][
                        generator.index(below: 4)]
            }
        }
    }
}
