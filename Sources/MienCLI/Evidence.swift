import ArgumentParser
import Evaluation
import Foundation
import Mien

struct Evidence: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fits how a model tells faces from what only resembles one.",
        discussion: """
            predict then adds what the model says of a crop to the confidence of the face detector \
            where that is in doubt. The crops are those of mien faces --min-confidence 0.04 \
            --keep-low-quality, put into two folders: faces, and what is none. A line through the \
            network's last features is fitted to them; scores do not change.
            """)

    @OptionGroup var model: ModelOption
    @OptionGroup var compute: ComputeOptions
    @Option(help: "A folder with crops of faces.")
    var faces: String
    @Option(help: "A folder with crops of what only resembles a face.")
    var others: String
    @Option(help: "Images at once.")
    var batchSize = 64
    @Option(help: "The model file to write; it may be the same.")
    var out: String
    @Flag(help: "Print the figures as JSON.")
    var json = false

    private struct Figures: Encodable {
        let faces: Int
        let others: Int
        let auc: Estimate
    }

    func run() throws {
        Interruption.install()
        _ = try compute.apply(tensors: false)
        var fitter = FaceEvidenceFitter()
        fitter.batchSize = try checkedBatchSize(batchSize)
        var loaded = try model.load()
        let evidence = try fitter.evidence(
            of: loaded, faces: URL(fileURLWithPath: faces), others: URL(fileURLWithPath: others)
        ) { done, total in
            Console.transient("seen \(done)/\(total)")
            return !Interruption.isRequested
        }
        Console.clearTransient()
        guard let evidence else { throw Interrupted() }
        loaded.card.faceEvidence = evidence
        try loaded.write(to: URL(fileURLWithPath: out))
        Console.note("Written to \(out)")
        if json {
            try Console.json(
                Figures(
                    faces: evidence.faces, others: evidence.others, auc: evidence.auc))
        } else {
            Console.result(
                "AUC \(evidence.auc), each crop by a fit on others, n \(evidence.faces) faces "
                    + "and \(evidence.others) others")
        }
    }
}
