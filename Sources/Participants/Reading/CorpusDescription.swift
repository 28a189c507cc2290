import Evaluation
import Foundation
public import Mien

/// What is in a corpus: people by split, label and gender, what is missing, how long the recordings
/// are, and every irregularity.
public struct CorpusDescription: Sendable, Equatable, Codable {
    /// The people of one split.
    public struct Part: Sendable, Equatable, Codable {
        /// "train", "valid", "test" or "none".
        public let split: String
        public let people: Int
        public let positive: Int
        public let negative: Int
        public let female: Int
        public let male: Int
    }

    /// Lengths of recordings, in seconds.
    public struct Lengths: Sendable, Equatable, Codable {
        public let recordings: Int
        public let shortest: Double
        public let median: Double
        public let longest: Double
        public let total: Double
    }

    public let name: String
    public let form: Corpus.Form
    public let path: String
    public let people: Int
    public let recordings: Int
    public let labelRule: String
    public let parts: [Part]
    /// Recordings without a file, by its kind.
    public let missing: [String: Int]
    /// People by the band of their questionnaire's sum, such as "5-9"; those without one are not there.
    public let bands: [String: Int]
    /// `nil` where neither sound nor transcript tells one.
    public let lengths: Lengths?
    public let posts: Int?
    /// Whether every row of the signal files was read, or only the first.
    public let isWhole: Bool
    public let irregularities: [Irregularity]

    /// Looks at each recording of a corpus.
    ///
    /// - Parameters:
    ///   - readsAll: reads every row of the signal files; else their header and first row.
    ///   - progress: gets how many recordings are done, and of how many; `false` stops.
    /// - Returns: `nil` when `progress` stopped it.
    public init?(
        of corpus: Corpus, faults: KnownFaults = .init(), readsAll: Bool = false,
        progress: (Int, Int) -> Bool = { _, _ in true }
    ) {
        name = corpus.name
        form = corpus.form
        path = corpus.path
        labelRule = corpus.rule.description
        recordings = corpus.recordings.count
        isWhole = readsAll
        posts = corpus.form == .posts ? corpus.posts.count : nil
        var irregularities = corpus.irregularities
        var lengths: [Double] = []
        var missing: [String: Int] = [:]
        for (index, recording) in corpus.recordings.enumerated() {
            guard progress(index, corpus.recordings.count) else { return nil }
            guard corpus.form != .posts else { continue }
            for kind in recording.files.missing { missing[kind, default: 0] += 1 }
            let check = RecordingCheck(
                recording, form: corpus.form, faults: faults, readsAll: readsAll)
            irregularities += check.irregularities
            if let seconds = check.seconds { lengths.append(seconds) }
        }
        self.missing = missing
        self.irregularities = irregularities
        lengths.sort()
        self.lengths = lengths.first.map { shortest in
            Lengths(
                recordings: lengths.count, shortest: shortest, median: quantile(lengths, 0.5),
                longest: lengths[lengths.count - 1], total: lengths.reduce(0, +))
        }
        var seen: Set<String> = []
        let people = corpus.recordings.map(\.participant).filter { seen.insert($0.id).inserted }
        self.people = people.count
        bands = people.reduce(into: [:]) { counts, person in
            if let score = person.score { counts[PHQ.Band(score: score).rawValue, default: 0] += 1 }
        }
        parts = ([Split.train, .valid, .test, nil] as [Split?]).compactMap { split in
            let members = people.filter { $0.split == split }
            guard !members.isEmpty else { return nil }
            return Part(
                split: split?.rawValue ?? "none", people: members.count,
                positive: members.count { $0.label == true },
                negative: members.count { $0.label == false },
                female: members.count { $0.gender == .female },
                male: members.count { $0.gender == .male })
        }
    }
}

/// What is irregular in the files of a recording.
private struct RecordingCheck {
    let irregularities: [Irregularity]
    let seconds: Double?

    init(_ recording: Recording, form: Corpus.Form, faults: KnownFaults, readsAll: Bool) {
        let id = recording.participant.id
        let files = recording.files
        var found: [Irregularity] = []
        var length: Double?
        func attempt(_ body: () throws(DataError) -> Void) {
            do throws(DataError) {
                try body()
            } catch {
                found.append(
                    Irregularity(error, participant: id, answer: "its columns are missing"))
            }
        }
        if let url = files.transcript {
            attempt { () throws(DataError) in
                let raw = try Transcript(contentsOf: url)
                let clean = CleanTranscript(
                    raw, of: id, file: url.path, isDaicWoz: form == .daicWoz, faults: faults)
                found += clean.irregularities
                length = raw.end
            }
        }
        if let url = files.sound {
            attempt { () throws(DataError) in
                let seconds = try SoundFile.open(url).seconds
                if seconds > 0 { length = seconds }
            }
        }
        if let face = files.face {
            attempt { () throws(DataError) in
                let frames = try FaceFrames(face)
                var goesOn = try frames.next() != nil
                while goesOn, readsAll { goesOn = try frames.next() != nil }
                if readsAll { found += Self.missing(frames.missingNumbers, id, face.all[0]) }
            }
        }
        for (kind, url) in files.voice.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            attempt { () throws(DataError) in
                let frames = try VoiceFrames(url, kind: kind)
                var goesOn = try frames.next()
                while goesOn, readsAll { goesOn = try frames.next() }
                if readsAll { found += Self.missing(frames.missingNumbers, id, url) }
            }
        }
        irregularities = found
        seconds = length
    }

    private static func missing(_ columns: [String], _ id: String, _ url: URL) -> [Irregularity] {
        guard !columns.isEmpty else { return [] }
        return [
            Irregularity(
                .missingNumbers, participant: id, file: url.path,
                found: "missing numbers: \(columns.listed())", expected: "at most 5 % of a column",
                answer: "features skip them")
        ]
    }
}

extension CorpusDescription: CustomStringConvertible {
    public var description: String {
        var lines = ["\(name): \(path)", "", "\(people) people, \(recordings) recordings"]
        if let posts { lines.append("\(posts) posts") }
        lines += ["", "split    people  positive  negative  female  male   (label: \(labelRule))"]
        for part in parts {
            lines.append(
                part.split.padding(toLength: 8, withPad: " ", startingAt: 0)
                    + [
                        (part.people, 7), (part.positive, 10), (part.negative, 10),
                        (part.female, 8), (part.male, 6),
                    ].map { String(repeating: " ", count: max(0, $1 - "\($0)".count)) + "\($0)" }
                    .joined())
        }
        if !bands.isEmpty {
            let counts = PHQ.Band.allCases.map { "\($0.rawValue): \(bands[$0.rawValue] ?? 0)" }
            lines += ["", "people by PHQ sum: \(counts.joined(separator: ", "))"]
        }
        if let lengths {
            lines += [
                "",
                String(
                    format: "minutes: median %.1f, %.1f to %.1f, %.1f hours in all (n = %d)",
                    lengths.median / 60, lengths.shortest / 60, lengths.longest / 60,
                    lengths.total / 3600, lengths.recordings),
            ]
        }
        if !missing.isEmpty {
            let kinds = missing.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            lines.append("missing: \(kinds.joined(separator: ", ")) (recordings)")
        }
        lines.append("")
        guard !irregularities.isEmpty else {
            return (lines + ["Nothing irregular."]).joined(separator: "\n")
        }
        lines.append("\(irregularities.count) irregularities:")
        for kind in Irregularity.Kind.allCases {
            let those = irregularities.filter { $0.kind == kind }
            if !those.isEmpty { lines.append("  \(kind.rawValue) (\(those.count))") }
            lines += Irregularity.lines(those).map { "    " + $0 }
        }
        return lines.joined(separator: "\n")
    }
}
