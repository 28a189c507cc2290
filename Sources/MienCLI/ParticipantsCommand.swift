import ArgumentParser
import Foundation
import Mien
import Participants
import Torch

/// `mien participants`.
struct ParticipantsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "participants",
        abstract: "People in interviews: reads corpora, computes features, fits and evaluates.",
        discussion: """
            The participant is the unit of splits, folds and scores. A score is no verdict on a \
            person.
            """,
        subcommands: [
            DescribeParticipants.self, ExtractParticipants.self, ParticipantFeatures.self,
            SynthesizeParticipants.self, EvaluateParticipants.self, FitParticipants.self,
            PredictParticipants.self,
        ])
}

/// Which corpora are read, and how.
struct CorpusOptions: ParsableArguments {
    @Argument(
        help: "Folders of DAIC-WOZ or E-DAIC, folders with manifest.csv, manifests, files of posts."
    )
    var paths: [String]

    @Option(help: "The proxy label: a rule such as 'phq8>=10', or file.")
    var label = "phq8>=10"

    @Option(
        parsing: .upToNextOption,
        help: "Known faults that are left as they are: setup, interruptions, offsets, items.")
    var keepFaults: [String] = []

    func faults() throws(UsageError) -> KnownFaults {
        var names: Set<KnownFaults.Name> = []
        for text in keepFaults {
            guard let name = KnownFaults.Name(rawValue: text) else {
                throw UsageError(
                    "--keep-faults", found: text,
                    expected: KnownFaults.Name.allCases.map(\.rawValue).joined(separator: ", "))
            }
            names.insert(name)
        }
        return KnownFaults(switchedOff: names)
    }

    func corpora() throws -> [Corpus] {
        let rule = try LabelRule(label)
        let faults = try faults()
        for path in paths { FileRoles.addInput(path) }
        var corpora = try paths.map { try Corpus.read($0, rule: rule, faults: faults) }
        Corpus.joinPeople(of: &corpora)
        return corpora
    }
}

struct DescribeParticipants: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Counts people, and lists what is missing or irregular in a corpus.")

    @OptionGroup var options: CorpusOptions

    @Flag(help: "Read every row of the signal files; else their header and first row.")
    var whole = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let faults = try options.faults()
        let corpora = try options.corpora()
        Interruption.install()
        let progress = WorkProgress(unit: "recordings")
        let descriptions = try corpora.map { corpus in
            let described = CorpusDescription(of: corpus, faults: faults, readsAll: whole) {
                progress.goesOn("read", $0, of: $1)
            }
            guard let described else { throw Interrupted() }
            return described
        }
        Console.clearTransient()
        if json {
            try Console.json(descriptions)
        } else {
            var parts = descriptions.map(\.description)
            if corpora.count > 1 { parts.append("\(Corpus.people(in: corpora)) people in all.") }
            try Console.result(parts.joined(separator: "\n\n"))
        }
    }
}
