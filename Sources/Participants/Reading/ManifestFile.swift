import Foundation
import Mien

/// The manifest of a study: a row for each recording, with paths relative to its folder.
///
/// Columns: participant, session, split, label, phq8, gender, age, video, audio, transcript,
/// face_csv, voice_csv, phq_items; all but participant may be absent or empty.
enum ManifestFile {
    static let columns = [
        "participant", "session", "split", "label", "phq8", "gender", "age", "video", "audio",
        "transcript", "face_csv", "voice_csv", "phq_items",
    ]

    /// Reads a manifest, or a file of posts.
    static func read(_ url: URL, rule: LabelRule) throws(DataError) -> Corpus {
        let reader = try LineReader(path: url.path)
        let header = try reader.header()
        try NumberRows.refusePage(header.names.first ?? "", url.path)
        let participant = try header.require("participant", "the participant of each row")
        if header.index(of: "text") != nil, header.index(of: "time") != nil {
            return try Posts.read(url, rule: rule)
        }
        let lowered = header.names.map { $0.lowercased() }
        if let unknown = lowered.indices.first(where: {
            !columns.contains(lowered[$0]) && $0 != participant
        }) {
            throw DataError(
                .unknownForm, file: url.path, line: header.line, column: header.names[unknown],
                found: "a column \(header.names[unknown].quoted())",
                expected: "columns among \(columns.joined(separator: ","))")
        }
        let folder = url.deletingLastPathComponent()
        let name = (Corpus.isSynthetic(folder) ? "synthetic-" : "") + Self.name(of: url)
        var corpus = Corpus(
            form: .manifest, name: name, path: url.path, recordings: [], irregularities: [],
            rule: rule)
        while let bytes = try reader.next() {
            do throws(DataError) {
                let row = try TableRow(
                    fields: try reader.fields(of: bytes), names: header.names, file: url.path,
                    line: reader.line)
                let position = { (name: String) in lowered.firstIndex(of: name) }
                try add(row, position, folder: folder, to: &corpus)
            } catch {
                corpus.irregularities.append(Irregularity(error, answer: "the row is left out"))
            }
        }
        guard !corpus.recordings.isEmpty else {
            throw DataError(
                .empty, file: url.path, line: reader.line + 1, found: "no row that can be read",
                expected: "a row a recording")
        }
        return corpus
    }

    private static func name(of url: URL) -> String {
        let stem = url.deletingPathExtension().lastPathComponent
        return stem == "manifest" ? url.deletingLastPathComponent().lastPathComponent : stem
    }

    private static func add(
        _ row: TableRow, _ position: (String) -> Int?, folder: URL, to corpus: inout Corpus
    ) throws(DataError) {
        guard let column = position("participant"), let id = row.text(column) else {
            throw row.fault(position("participant") ?? 0, expected: "the participant's name")
        }
        var split: Split?
        if let column = position("split"), let text = row.text(column) {
            split = Split(name: text)
            if split == nil { throw row.fault(column, expected: "train, dev or test") }
        }
        var gender: Participant.Gender?
        if let column = position("gender"), let text = row.text(column) {
            gender = Participant.Gender(rawValue: text.lowercased())
            if gender == nil { throw row.fault(column, expected: "female or male") }
        }
        var inFile: Bool?
        if let column = position("label"), let value = try row.number(column) {
            guard value == 0 || value == 1 else { throw row.fault(column, expected: "0 or 1") }
            inFile = value == 1
        }
        var score: Double?
        if let column = position("phq8"), let value = try row.number(column) {
            guard (0 ... 24).contains(value) else { throw row.fault(column, expected: "0 to 24") }
            score = value
        }
        var files = ParticipantFiles()
        files.items = try items(row, position("phq_items"))
        if let items = files.items {
            let questionnaire = try? PHQ(items: items)
            if let help = questionnaire?.helpText {
                corpus.irregularities.append(
                    Irregularity(
                        .itemNine, participant: id, file: row.file, line: row.line,
                        column: "phq_items", found: "an answer above 0 to item nine of PHQ-9",
                        answer: help))
            }
            // Item nine enters no score.
            if score == nil { score = (try? PHQ(items: Array(items.prefix(8))))?.score }
        }
        func path(_ name: String) -> URL? {
            guard let text = position(name).flatMap({ row.text($0) }) else { return nil }
            let url = URL(fileURLWithPath: text, relativeTo: folder).absoluteURL
            guard FileManager.default.fileExists(atPath: url.path) else {
                corpus.irregularities.append(
                    Irregularity(
                        .missingFile, participant: id, file: row.file, line: row.line,
                        column: name, found: text.quoted(limit: 200), expected: "a file",
                        answer: "the columns are missing"))
                return nil
            }
            return url
        }
        files.video = path("video")
        files.audio = path("audio")
        files.transcript = path("transcript")
        files.face = path("face_csv").map { .openFace($0) }
        if let voice = path("voice_csv") {
            files.voice[VoiceFileKind(ofFile: voice) ?? .egemaps] = voice
        }
        var label = corpus.rule.label(score: score, inFile: inFile)
        // A clinician's label without a questionnaire stays one.
        if label == nil, score == nil { label = inFile }
        if let score, let inFile, case .score(let least) = corpus.rule, (score >= least) != inFile {
            corpus.irregularities.append(
                Irregularity(
                    .labelContradictsScore, participant: id, file: row.file, line: row.line,
                    column: "label", found: "\(inFile ? 1 : 0) beside a score of \(score)",
                    answer: "the label is by \(corpus.rule)"))
        }
        corpus.recordings.append(
            Recording(
                Participant(
                    id: id, corpus: corpus.name, split: split, label: label, score: score,
                    gender: gender, age: try row.number(position("age"))), files: files))
    }

    /// Answers as "0 1 2 3 0 1 2 3", apart by spaces, semicolons or bars; "-" or "nan" is missing.
    private static func items(_ row: TableRow, _ column: Int?) throws(DataError) -> [Int?]? {
        guard let column, let text = row.text(column) else { return nil }
        let parts = text.split(whereSeparator: { " ;|".contains($0) })
        var items: [Int?] = []
        for part in parts {
            if part == "-" || part.lowercased() == "nan" {
                items.append(nil)
            } else if let number = Int(part) {
                items.append(number)
            } else {
                throw row.fault(column, expected: "answers of 0 to 3, apart by spaces")
            }
        }
        do throws(PHQError) {
            return try PHQ(items: items).items
        } catch {
            throw DataError(
                .row, file: row.file, line: row.line, column: row.names[column],
                found: error.found, expected: error.expected)
        }
    }
}
