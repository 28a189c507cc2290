import Evaluation
public import Foundation
import Imaging
public import Mien

/// Computes the features of recordings, and joins them to a table of participants.
public struct FeatureExtractor: Sendable {
    public var faults: KnownFaults
    /// `nil` where the lexicon is not installed; the columns of sentiment are then missing.
    public var vader: Vader?
    /// Posts that name a diagnosis are kept; they tell the label.
    public var keepsDiagnosisPosts = false
    /// Answers to the questionnaire become columns. They must not predict a label made of them.
    public var includesQuestionnaire = false
    /// Looks at a video for the expressions of its face; `nil` leaves videos out.
    public var emotions: (@Sendable (URL) throws -> EmotionActivity)?

    public init(faults: KnownFaults = .init(), vader: Vader? = nil) {
        self.faults = faults
        self.vader = vader
    }

    /// The model behind ``emotions``, by name or hash: features are kept under it.
    public var emotionModel = ""
    /// SHA-256 of the landmark model behind ``emotions``, empty for none: features are kept under it.
    public var landmarkModel = ""

    /// The features of one recording, with what was read for them.
    struct Result: Codable {
        var values: FeatureValues = [:]
        var sources: [SourceUse] = []
        var irregularities: [Irregularity] = []
        /// What the participant said or wrote, row by row, as features of words see it.
        var texts: [String] = []
    }

    /// Computes a table of one or more corpora.
    ///
    /// A file that cannot be read leaves its columns missing, and is among the irregularities. The
    /// values of several recordings of a participant are averaged.
    /// - Parameters:
    ///   - store: keeps what was computed of each recording, so that the next call goes on from there.
    ///   - progress: gets how many recordings are done, and of how many; `false` stops.
    /// - Returns: `nil` when `progress` stopped it.
    public func table(
        of corpora: [Corpus], store: (any ResultStore)? = nil,
        progress: (Int, Int) -> Bool = { _, _ in true }
    ) -> FeatureExtraction? {
        var rows: [(participant: Participant, values: [FeatureValues])] = []
        var places: [String: Int] = [:]
        var provenance: [FeatureExtraction.Provenance] = []
        var irregularities = corpora.flatMap(\.irregularities)
        var words: [FeatureExtraction.Words] = []
        let kept = store.map { RecordingStore(store: $0, settings: settings) }
        let total = corpora.reduce(0) { $0 + $1.recordings.count }
        var done = 0
        for corpus in corpora {
            for recording in corpus.recordings {
                guard progress(done, total) else { return nil }
                done += 1
                let participant = recording.participant
                let result: Result
                if corpus.form == .posts {
                    result = posts(of: participant.id, in: corpus)
                } else if let known = kept?.result(of: recording, form: corpus.form) {
                    result = known
                } else {
                    result = features(of: recording, form: corpus.form)
                    // Stopped in its midst: what was read is not all.
                    guard progress(done, total) else { return nil }
                    kept?.keep(result, of: recording, form: corpus.form)
                }
                let key = "\(participant.corpus)\n\(participant.id)"
                if let place = places[key] {
                    rows[place].values.append(result.values)
                } else {
                    places[key] = rows.count
                    rows.append((participant, [result.values]))
                }
                irregularities += result.irregularities
                words += result.texts.map {
                    FeatureExtraction.Words(
                        participant: participant.id, corpus: participant.corpus, text: $0)
                }
                provenance.append(
                    FeatureExtraction.Provenance(
                        participant: participant.id, corpus: participant.corpus,
                        sources: result.sources))
            }
        }
        return FeatureExtraction(
            table: joined(rows), provenance: provenance, irregularities: irregularities,
            words: words, models: models)
    }

    /// The models behind columns of videos.
    private var models: [FeatureExtraction.UsedModel] {
        guard emotions != nil else { return [] }
        let expression = FeatureExtraction.UsedModel(
            purpose: "expression", sha256: emotionModel, terms: nil)
        guard !landmarkModel.isEmpty else { return [expression] }
        return [
            expression,
            FeatureExtraction.UsedModel(
                purpose: "landmarks", sha256: landmarkModel, terms: LandmarkModel.terms),
        ]
    }

    /// All besides the files that decides the features.
    private var settings: String {
        ([
            faults.switchedOff.map(\.rawValue).sorted().joined(separator: ","),
            vader == nil ? "" : "vader", includesQuestionnaire ? "questionnaire" : "",
            emotions == nil ? "" : "video \(emotionModel)",
        ] + (emotions == nil || landmarkModel.isEmpty ? [] : ["landmarks \(landmarkModel)"]))
        .joined(separator: ";")
    }

    private func joined(
        _ rows: [(participant: Participant, values: [FeatureValues])]
    ) -> ParticipantTable {
        var merged = rows.map { row in
            var sums: [String: (sum: Double, count: Int)] = [:]
            for values in row.values {
                for (key, value) in values where value.isFinite {
                    let known = sums[key] ?? (0, 0)
                    sums[key] = (known.sum + value, known.count + 1)
                }
            }
            return sums.mapValues { $0.sum / Double($0.count) }
        }
        for index in merged.indices {
            for modality in ProbeFeatures.modalities {
                let start = modality.rawValue + "."
                let isPresent = merged[index].keys.contains { $0.hasPrefix(start) }
                merged[index]["probe.missing_\(modality.rawValue)"] = isPresent ? 0 : 1
            }
        }
        let definitions = FeatureCatalogue.all.filter { definition in
            merged.contains { $0[definition.key] != nil }
        }
        return ParticipantTable(
            participants: rows.map(\.participant), columns: definitions.map(\.column),
            values: merged.map { values in definitions.map { values[$0.key] ?? .nan } })
    }

    private func posts(of id: String, in corpus: Corpus) -> Result {
        let own = corpus.posts.filter {
            $0.participant == id && (keepsDiagnosisPosts || !$0.namesDiagnosis)
        }
        var result = Result()
        let texts = own.map(\.text)
        result.texts = Self.plain(texts)
        result.values = TextFeatures.values(of: texts, minutes: nil, vader: vader)
        result.values["probe.word_count"] = Double(
            texts.reduce(0) { $0 + Words.tokens(of: $1).count })
        return result
    }

    func features(of recording: Recording, form: Corpus.Form) -> Result {
        var result = Result()
        let id = recording.participant.id
        let files = recording.files
        func attempt(_ body: () throws(DataError) -> Void) {
            do throws(DataError) {
                try body()
            } catch {
                result.irregularities.append(
                    Irregularity(error, participant: id, answer: "its columns are missing"))
            }
        }
        var clean: CleanTranscript?
        if let url = files.transcript {
            attempt { () throws(DataError) in
                let raw = try Transcript(contentsOf: url)
                let read = CleanTranscript(
                    raw, of: id, file: url.path, isDaicWoz: form == .daicWoz, faults: faults)
                clean = read
                result.irregularities += read.irregularities
                if let source = raw.source {
                    for modality in [Modality.timing, .text] {
                        result.sources.append(
                            SourceUse(
                                source, modality: modality, rows: raw.rows.count,
                                used: read.transcript.ofParticipant.count, seconds: raw.end))
                    }
                }
            }
        }
        let cuts = (clean?.cuts ?? faults.entry(of: id)?.cut.map { [$0] } ?? [])
            .filter { _ in form == .daicWoz && faults.isOn(.interruptions) }
        var seconds: Double?
        let spans = clean.flatMap { clean in
            clean.transcript.hasSpeakers ? clean.spansOfParticipant() : nil
        }
        let silent = cuts + (clean?.scrubbed ?? [])
        attempt { () throws(DataError) in
            let voice = try VoiceFeatures.read(files.voice, spans: spans, cuts: silent)
            take(voice, into: &result, id)
        }
        if let url = files.sound {
            attempt { () throws(DataError) in
                let wave = try WaveFeatures.read(
                    url, spans: spans, cuts: silent, wantsActivity: clean == nil)
                take(wave, into: &result, id)
                seconds = wave.sources.first?.seconds
            }
        }
        if let face = files.face {
            attempt { () throws(DataError) in
                take(try FaceFeatures.read(face, cuts: cuts), into: &result, id)
            }
        }
        if let url = files.video, let emotions { look(at: url, emotions, into: &result, id) }
        if let clean { words(of: clean, cuts, seconds, form, into: &result) }
        if clean == nil, let seconds { result.values["probe.duration_seconds"] = seconds }
        if includesQuestionnaire, let items = files.items {
            for (index, item) in items.prefix(8).enumerated() {
                if let item { result.values["questionnaire.phq_\(index + 1)"] = Double(item) }
            }
            if let score = (try? PHQ(items: Array(items.prefix(8))))?.score {
                result.values["questionnaire.phq8_score"] = score
            }
        }
        return result
    }

    private func take(
        _ reading: VoiceFeatures.Reading, into result: inout Result, _ id: String
    ) {
        result.values.merge(reading.values) { $1 }
        result.sources += reading.sources
        result.irregularities += reading.irregularities.map {
            Irregularity(
                $0.kind, participant: id, file: $0.file, line: $0.line, column: $0.column,
                found: $0.found, expected: $0.expected, answer: $0.answer)
        }
    }

    private func look(
        at video: URL, _ emotions: (URL) throws -> EmotionActivity, into result: inout Result,
        _ id: String
    ) {
        do {
            let activity = try emotions(video)
            result.values.merge(activity.values()) { $1 }
            let source = try WaveFeatures.digest(of: video)
            result.sources.append(
                SourceUse(
                    source, modality: .face, rows: activity.counts.frames,
                    used: activity.counts.scored, seconds: activity.seconds))
        } catch {
            result.irregularities.append(
                Irregularity(
                    .damagedFile, participant: id, file: video.path, found: "\(error)",
                    expected: "a video", answer: "its columns are missing"))
        }
    }

    /// Texts without tags, and without those that have no word.
    private static func plain(_ texts: [String]) -> [String] {
        texts.filter { !Words.tokens(of: $0).isEmpty }.map {
            Words.withoutTags($0).split(separator: " ").filter { $0 != "xxx" }
                .joined(separator: " ")
        }
    }

    private func words(
        of clean: CleanTranscript, _ cuts: [ClosedRange<Double>], _ seconds: Double?,
        _ form: Corpus.Form, into result: inout Result
    ) {
        let transcript = clean.transcript
        result.values.merge(ProbeFeatures.values(of: transcript, seconds: seconds)) { $1 }
        var own = transcript
        // Speech recognition without speakers holds prompts of the interviewer as well.
        if form == .eDaic { own.rows.removeAll { ProbeFeatures.isPrompt($0.text) } }
        let cutSeconds = cuts.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
        let timing = TimingFeatures.values(of: own, cutSeconds: cutSeconds)
        result.values.merge(timing) { $1 }
        let minutes = (transcript.end - (transcript.rows.first?.start ?? 0) - cutSeconds) / 60
        result.texts = Self.plain(own.ofParticipant.map(\.text))
        let text = TextFeatures.values(
            of: own.ofParticipant.map(\.text), minutes: minutes, vader: vader)
        result.values.merge(text) { $1 }
        result.values["probe.word_count"] = Double(
            own.ofParticipant.reduce(0) { $0 + Words.tokens(of: $1.text).count })
    }
}

/// A table of participants with its provenance.
public struct FeatureExtraction: Sendable {
    /// The files of one recording.
    public struct Provenance: Sendable, Equatable, Codable {
        public let participant: String
        public let corpus: String
        public let sources: [SourceUse]
    }

    /// A row of words of a participant.
    public struct Words: Sendable, Equatable {
        public let participant: String
        public let corpus: String
        public let text: String
    }

    /// A model that made columns of videos.
    public struct UsedModel: Sendable, Equatable, Codable {
        /// "expression" or "landmarks".
        public let purpose: String
        public let sha256: String
        /// Terms that its use stands under; `nil` for those of Mien.
        public let terms: String?
    }

    /// What the provenance file holds.
    public struct Document: Sendable, Codable {
        public let models: [UsedModel]
        public let recordings: [Provenance]
        public let irregularities: [Irregularity]
    }

    public let table: ParticipantTable
    public let provenance: [Provenance]
    public let irregularities: [Irregularity]
    /// For programs that embed words.
    public let words: [Words]
    /// Empty where no video was looked at.
    public let models: [UsedModel]

    /// ``words`` as csv: participant, corpus, text.
    public var wordsCSV: String {
        CSV.table(
            ["participant", "corpus", "text"], words.map { [$0.participant, $0.corpus, $0.text] })
    }

    public var document: Document {
        Document(models: models, recordings: provenance, irregularities: irregularities)
    }
}
