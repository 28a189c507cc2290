import ArgumentParser
import Foundation
import Mien

struct Calibrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fits a model's temperature on validation data and writes it with the model.",
        discussion: """
            Without --split the rows that the model's recipe held out of training are taken, from \
            the data that it was trained on. mien train does the same at the end of a run.
            """)

    @OptionGroup var model: ModelOption
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var compute: ComputeOptions
    @Option(help: "Rows to fit on: train, valid, test or all; not those that will be tested on.")
    var split: String?
    @Option(help: "With --split: fer2013, ferplus or ferplus-argmax.")
    var labels: String?
    @Option(help: "Images scored at once.")
    var batchSize = 64
    @Option(help: "auto, float32 or bfloat16.")
    var precision = "auto"
    @Option(help: "The model file to write; it may be the same.")
    var out: String
    @Flag(help: "Print the calibration as JSON.")
    var json = false

    func run() throws {
        Interruption.install()
        _ = try compute.apply(tensors: false)
        var calibrator = Calibrator()
        calibrator.split = split
        if let labels { calibrator.labels = try choice(labels, "--labels") }
        calibrator.batchSize = try checkedBatchSize(batchSize)
        calibrator.precision = try choice(precision, "--precision")
        calibrator.note = Console.note
        calibrator.device = try compute.chosenDevice
        var loaded = try model.load()
        let progress = WorkProgress()
        let calibration = try calibrator.calibration(
            of: loaded, on: try dataOptions.load(for: loaded.card)
        ) {
            done, total in
            progress.goesOn("scored", done, of: total)
        }
        Console.clearTransient()
        guard let calibration else { throw Interrupted() }
        loaded.card.calibration = calibration
        try loaded.write(to: URL(fileURLWithPath: out))
        Console.note("Written to \(out)")
        if json {
            try Console.json(calibration)
        } else {
            try Console.result(
                String(
                    format: "temperature %.4f, log loss %.4f before and %.4f after, n %d, rows %@",
                    calibration.temperature, calibration.lossBefore, calibration.lossAfter,
                    calibration.n, calibration.rows as NSString))
        }
    }
}
