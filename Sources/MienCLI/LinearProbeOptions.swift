import ArgumentParser
import Evaluation
import Foundation
import Mien

/// What the commands share that fit how a model tells crops of one kind from others.
struct LinearProbeOptions: ParsableArguments {
    @OptionGroup var model: ModelOption
    @OptionGroup var compute: ComputeOptions
    @Option(help: "Images at once.")
    var batchSize = 64
    @Option(help: "The model file to write; it may be the same.")
    var out: String
    @Flag(help: "Print the figures as JSON.")
    var json = false

    /// - Parameters:
    ///   - positives: the name of the kind, and its folder; so `negatives`.
    ///   - card: where the line goes.
    func fit(
        _ question: LinearProbeFitter.Question, positives: (name: String, folder: String),
        negatives: (name: String, folder: String), to card: WritableKeyPath<ModelCard, LinearProbe?>
    ) throws {
        Interruption.install()
        _ = try compute.apply(tensors: false)
        var fitter = LinearProbeFitter()
        fitter.batchSize = try checkedBatchSize(batchSize)
        var loaded = try model.load()
        let progress = WorkProgress()
        let line = try fitter.line(
            question, of: loaded, positives: URL(fileURLWithPath: positives.folder),
            negatives: URL(fileURLWithPath: negatives.folder)
        ) { done, total in
            progress.goesOn("seen", done, of: total)
        }
        Console.clearTransient()
        guard let line else { throw Interrupted() }
        loaded.card[keyPath: card] = line
        try loaded.write(to: URL(fileURLWithPath: out))
        Console.note("Written to \(out)")
        if json {
            try Console.json(
                Figures(
                    counts: [positives.name: line.positives, negatives.name: line.negatives],
                    auc: line.auc))
        } else {
            try Console.result(
                "AUC \(line.auc), each crop by a fit on others, n \(line.positives) "
                    + "\(positives.name) and \(line.negatives) \(negatives.name)")
        }
    }

    private struct Figures: Encodable {
        let counts: [String: Int]
        let auc: Estimate

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            for (name, count) in counts { try container.encode(count, forKey: Key(name)) }
            try container.encode(auc, forKey: Key("auc"))
        }

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(_ name: String) { stringValue = name }
            init?(stringValue: String) { self.init(stringValue) }
            init?(intValue: Int) { nil }
        }
    }
}
