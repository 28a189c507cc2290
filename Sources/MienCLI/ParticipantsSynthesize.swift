import ArgumentParser
import Foundation
import Mien
import Participants
import Torch

struct SynthesizeParticipants: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synthesize",
        abstract: "Writes drawn participants in the file formats of a corpus.",
        discussion: """
            No real person is in them, and no number about them says anything about people. An \
            effect is Cohen's d of one latent behind several columns: voice=0.5,text=0.8,face=0.
            """)

    @Option(help: "The folder to write; it must be new or empty.")
    var out: String

    @Option(help: "The form: daic, edaic, manifest.")
    var layout = "daic"

    @Option(help: "Participants, 10 to 180.")
    var people = 60

    @Option(help: "Seed of the participants.")
    var seed: UInt64 = 1

    @Option(help: "Effects by modality: face, voice, text, timing. (default: none)")
    var effect = ""

    @Option(
        help: "What tells the label besides: prompt, gender, identity, missing. (default: none)")
    var leak = ""

    @Option(help: "Known faults of the corpora: none or all.")
    var faults = "none"

    @Option(help: "Length of a recording, in seconds, 15 to 3600.")
    var seconds = 30

    @Option(help: "With --layout manifest: people with a short drawn video.")
    var videos = 0

    func run() throws {
        let study = try study()
        let progress = WorkProgress(unit: "people")
        Interruption.install()
        let url = URL(fileURLWithPath: out)
        let isWhole = try study.write(to: url) { progress.goesOn("written", $0, of: $1) }
        Console.clearTransient()
        guard isWhole else { throw Interrupted() }
        Console.note("\(people) synthetic participants.")
        try Console.exact(out)
    }

    private func study() throws -> SyntheticStudy {
        let layouts: [String: Corpus.Form] = [
            "daic": .daicWoz, "edaic": .eDaic, "manifest": .manifest,
        ]
        guard let form = layouts[layout] else {
            throw UsageError("--layout", found: layout, expected: "daic, edaic or manifest")
        }
        try requireOption("--people", people, within: SyntheticStudy.peopleRange)
        try requireOption("--seconds", seconds, within: 15 ... 3600)
        try requireOption("--videos", videos, within: 0 ... people)
        var study = SyntheticStudy(layout: form, people: people, seed: seed)
        study.seconds = Double(seconds)
        study.videos = videos
        for part in effect.split(separator: ",") {
            let pair = part.split(separator: "=").map(String.init)
            guard pair.count == 2, let modality = Modality(rawValue: pair[0]),
                SyntheticStudy.effectModalities.contains(modality),
                let size = Double(pair[1]), abs(size) <= 5
            else {
                throw UsageError(
                    "--effect", found: String(part),
                    expected: "such as voice=0.5, with face, voice, text or timing")
            }
            study.effects[modality] = size
        }
        for part in leak.split(separator: ",") {
            guard let found = SyntheticStudy.Leak(rawValue: String(part)) else {
                throw UsageError(
                    "--leak", found: String(part), expected: "prompt, gender, identity, missing")
            }
            study.leaks.insert(found)
        }
        guard ["none", "all"].contains(faults) else {
            throw UsageError("--faults", found: faults, expected: "none or all")
        }
        study.hasFaults = faults == "all"
        try UsageError.requireNone(
            [("--videos", videos > 0), ("--leak identity", study.leaks.contains(.identity))].map {
                ($0.0, $0.1 && form != .manifest)
            }, because: "the corpora have one recording a person and no video",
            expected: "--layout manifest with it")
        return study
    }
}
