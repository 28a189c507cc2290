import ArgumentParser
import Foundation
import Mien
import Torch

struct Quantize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes the int8 model of a trained one: a quarter of the size, faster on a CPU.",
        discussion: """
            The scales of the activations come from calibration images: without --split rows that \
            the model was trained on. The int8 model is compared with the float one on the rows \
            that the recipe held out (with --split on others of it), and both are noted in its \
            card. predict, evaluate and compare take it like any other; explain and report do not.
            """)

    @OptionGroup var model: ModelOption
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var compute: ComputeOptions
    @Option(help: "Rows to calibrate on: train, valid, test or all; not those tested on later.")
    var split: String?
    @Option(help: "Images to calibrate on, at most.")
    var rows = Quantizer().rows
    @Option(help: "Decides which images.")
    var seed: UInt64 = 0
    @Option(help: "Images at once.")
    var batchSize = 64
    @Option(help: "The int8 model file to write.")
    var out: String
    @Flag(help: "Print the figures as JSON.")
    var json = false

    func run() throws {
        Interruption.install()
        _ = try compute.apply(tensors: false)
        var quantizer = Quantizer()
        quantizer.split = split
        quantizer.rows = rows
        quantizer.seed = seed
        quantizer.note = Console.note
        quantizer.batchSize = try checkedBatchSize(batchSize)
        let url = try model.url
        FileRoles.addInput(url.path)
        let loaded = try Model(contentsOf: url)
        let progress = WorkProgress()
        let result = try quantizer.quantized(
            loaded, modelSHA256: try Model.sha256(ofFile: url),
            on: try dataOptions.load(for: loaded.card)
        ) { done, total in
            progress.goesOn("scored", done, of: total)
        }
        Console.clearTransient()
        guard let result, let facts = result.card.quantization else { throw Interrupted() }
        try result.write(to: URL(fileURLWithPath: out))
        Console.note("Written to \(out)")
        if json {
            try Console.json(facts)
        } else {
            try Console.result("\(facts)")
        }
    }
}
