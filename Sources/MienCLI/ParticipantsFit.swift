import ArgumentParser
import Foundation
import Mien
import Participants
import Torch

struct FitParticipants: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit",
        abstract:
            "Fits a model of each modality and their fusion on all labelled people of a table.",
        discussion: """
            Strengths, calibration and weights are chosen by folds. mien participants evaluate says \
            how good such a model is on people whom it has not seen.
            """)

    @OptionGroup var input: ParticipantTableOption
    @OptionGroup(title: OptionTitle.data) var features: ModalityOptions
    @Option(help: "Folds that make all choices.")
    var innerFolds = 5
    @Option(help: "Seed of the folds.")
    var seed: UInt64 = 0
    @Option(help: "The model file, such as model.json.")
    var out: String
    @Flag(help: "Print the model's card as JSON.")
    var json = false

    func run() throws {
        try requireOption("--inner-folds", innerFolds, within: 2 ... 20)
        var options = ParticipantOptions()
        options.innerFolds = innerFolds
        options.seed = seed
        try features.apply(to: &options)
        let url = URL(fileURLWithPath: out)
        try requireWritable(url.deletingLastPathComponent(), option: "--out")
        let (table, name, sha256) = try input.load()
        let model = try ParticipantModel(
            fitting: table, name: name, sha256: sha256, options: options)
        try AtomicFile.write(try model.data, to: url)
        if json { try Console.json(model.card) } else { try Console.result("\(model)") }
        Console.note("Written to \(url.path)")
    }
}

struct PredictParticipants: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Gives a PHQ-like score for each person, with what each modality adds.",
        discussion: """
            A PHQ-like score is no verdict on a person: no decision is printed. The model abstains \
            where it has too little to go by.
            """)

    @Argument(help: "A model that mien participants fit wrote.")
    var model: String
    @OptionGroup var input: ParticipantTableOption
    @Option(help: "Abstain where the larger of both probabilities is below this, 0.5 to 1.")
    var abstainBelow: Double?
    @Option(help: "Write the csv to this file and not to standard output.")
    var out: String?
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        if let abstainBelow, !(0.5 ... 1).contains(abstainBelow) {
            throw UsageError("--abstain-below", found: "\(abstainBelow)", expected: "0.5 to 1")
        }
        try UsageError.requireNone(
            [("--json", json && out != nil)], because: "--out takes csv", expected: "one of them")
        FileRoles.addInput(model)
        let loaded = try ParticipantModel(contentsOf: URL(fileURLWithPath: model))
        let (table, name, _) = try input.load()
        let predictions = try loaded.predict(
            table, name: name, abstainingBelow: abstainBelow ?? 0)
        let known = predictions.count { $0.isKnown }
        if known > 0 {
            Console.note(
                "The model learnt from \(known) of \(predictions.count) participants: their scores "
                    + "say nothing of how good it is.")
        }
        if json {
            try Console.json(predictions)
        } else if let out {
            try AtomicFile.write(loaded.csv(predictions), to: URL(fileURLWithPath: out))
        } else {
            try Console.exact(String(loaded.csv(predictions).dropLast()))
        }
    }
}
