import ArgumentParser
import Foundation
import Mien
import Networks
import Torch

struct Import: ParsableCommand, UsesTensors {
    static let configuration = CommandConfiguration(
        abstract: "Makes a Mien model of a PyTorch checkpoint, with the classes of its outputs.",
        discussion: """
            The checkpoint is a ResNet-18 or ResNet-34 with the names of torchvision, timm or Hugging \
            Face; prefixes such as module., model. and backbone. are taken off. It names no classes: \
            give them in the order of the outputs. Images are grey, in three equal channels.
            """)

    @Argument(help: "A .pth, .pt or .safetensors file.")
    var file: String
    @Option(
        help: """
            The classes of the outputs in their order, separated by commas: emotions, or for two \
            outputs other,sad-or-neutral.
            """)
    var classes: String
    @Option(help: "The model file to write.")
    var out: String
    @Option(help: "Emotions that are positive, such as sad,neutral, which is the default.")
    var positive: String?
    @Option(help: "Network: \(Architecture.names).")
    var architecture = Architecture.resnet18.rawValue
    @Option(help: "Side of the network's input in pixels.")
    var imageSize = 224
    @Option(
        help: """
            How pixels of 0 to 1 were normalised: imagenet, grey (mean 0.5, deviation 0.25), none, or \
            a mean and a deviation such as 0.5,0.5.
            """)
    var normalization = "imagenet"
    @Flag(help: "Print the model's card as JSON.")
    var json = false

    func run() throws {
        var work = ModelImport()
        work.architecture = try choice(architecture, "--architecture")
        work.classes = classes.split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        if let positive { work.positive = try PositiveMapping(parsing: positive) }
        guard 32 ... 1024 ~= imageSize else {
            throw UsageError("--image-size", found: "\(imageSize)", expected: "32 to 1024")
        }
        work.imageSize = imageSize
        work.normalization = try chosenNormalization
        FileRoles.addInput(file)
        let (model, notes) = try work.model(of: URL(fileURLWithPath: file))
        if !notes.isEmpty {
            Console.note("\(file): \(notes.joined(separator: "; ")).")
        }
        try model.write(to: URL(fileURLWithPath: out))
        if json { try Console.json(model.card) } else { try Console.exact(out) }
    }

    private var chosenNormalization: Normalization {
        get throws {
            switch normalization {
            case "imagenet": return .imageNet
            case "grey": return .grey
            case "none": return Normalization(mean: [0, 0, 0], standardDeviation: [1, 1, 1])
            default:
                let numbers = normalization.split(separator: ",").compactMap { Float($0) }
                guard numbers.count == 2, numbers.allSatisfy(\.isFinite), numbers[1] > 0 else {
                    throw UsageError(
                        "--normalization", found: normalization,
                        expected: "imagenet, grey, none, or a mean and a deviation above 0")
                }
                return Normalization(
                    mean: .init(repeating: numbers[0], count: 3),
                    standardDeviation: .init(repeating: numbers[1], count: 3))
            }
        }
    }
}
