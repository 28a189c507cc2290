import Foundation
import Mien

/// A text that a participant wrote.
struct Post: Sendable, Equatable {
    let participant: String
    let time: String
    let text: String
    /// Whether it names a diagnosis: it would tell the label.
    let namesDiagnosis: Bool
}

/// Files of texts: `participant,time,text`.
enum Posts {
    static func read(_ url: URL, rule: LabelRule) throws(DataError) -> Corpus {
        let reader = try LineReader(path: url.path)
        let header = try reader.header()
        let participant = try header.require("participant", "the participant of each post")
        let time = try header.require("time", "the time of each post")
        let text = try header.require("text", "the words of each post")
        var corpus = Corpus(
            form: .posts, name: url.deletingPathExtension().lastPathComponent, path: url.path,
            recordings: [], irregularities: [], rule: rule)
        var seen: Set<String> = []
        while let bytes = try reader.next() {
            do throws(DataError) {
                let row = try TableRow(
                    fields: try reader.fields(of: bytes), names: header.names, file: url.path,
                    line: reader.line)
                guard let id = row.text(participant) else {
                    throw row.fault(participant, expected: "the participant's name")
                }
                let words = row.text(text) ?? ""
                corpus.posts.append(
                    Post(
                        participant: id, time: row.text(time) ?? "", text: words,
                        namesDiagnosis: namesDiagnosis(words)))
                if seen.insert(id).inserted {
                    corpus.recordings.append(
                        Recording(
                            Participant(id: id, corpus: corpus.name), files: ParticipantFiles()))
                }
            } catch {
                corpus.irregularities.append(Irregularity(error, answer: "the row is left out"))
            }
        }
        guard !corpus.posts.isEmpty else {
            throw DataError(
                .empty, file: url.path, line: reader.line + 1, found: "no post that can be read",
                expected: "a row a post")
        }
        let named = corpus.posts.count(where: \.namesDiagnosis)
        if named > 0 {
            corpus.irregularities.append(
                Irregularity(
                    .diagnosisPost, file: url.path,
                    found: "\(named) of \(corpus.posts.count) posts that name a diagnosis",
                    answer: "left out of features unless they are asked for"))
        }
        return corpus
    }

    private static let stems = [
        "depress", "diagnos", "bipolar", "dysthymi", "antidepress", "ssri", "prozac", "zoloft",
        "lexapro", "fluoxetine", "sertraline", "psychiatr",
    ]

    /// Whether a text has a word that begins like one of diagnosis or treatment.
    static func namesDiagnosis(_ text: String) -> Bool {
        text.lowercased().split(whereSeparator: { !$0.isLetter })
            .contains { word in stems.contains(where: word.hasPrefix) }
    }
}
