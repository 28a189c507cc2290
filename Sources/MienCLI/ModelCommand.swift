import ArgumentParser
import Foundation
import Mien
import Networks

struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Looks into networks and model files.",
        subcommands: [DescribeModel.self, EnsembleModel.self])
}

struct DescribeModel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Lists a network's layers, shapes, parameters and multiply-adds.",
        discussion: """
            Of a model file, or of an architecture by its name: \
            \(Architecture.allCases.map(\.rawValue).joined(separator: ", ")).
            """)

    @Argument(help: "A model file, the folder of a run, released, or the name of an architecture.")
    var model: String

    @Option(help: "Side of the images in pixels. (default: the model's own)")
    var imageSize: Int?

    @Option(help: "Outputs of the head of an architecture.")
    var outputs = 2

    @Option(help: "Channels of the images of an architecture. (default: its own)")
    var channels: Int?

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        try requireOption("--outputs", outputs, within: 1 ... 100_000)
        if let imageSize { try requireOption("--image-size", imageSize, within: 1 ... 4096) }
        if let channels { try requireOption("--channels", channels, within: 1 ... 64) }
        let network: Network
        let size: Int
        if let architecture = Architecture(rawValue: model) {
            network = architecture.network(outputs: outputs, inputChannels: channels)
            size = imageSize ?? architecture.imageSize
        } else {
            let option = ModelOption(named: model)
            let loaded = try option.load()
            try loaded.requireNetwork(try option.url.path, to: "be listed layer by layer")
            network = loaded.card.network
            size = imageSize ?? loaded.card.imageSize
        }
        let description: NetworkDescription
        do {
            description = try NetworkDescription(of: network, imageSize: size)
        } catch {
            throw UsageError(
                "--image-size", found: "\(size)", expected: "a size that fits. \(error)")
        }
        if json { try Console.json(description) } else { try Console.result("\(description)") }
    }
}
