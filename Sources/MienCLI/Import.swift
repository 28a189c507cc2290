import ArgumentParser
import Foundation
import Mien
import Networks
import Torch

struct Import: ParsableCommand, UsesTensors {
    static let configuration = CommandConfiguration(
        abstract: "Makes a Mien model of a PyTorch checkpoint or an ONNX file, with its classes.",
        discussion: """
            A checkpoint is of a network that Mien describes, with torchvision's names, a ResNet also \
            with those of timm or Hugging Face; prefixes such as module., model. and backbone. are \
            taken off. An ONNX file brings its own layers: convolutions, pooling, batch normalisation, \
            ReLU, dense layers. Neither names its classes: give them in the order of the outputs.
            """)

    @Argument(help: "A .pth, .pt, .safetensors or .onnx file.")
    var file: String
    @Option(
        help: """
            The classes of the outputs in their order, separated by commas: emotions, or for two \
            outputs other,sad-or-neutral.
            """)
    var classes: String
    @Option(help: "The model file to write.")
    var out: String
    @Option(help: "Emotions that are positive. (default: sad,neutral)")
    var positive: String?
    @Option(help: "Network of a checkpoint: \(Architecture.names). (default: resnet18)")
    var architecture: String?
    @Option(help: "Images of the network: grey or rgb, and their size, such as grey:64x64.")
    var input: String?
    @Option(help: "Side of the images in pixels, where --input does not say it (default: 224).")
    var imageSize: Int?
    @Option(
        help: """
            How pixels of 0 to 1 were normalised: imagenet, grey (mean 0.5, deviation 0.25), none, or \
            a mean and a deviation such as 0.5,0.5. The default is imagenet for a checkpoint.
            """)
    var normalization: String?
    @Option(help: "What black and white are before --mean and --std (default of ONNX: 0,255).")
    var range: String?
    @Option(help: "Then subtracted: one number, or one a channel (default: 0).")
    var mean: String?
    @Option(help: "Then divided by, likewise (default: 1).")
    var std: String?
    @Flag(help: "Print the model's card as JSON.")
    var json = false

    private var isOnnx: Bool { file.lowercased().hasSuffix(".onnx") }

    func run() throws {
        var work = ModelImport()
        if let architecture {
            guard !isOnnx else {
                throw UsageError(
                    "--architecture", found: "\(architecture) for an ONNX file",
                    expected: "no such option: the file brings its own layers")
            }
            work.architecture = try choice(architecture, "--architecture")
        }
        work.classes = classes.split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        if let positive { work.positive = try LabelMapping(parsing: positive) }
        try applyInput(to: &work)
        work.normalization = try chosenNormalization
        FileRoles.addInput(file)
        let (model, notes) = try work.model(of: URL(fileURLWithPath: file))
        if !notes.isEmpty {
            Console.note("\(file): \(notes.joined(separator: "; ")).")
        }
        try model.write(to: URL(fileURLWithPath: out))
        if json { try Console.json(model.card) } else { try Console.exact(out) }
    }

    private func applyInput(to work: inout ModelImport) throws {
        work.imageSize = imageSize
        if let input {
            let parts = input.lowercased().split(separator: ":", omittingEmptySubsequences: false)
            let sides = parts.count == 2 ? parts[1].split(separator: "x").map { Int($0) } : []
            guard parts.count == 2, ["grey", "gray", "rgb"].contains(parts[0]), sides.count == 2,
                sides[0] == sides[1], let side = sides[0]
            else {
                throw UsageError(
                    "--input", found: input,
                    expected: "grey or rgb and a square size, such as grey:64x64")
            }
            guard imageSize ?? side == side else {
                throw UsageError(
                    "--image-size", found: "\(imageSize ?? 0)",
                    expected: "\(side), as --input has it")
            }
            work.imageSize = side
            work.isColour = parts[0] == "rgb"
        }
        if let size = work.imageSize, !(32 ... 1024 ~= size) {
            throw UsageError(
                input == nil ? "--image-size" : "--input", found: "\(size)",
                expected: "32 to 1024 pixels")
        }
    }

    private var chosenNormalization: Normalization? {
        get throws {
            if range != nil || mean != nil || std != nil {
                guard normalization == nil else {
                    throw UsageError(
                        "--normalization", found: "--range, --mean or --std too",
                        expected: "one of both")
                }
                return try statedNormalization
            }
            switch normalization {
            case nil: return nil
            case "imagenet": return .imageNet
            case "grey": return .grey
            case "none": return Normalization(mean: [0, 0, 0], standardDeviation: [1, 1, 1])
            case let text?:
                let numbers = try Self.numbers(text, "--normalization", [2])
                guard numbers[1] > 0 else {
                    throw UsageError(
                        "--normalization", found: text,
                        expected: "imagenet, grey, none, or a mean and a deviation above 0")
                }
                return Normalization(
                    mean: .init(repeating: numbers[0], count: 3),
                    standardDeviation: .init(repeating: numbers[1], count: 3))
            }
        }
    }

    /// Of --range, --mean and --std: (low + pixel / 255 (high - low) - mean) / deviation.
    private var statedNormalization: Normalization {
        get throws {
            let ends =
                try range.map { try Self.numbers($0, "--range", [2]) } ?? [0, isOnnx ? 255 : 1]
            guard ends[1] > ends[0] else {
                throw UsageError(
                    "--range", found: range ?? "", expected: "two numbers, the larger one last")
            }
            func three(_ text: String?, _ option: String, else number: Float) throws -> [Float] {
                let numbers = try text.map { try Self.numbers($0, option, [1, 3]) } ?? [number]
                return numbers.count == 3 ? numbers : .init(repeating: numbers[0], count: 3)
            }
            let means = try three(mean, "--mean", else: 0)
            let deviations = try three(std, "--std", else: 1)
            guard deviations.allSatisfy({ $0 > 0 }) else {
                throw UsageError("--std", found: std ?? "", expected: "numbers above 0")
            }
            let span = ends[1] - ends[0]
            return Normalization(
                mean: means.map { ($0 - ends[0]) / span },
                standardDeviation: deviations.map { $0 / span })
        }
    }

    private static func numbers(
        _ text: String, _ option: String, _ counts: [Int]
    ) throws(UsageError) -> [Float] {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Float($0.trimmingCharacters(in: .whitespaces)) }
        guard numbers.count == parts.count, counts.contains(numbers.count),
            numbers.allSatisfy(\.isFinite)
        else {
            throw UsageError(
                option, found: text,
                expected: counts.map(String.init).joined(separator: " or ")
                    + " numbers, separated by commas")
        }
        return numbers
    }
}
