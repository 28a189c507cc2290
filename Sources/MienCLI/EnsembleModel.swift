import ArgumentParser
import Foundation
import Mien
import Torch

struct EnsembleModel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ensemble",
        abstract: "Makes one model of several: the mean of their class probabilities.",
        discussion: """
            The models share classes, colours and crop; each keeps its own input size and \
            temperature. The file holds all of them: evaluate, compare, predict, report and serve \
            take it like any other. Heat maps come by occlusion. Example: mien model ensemble \
            runs/seed1 runs/seed2 runs/seed3 --out ensemble.safetensors.
            """)

    @Argument(help: "Two models or more: files, folders of runs, released or tiny.")
    var models: [String]
    @Option(help: "Weights in the mean, one for each model, such as 2,1,1. (default: equal)")
    var weights: String?
    @Option(help: "The model file to write.")
    var out: String
    @Flag(help: "Print the members as JSON.")
    var json = false

    func run() throws {
        let files = try models.map { try ModelPlace.file($0) }
        for file in files { FileRoles.addInput(file.path) }
        let numbers = try weights.map { text in
            try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
                guard let number = Double(part.trimmingCharacters(in: .whitespaces)) else {
                    throw UsageError(
                        "--weights", found: "\"\(part)\"",
                        expected: "\(models.count) numbers above 0, separated by commas")
                }
                return number
            }
        }
        let ensemble = try Model(averaging: files, weights: numbers)
        try ensemble.write(to: URL(fileURLWithPath: out))
        Console.note("Written to \(out)")
        let members = ensemble.card.members ?? []
        if json {
            try Console.json(members.map(Summary.init))
        } else {
            try Console.result(members.map(\.inWords).joined(separator: "\n"))
        }
    }

    private struct Summary: Encodable {
        let name: String
        let kind: String
        let model: String
        let share: Double
        let sha256: String

        init(_ member: EnsembleMember) {
            name = member.name
            kind = member.card.kind?.rawValue ?? "network"
            model = member.card.title
            share = member.share
            sha256 = member.sha256
        }
    }
}
