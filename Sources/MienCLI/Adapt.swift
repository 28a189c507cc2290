import ArgumentParser
import Evaluation
import Foundation
import Mien
import Torch

struct Adapt: ParsableCommand, UsesTensors {
    static let configuration = CommandConfiguration(
        abstract: "Adapts a network to another population with a few labelled images.",
        discussion: """
            Temperature, class priors, a linear probe on pooled features and the last stage are \
            tried, from the smallest change on. Inner folds over subjects choose; where nothing \
            helps, the model is written unchanged. With --shots the other subjects are measured \
            before and after. --unlabelled estimates class priors alone, by expectation maximisation.
            """)

    @Argument(help: "A model file, the folder of a run, released or tiny.")
    var model: String
    @OptionGroup(title: OptionTitle.data) var dataOptions: OptionalDataOptions
    @Option(help: "A folder of crops without labels, instead of --data.")
    var unlabelled: String?
    @Option(help: "Labelled subjects to adapt to, 5 to 200, drawn by the seed. (default: all)")
    var shots: Int?
    @Option(help: "Largest change to try: temperature, priors, linear-probe or last-stage.")
    var deepest = "last-stage"
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var measuring: MeasuringOptions
    @Option(help: "The model file to write.")
    var out: String
    @Flag(help: "Print the adaptation and its figures as JSON.")
    var json = false

    func validate() throws {
        guard (dataOptions.data == nil) != (unlabelled == nil) else {
            throw ValidationError("Give either --data or --unlabelled.")
        }
    }

    func run() throws {
        Interruption.install()
        _ = try compute.apply(tensors: true)
        let url = try ModelPlace.file(model)
        let loaded = try Model(contentsOf: url)
        var adapter = Adapter()
        adapter.shots = shots
        adapter.seed = measuring.seed
        adapter.deepest = try choice(deepest, "--deepest")
        guard adapter.deepest != .unchanged else {
            throw UsageError(
                "--deepest", found: deepest,
                expected: "temperature, priors, linear-probe or last-stage")
        }
        adapter.evaluator = try measuring.evaluator(on: compute, for: loaded.card)
        FileRoles.addOutput(out)
        let sha256 = try Model.sha256(ofFile: url)
        let progress = WorkProgress()
        func goesOn(_ event: Adapter.Progress) -> Bool {
            switch event {
            case .features(let done, let total): progress.goesOn("features", done, of: total)
            case .tuning(let done, let total): progress.goesOn("last stage", done, of: total)
            case .measuring(let done, let total): progress.goesOn("scored", done, of: total)
            }
        }
        let outcome: Adapter.Outcome?
        if let unlabelled {
            try UsageError.requireNone(
                [("--shots", shots != nil)], because: "images without labels are all used",
                expected: "none")
            let crops = try Dataset.crops(below: unlabelled, for: loaded.card.input)
            outcome = try adapter.adaptPriors(
                loaded, modelSHA256: sha256, to: crops, progress: goesOn)
        } else {
            let dataset = try dataOptions.required().load(for: loaded.card)
            outcome = try adapter.adapt(
                loaded, modelSHA256: sha256, to: dataset, progress: goesOn)
        }
        Console.clearTransient()
        guard let outcome else { throw Interrupted() }
        try outcome.model.write(to: URL(fileURLWithPath: out))
        Console.note("Written to \(out)")
        if json {
            try Console.json(outcome.report)
        } else {
            try Console.result(outcome.report)
        }
    }
}
