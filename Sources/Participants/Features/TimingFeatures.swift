import Evaluation
import Foundation

/// Turns, latencies and pauses of a transcript.
enum TimingFeatures {
    private static let source = "10.1016/j.jbi.2018.05.007; turns of the transcript"

    static let definitions: [FeatureDefinition] = [
        ("turns_per_minute", "1/min", "turns of the participant; a turn is a run of rows"),
        ("turn_seconds_median", "s", "length of a turn, median"),
        ("turn_seconds_p90", "s", "length of a turn, 90th percentile"),
        ("turn_words_median", "words", "words of a turn, median"),
        ("turn_words_p90", "words", "words of a turn, 90th percentile"),
        ("words_per_second", "1/s", "words while speaking"),
        ("speaking_share", "share", "time of the participant's rows in the interview"),
        ("latency_median", "s", "from the interviewer's last stop to the turn, median"),
        ("latency_p90", "s", "response latency, 90th percentile"),
        ("overlap_share", "share", "answers that begin before the interviewer stops"),
        ("pauses_per_minute", "1/min", "pauses of 0.3 s or more inside turns"),
        ("pause_mean", "s", "length of a pause, mean"),
        ("pause_p90", "s", "length of a pause, 90th percentile"),
        ("um_per_100", "1/100 words", "um"),
        ("uh_per_100", "1/100 words", "uh"),
        ("mm_per_100", "1/100 words", "mm, mhm, hmm"),
        ("confidence_mean", "share", "confidence of the speech recognition, mean"),
        ("confidence_sd", "share", "confidence of the speech recognition, standard deviation"),
    ].map { FeatureDefinition(.timing, $0.0, $0.1, source, $0.2) }

    static let shortestPause = 0.3

    private struct Turn {
        let speaker: Transcript.Speaker?
        var start: Double
        var stop: Double
        var words: Int
        var pauses: [Double] = []
    }

    static func values(of transcript: Transcript, cutSeconds: Double = 0) -> FeatureValues {
        let rows = transcript.rows
        guard let first = rows.first else { return [:] }
        var turns: [Turn] = []
        for row in rows {
            let words = Words.tokens(of: row.text).count
            if var turn = turns.last, turn.speaker == row.speaker {
                let gap = row.start - turn.stop
                // Without speakers a long silence is the interviewer's turn.
                if transcript.hasSpeakers || gap < 5 {
                    if gap >= shortestPause { turn.pauses.append(gap) }
                    turn.stop = max(turn.stop, row.stop)
                    turn.words += words
                    turns[turns.count - 1] = turn
                    continue
                }
            }
            turns.append(
                Turn(speaker: row.speaker, start: row.start, stop: row.stop, words: words))
        }
        let own = turns.filter { !transcript.hasSpeakers || $0.speaker == .participant }
        guard !own.isEmpty else { return [:] }
        var values: FeatureValues = [:]
        func set(_ name: String, _ value: Double) { values["timing.\(name)"] = value }
        let minutes = max(transcript.end - first.start - cutSeconds, 1e-9) / 60
        let spoken = TimeSpans(transcript.ofParticipant.map { $0.start ... $0.stop }).total
        let words = own.reduce(0) { $0 + $1.words }
        let lengths = own.map { $0.stop - $0.start }
        let pauses = own.flatMap(\.pauses)
        if transcript.hasSpeakers {
            set("turns_per_minute", Double(own.count) / minutes)
            set("turn_seconds_median", quantile(lengths.sorted(), 0.5))
            set("turn_seconds_p90", quantile(lengths.sorted(), 0.9))
            let turnWords = own.map { Double($0.words) }.sorted()
            set("turn_words_median", quantile(turnWords, 0.5))
            set("turn_words_p90", quantile(turnWords, 0.9))
        }
        if spoken > 0 { set("words_per_second", Double(words) / spoken) }
        set("speaking_share", min(1, spoken / (minutes * 60)))
        let turnMinutes = lengths.reduce(0, +) / 60
        if turnMinutes > 0 { set("pauses_per_minute", Double(pauses.count) / turnMinutes) }
        if !pauses.isEmpty {
            set("pause_mean", pauses.reduce(0, +) / Double(pauses.count))
            set("pause_p90", quantile(pauses.sorted(), 0.9))
        }
        latencies(turns, set)
        fillers(transcript, words, set)
        confidences(transcript, set)
        return values
    }

    private static func latencies(_ turns: [Turn], _ set: (String, Double) -> Void) {
        var latencies: [Double] = []
        var overlaps = 0
        for (before, turn) in zip(turns, turns.dropFirst())
        where before.speaker == .interviewer && turn.speaker == .participant {
            let latency = turn.start - before.stop
            if latency < 0 { overlaps += 1 } else { latencies.append(latency) }
        }
        let answers = latencies.count + overlaps
        guard answers > 0 else { return }
        set("overlap_share", Double(overlaps) / Double(answers))
        guard !latencies.isEmpty else { return }
        latencies.sort()
        set("latency_median", quantile(latencies, 0.5))
        set("latency_p90", quantile(latencies, 0.9))
    }

    private static func fillers(
        _ transcript: Transcript, _ words: Int, _ set: (String, Double) -> Void
    ) {
        guard words > 0 else { return }
        let tokens = transcript.ofParticipant.flatMap { Words.tokens(of: $0.text) }
        let groups = ["um": ["um"], "uh": ["uh"], "mm": ["mm", "mhm", "hmm", "hm"]]
        for (name, members) in groups {
            let count = tokens.count { members.contains($0) }
            set("\(name)_per_100", 100 * Double(count) / Double(words))
        }
    }

    private static func confidences(_ transcript: Transcript, _ set: (String, Double) -> Void) {
        var summary = RunningSummary()
        for row in transcript.rows { summary.add(row.confidence ?? .nan) }
        guard summary.count > 0 else { return }
        set("confidence_mean", summary.mean)
        set("confidence_sd", summary.deviation)
    }
}
