import Foundation
import Mien
import Testing

@testable import Participants

/// Drawn participants are written in the real formats and read by the real readers.
struct SyntheticStudyTests {
    private func study(_ layout: Corpus.Form, _ change: (inout SyntheticStudy) -> Void = { _ in })
        -> SyntheticStudy
    {
        var study = SyntheticStudy(layout: layout, people: 10, seed: 3)
        study.seconds = 15
        change(&study)
        return study
    }

    /// Sound takes longest: it is cut to a fifth of a second unless it is the subject.
    private func extracted(
        _ study: SyntheticStudy, keepsSound: Bool = false
    ) throws -> (corpus: Corpus, extraction: FeatureExtraction) {
        try withFolder { folder in
            let url = folder.appendingPathComponent("study")
            try study.write(to: url)
            let sounds = (try FileManager.default.subpathsOfDirectory(atPath: url.path))
                .filter { !keepsSound && $0.hasSuffix(".wav") }
            for file in sounds.map({ url.appendingPathComponent($0) }) {
                try waveFile([Int16](repeating: 9, count: 3200), rate: 16_000).write(to: file)
            }
            let corpus = try Corpus.read(url.path)
            let extraction = try #require(FeatureExtractor().table(of: [corpus]))
            return (corpus, extraction)
        }
    }

    @Test(arguments: [Corpus.Form.daicWoz, .eDaic, .manifest])
    func aStudyWithoutFaultsIsReadWhole(layout: Corpus.Form) throws {
        let (corpus, extraction) = try extracted(study(layout))
        #expect(corpus.form == layout && corpus.recordings.count == 10)
        let serious = extraction.irregularities.filter { $0.kind != .headersDiffer }
        #expect(serious.isEmpty, "\(serious)")
        let people = extraction.table.participants
        #expect(people.allSatisfy { $0.corpus.hasPrefix("synthetic-") })
        #expect(people.count { $0.label == true } == 4)
        #expect(people.allSatisfy { ($0.score ?? -1 >= 10) == $0.label && $0.gender != nil })
        #expect(Set(people.compactMap(\.split)) == [.train, .valid, .test])
        for modality in [Modality.face, .voice, .text, .timing, .probe] {
            #expect(!extraction.table.positions(of: modality).isEmpty, "\(modality)")
        }
        #expect(extraction.table.positions(of: .questionnaire).isEmpty)
    }

    @Test func theKnownPitchIsMeasured() throws {
        let study = study(.daicWoz)
        let (_, extraction) = try extracted(study, keepsSound: true)
        let people = study.drawn()
        for (name, tolerance) in [("wav_f0_p50", 0.1), ("covarep_f0_p50", 0.2)] {
            let column = try #require(
                extraction.table.columns.firstIndex { $0.name == name })
            for (person, values) in zip(people, extraction.table.values) {
                let expected = 12 * log2(person.pitch / 27.5)
                #expect(abs(values[column] - expected) < tolerance, "\(name) of \(person.id)")
            }
        }
    }

    @Test func faultsAreReportedAndStopNoOne() throws {
        let (corpus, extraction) = try extracted(study(.daicWoz) { $0.hasFaults = true })
        let kinds = Set(extraction.irregularities.map(\.kind))
        let expected: Set<Irregularity.Kind> = [
            .htmlPage, .damagedFile, .appleDouble, .damagedArchive, .idForm, .itemRestored,
            .labelContradictsScore, .headersDiffer, .scrubbed, .setupRows, .interrupted, .offset,
            .noInterviewer, .videoShort,
        ]
        #expect(kinds.isSuperset(of: expected), "\(expected.subtracting(kinds))")
        #expect(extraction.table.participants.count == corpus.recordings.count)
        #expect(extraction.table.participants.count == 10)
    }

    @Test func aPlantedEffectMovesItsColumnsAlone() throws {
        let (_, without) = try extracted(study(.eDaic))
        let (_, with) = try extracted(study(.eDaic) { $0.effects = [.voice: 2] })
        func mean(_ extraction: FeatureExtraction, _ name: String, _ label: Bool) throws -> Double {
            let column = try #require(extraction.table.columns.firstIndex { $0.name == name })
            let values = zip(extraction.table.participants, extraction.table.values)
                .filter { $0.0.label == label }.map { $0.1[column] }
            return values.reduce(0, +) / Double(values.count)
        }
        let change =
            try mean(with, "egemaps_hnr_mean", true) - mean(without, "egemaps_hnr_mean", true)
        #expect(abs(change + 2) < 0.1)
        #expect(
            try mean(with, "egemaps_hnr_mean", false) == mean(without, "egemaps_hnr_mean", false))
        #expect(try mean(with, "au12_mean", true) == mean(without, "au12_mean", true))
    }

    @Test func promptsOfALeakingInterviewerAreCounted() throws {
        let (_, extraction) = try extracted(study(.daicWoz) { $0.leaks = [.prompt] })
        let column = try #require(
            extraction.table.columns.firstIndex { $0.name == "interviewer_diagnosed" })
        for (person, values) in zip(extraction.table.participants, extraction.table.values) {
            #expect((values[column] > 0) == (person.label == true))
        }
    }

    @Test func peopleOfTwoCorporaAreOne() throws {
        try withFolder { folder in
            var corpora: [Corpus] = []
            for layout in [Corpus.Form.daicWoz, .eDaic] {
                let url = folder.appendingPathComponent(layout.rawValue)
                try study(layout).write(to: url)
                corpora.append(try Corpus.read(url.path))
            }
            #expect(Corpus.joinPeople(of: &corpora) == 10)
            #expect(
                corpora[0].recordings[0].participant.group
                    == corpora[1].recordings[0].participant.group)
            let description = try #require(CorpusDescription(of: corpora[1]))
            #expect(description.irregularities.contains { $0.kind == .otherCorpus })
            #expect(description.people == 10 && description.lengths?.median == 15)
            #expect(description.description.contains("synthetic-e-daic"))
        }
    }

    @Test func twoRecordingsAreOneParticipant() throws {
        let (corpus, extraction) = try extracted(study(.manifest) { $0.leaks = [.identity] })
        #expect(corpus.recordings.count == 20 && extraction.table.participants.count == 10)
    }

    @Test func aFolderWithFilesIsRefused() throws {
        try withFile("x") { url in
            #expect(throws: UsageError.self) {
                try study(.manifest).write(to: url.deletingLastPathComponent())
            }
        }
    }
}
