import ArgumentParser
import Foundation
import Mien
import Torch

struct Convert: ParsableCommand, UsesTensors {
    static let configuration = CommandConfiguration(
        abstract:
            "Writes a model with weights of half the size, or one that averages mirror images.",
        discussion: """
            float16 halves the file and rounds each weight to 11 bits; scoring computes as before. \
            --mirror makes a model score each face and its mirror image and average the logits: \
            steadier, and twice the work. Either changes the scores: fit the temperature again \
            with mien calibrate.
            """)

    @OptionGroup var model: ModelOption
    @Option(
        help: "Elements of the weights in the file: float16 or float32; the default keeps them.")
    var weights: String?
    @Flag(inversion: .prefixedNo, help: "Average the logits of a face and its mirror image.")
    var mirror: Bool?
    @Option(help: "The model file to write.")
    var out: String
    @Flag(help: "Print the model's card as JSON.")
    var json = false

    func validate() throws {
        guard weights != nil || mirror != nil else {
            throw ValidationError("Nothing to change: give --weights, --mirror or --no-mirror.")
        }
    }

    func run() throws {
        var loaded = try model.load()
        FileRoles.addInput(try model.url.path)
        if let weights {
            try loaded.requireNetwork(try model.url.path, to: "be given other elements")
            guard !loaded.isQuantized else {
                throw ModelFileError.needsFloat(try model.url.path, to: "be given float weights")
            }
            loaded.card.weightType = try choice(weights, "--weights")
        }
        if let mirror { loaded.card.averagesMirrorImage = mirror }
        try loaded.write(to: URL(fileURLWithPath: out))
        if json { try Console.json(loaded.card) } else { try Console.exact(out) }
    }
}
