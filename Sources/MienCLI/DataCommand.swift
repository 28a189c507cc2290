import ArgumentParser
import Foundation
import Imaging
import Mien
import Torch

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Looks at data, at its augmentation, and draws synthetic faces.",
        subcommands: [DescribeData.self, AugmentData.self, SynthesizeData.self])
}

struct DescribeData: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Counts classes, splits, protocols and duplicates.")

    @OptionGroup var dataOptions: DataOptions

    @Option(help: "Emotions that are positive.")
    var positive = "sad,neutral"

    @Option(help: "Labels of the sample sheet; by default ferplus where there are votes.")
    var labels: String?

    @Option(help: "Write a sheet of sample faces, a row for each class, as PNG or JPEG.")
    var sheet: String?

    @Option(help: "Faces in a row of the sheet, 1 to 64.")
    var perClass = 8

    @Option(help: "Seed that decides which faces are shown.")
    var seed: UInt64 = 1

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let mapping = try PositiveMapping(parsing: positive)
        try requireOption("--per-class", perClass, within: 1 ... 64)
        let labelProtocol = try labels.map(LabelProtocol.init(named:))
        let dataset = try dataOptions.load(describing: true)
        if let sheet {
            let labelling = try dataset.labelled(by: labelProtocol ?? dataset.defaultProtocol)
            try writeSheet(
                dataset.sampleSheet(
                    of: labelling, mapping: mapping, perClass: perClass, seed: seed), to: sheet)
        }
        let summary = DatasetSummary(of: dataset, mapping: mapping)
        if json { try Console.json(summary) } else { Console.result(summary.description) }
    }
}

struct AugmentData: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "augment",
        abstract: "Draws what the model will see: originals beside their augmented versions.")

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var overrides: RecipeOptions

    @Option(help: "The PNG or JPEG file to write.")
    var out: String

    @Option(help: "Faces, a row each, 1 to 64.")
    var faces = 6

    @Option(help: "Versions beside each face, one for each epoch, 1 to 32.")
    var versions = 7

    func run() throws {
        var recipe = try overrides.recipe()
        try recipe.validate()
        try requireOption("--faces", faces, within: 1 ... 64)
        try requireOption("--versions", versions, within: 1 ... 32)
        let dataset = try dataOptions.load()
        if overrides.labels == nil { recipe.labels = dataset.defaultProtocol }
        let labelling = dataset.rows(
            of: try dataset.labelled(by: recipe.labels),
            in: try dataset.resolve(split: "train"))
        try writeSheet(
            dataset.augmentationSheet(
                of: labelling, augmentation: recipe.augmentation, size: recipe.imageSize,
                faces: faces, versions: versions, seed: recipe.seed), to: out)
    }
}

struct SynthesizeData: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synthesize",
        abstract: "Writes synthetic faces as a FER-2013 csv.",
        discussion: """
            The faces are drawn by Mien and show no real person. A model's figures on them say \
            nothing about photographs.
            """)

    @Option(help: "The csv file to write.")
    var out: String

    @Option(help: "Seed of the faces.")
    var seed = SyntheticOptions().seed

    @Option(help: "Training faces.")
    var train = SyntheticOptions().train

    @Option(help: "Validation faces (PublicTest).")
    var valid = SyntheticOptions().valid

    @Option(help: "Test faces (PrivateTest).")
    var test = SyntheticOptions().test

    func run() throws {
        for (option, count) in [("--train", train), ("--valid", valid), ("--test", test)] {
            try requireOption(option, count, within: 0 ... SyntheticOptions.largestCount)
        }
        // The file appears when it is whole.
        let partial = out + ".partial"
        do {
            guard FileManager.default.createFile(atPath: partial, contents: nil) else {
                throw FileError(
                    path: out, reason: "cannot be written: \(String(cString: strerror(errno)))")
            }
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: partial))
            try SyntheticFaces(seed: seed).writeFERCSV(train: train, valid: valid, test: test) {
                try file.write(contentsOf: $0)
            }
            try file.close()
            guard rename(partial, out) == 0 else {
                throw FileError(
                    path: out, reason: "cannot be put in place: \(String(cString: strerror(errno)))"
                )
            }
        } catch {
            unlink(partial)
            if error is FileError { throw error }
            throw FileError(path: out, reason: "cannot be written: \(error.localizedDescription)")
        }
        Console.note("\(train + valid + test) synthetic faces.")
        Console.result(out)
    }
}

private func writeSheet(_ image: Image, to path: String) throws {
    let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
    guard ["png", "jpg", "jpeg"].contains(ending) else {
        throw UsageError(path, found: "the ending \"\(ending)\"", expected: "png, jpg or jpeg")
    }
    do {
        try image.write(to: URL(fileURLWithPath: path))
    } catch {
        throw UsageError(
            path, found: "\"\(error.localizedDescription)\"", expected: "a file to write",
            advice: "The folder has to exist and to be writable.")
    }
    Console.note("Sheet: \(path)")
}

func requireOption(
    _ option: String, _ value: Int, within range: ClosedRange<Int>
) throws(UsageError) {
    guard range.contains(value) else {
        throw UsageError(
            option, found: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
    }
}
