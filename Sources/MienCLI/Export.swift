import ArgumentParser
import Foundation
import Mien
import Networks
import Torch

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a model as ONNX, for ONNX Runtime, OpenVINO, TensorRT, OpenCV, MATLAB.",
        discussion: """
            The file computes logits with the temperature divided out. Batch normalisation is \
            folded into the convolutions. The average with the mirror image is left out: score \
            both sides and average the logits. The metadata names classes, input and card.
            """)

    @Argument(help: "A model file, the folder of a run, released or tiny. (default: released)")
    var model: String?

    @Option(help: "The ONNX file to write.")
    var onnx: String

    @Option(help: "Version of ONNX's operators, 9 to 21.")
    var opset = Model.OnnxOptions().operatorSet

    @Option(help: "Images of a run: a number, or dynamic.")
    var batch = "dynamic"

    @Flag(help: "Add the outputs probabilities and score.")
    var probabilities = false

    @Flag(help: "Take grey values 0 to 255 and normalise them in the file.")
    var includePreprocessing = false

    @Flag(help: "Take one normalised grey plane in place of three equal ones.")
    var grey = false

    @Flag(help: "Print JSON: the file, its size, and how its input is made.")
    var json = false

    private struct Report: Encodable {
        let path: String
        let bytes: Int
        let operatorSet: Int
        let input: [String]
        let outputs: [String]
        let imageSize: Int
        let mirrorImageLeftOut: Bool
    }

    func validate() throws {
        guard !(grey && includePreprocessing) else {
            throw ValidationError(
                "--include-preprocessing takes grey values already: leave --grey out.")
        }
    }

    func run() throws {
        var options = Model.OnnxOptions()
        options.operatorSet = opset
        options.hasProbabilities = probabilities
        options.includesPreprocessing = includePreprocessing
        options.isGrey = grey
        guard OnnxExport.operatorSets.contains(opset) else {
            throw UsageError("--opset", found: "\(opset)", expected: "9 to 21")
        }
        if batch != "dynamic" {
            guard let count = Int(batch), 1 ... 65_536 ~= count else {
                throw UsageError("--batch", found: batch, expected: "1 to 65536, or dynamic")
            }
            options.batch = count
        }
        let source = ModelOption(named: model)
        let loaded = try source.load()
        FileRoles.addInput(try source.url.path)
        let bytes = try loaded.onnx(options, path: try source.url.path)
        try AtomicFile.write(Data(bytes), to: URL(fileURLWithPath: onnx))
        if loaded.card.averagesMirrorImage == true {
            Console.note(
                "The model averages a face and its mirror image; the ONNX file scores one side.")
        }
        guard json else { return try Console.exact(onnx) }
        let size = loaded.card.imageSize
        let channels = grey || includePreprocessing ? 1 : loaded.card.channels
        try Console.json(
            Report(
                path: onnx, bytes: bytes.count, operatorSet: opset,
                input: [batch == "dynamic" ? "N" : batch, "\(channels)", "\(size)", "\(size)"],
                outputs: ["logits"] + (probabilities ? ["probabilities", "score"] : []),
                imageSize: size,
                mirrorImageLeftOut: loaded.card.averagesMirrorImage == true))
    }
}
