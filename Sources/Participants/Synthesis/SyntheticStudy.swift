import Evaluation
public import Foundation
public import Mien

/// A study with drawn participants in the file formats of a corpus: for tests and for trying out the
/// pipeline. No number about it says anything about people.
///
///     var study = SyntheticStudy(layout: .daicWoz, people: 60, seed: 1)
///     study.effects[.voice] = 0.5
///     try study.write(to: folder)
public struct SyntheticStudy: Sendable {
    /// Something besides the person that tells the label.
    public enum Leak: String, Sendable, Codable, CaseIterable {
        /// The interviewer asks positive people about diagnosis and therapy.
        case prompt
        /// Most positive people are women.
        case gender
        /// Each person has two recordings; manifests alone have room for it.
        case identity
        /// Files of positive people are missing more often.
        case missing
    }

    public var layout: Corpus.Form
    public var people: Int
    public var seed: UInt64
    /// Cohen's d, between positive and negative people, of one latent behind several columns.
    public var effects: [Modality: Double] = [:]
    public var leaks: Set<Leak> = []
    /// Writes the known faults of the corpora into the files.
    public var hasFaults = false
    /// Of each recording.
    public var seconds = 30.0
    /// People with a short drawn video.
    public var videos = 0

    public static let peopleRange = 10 ... 180
    public static let effectModalities: [Modality] = [.face, .voice, .text, .timing]

    public init(layout: Corpus.Form, people: Int = 60, seed: UInt64 = 1) {
        self.layout = layout
        self.people = people
        self.seed = seed
    }

    /// The participants that will be written.
    func drawn() -> [SyntheticPerson] {
        let ids = identifiers()
        return ids.enumerated().map { index, id in
            SyntheticPerson(id: id, index: index, of: people, study: self)
        }
    }

    /// Numbers that the corpora have; with faults those whose recordings have one.
    private func identifiers() -> [String] {
        guard layout != .manifest else {
            return (1 ... people).map { String(format: "p%03d", $0) }
        }
        let absent = [342, 394, 398, 460]
        var numbers: [Int] = Array((300 ... 492).filter { !absent.contains($0) }.prefix(people))
        if hasFaults, layout == .daicWoz {
            let known = [318, 341, 373, 402, 444, 451]
            let added = known.filter { !numbers.contains($0) }
            numbers = Array(numbers.dropLast(added.count)) + added
        }
        return numbers.map(String.init)
    }

    /// Writes the study; the folder must be new or empty.
    /// - Parameter progress: gets how many people are written, and of how many; `false` stops.
    /// - Returns: whether all of it was written.
    /// - Throws: `UsageError` for a folder with files, `FileError`.
    @discardableResult
    public func write(
        to folder: URL, progress: (Int, Int) -> Bool = { _, _ in true }
    ) throws -> Bool {
        let present = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        guard present.isEmpty else {
            throw UsageError(
                folder.path, found: "a folder with \(present.count) files",
                expected: "a new folder", advice: "Nothing was written.")
        }
        let files = SyntheticFolder(folder)
        try files.write(
            """
            Synthetic participants, drawn by Mien with seed \(seed). No real person is in these files.
            effects: \(effects.map { "\($0.key.rawValue)=\($0.value)" }.sorted().joined(separator: ","))
            leaks: \(leaks.map(\.rawValue).sorted().joined(separator: ","))

            """, Corpus.syntheticMark)
        let people = drawn()
        let writer: any SyntheticLayout =
            switch layout {
            case .daicWoz: SyntheticDaicWoz(study: self, folder: files)
            case .eDaic: SyntheticEDaic(study: self, folder: files)
            case .manifest, .posts: SyntheticManifest(study: self, folder: files)
            }
        for (index, person) in people.enumerated() {
            guard progress(index, people.count) else { return false }
            try writer.write(person)
        }
        try writer.writeLabels(of: people)
        var truth = "synthetic_participant,label,gender,f0_hertz"
        truth += Self.effectModalities.map { ",latent_\($0.rawValue)" }.joined() + "\n"
        for person in people {
            truth += "\(person.id),\(person.label ? 1 : 0),\(person.gender.rawValue),"
            truth += String(format: "%.3f", person.pitch)
            truth +=
                Self.effectModalities.map {
                    String(format: ",%.4f", person.latents[$0] ?? 0)
                }.joined() + "\n"
        }
        try files.write(truth, "synthetic-truth.csv")
        return true
    }
}

/// Writes people in the form of one corpus.
protocol SyntheticLayout {
    var study: SyntheticStudy { get }
    func write(_ person: SyntheticPerson) throws
    func writeLabels(of people: [SyntheticPerson]) throws
}

extension SyntheticLayout {
    /// What a person says and is asked, and the signals of the recording.
    func drawn(_ person: SyntheticPerson) -> (SyntheticInterview, SyntheticSignals) {
        let interview = SyntheticInterview(
            person, seconds: study.seconds,
            asksPointed: study.leaks.contains(.prompt) && person.label)
        return (
            interview,
            SyntheticSignals(
                person: person, interview: interview, seconds: study.seconds,
                hasFaults: study.hasFaults)
        )
    }

    /// What a label file holds of a person: with faults the third has an answer missing, the fourth
    /// a label that contradicts the score, and the sixth a number such as 305.0.
    func labelled(
        _ person: SyntheticPerson
    ) -> (id: String, label: String, answers: [String?]) {
        var answers = person.items.map { "\($0)" as String? }
        let hasFault = { (index: Int) in study.hasFaults && person.index == index }
        if hasFault(2) { answers[2] = nil }
        return (
            hasFault(5) ? person.id + ".0" : person.id,
            person.label != hasFault(3) ? "1" : "0", answers
        )
    }
}

/// The folder that a study is written to.
struct SyntheticFolder {
    let url: URL

    init(_ url: URL) { self.url = url }

    func write(_ text: String, _ path: String) throws { try write(Array(text.utf8), path) }

    func write(_ bytes: [UInt8], _ path: String) throws {
        let file = url.appendingPathComponent(path)
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        } catch {
            throw UsageError(
                file.path, found: "a file that cannot be written: \(error.localizedDescription)",
                expected: "a folder with room")
        }
    }
}
