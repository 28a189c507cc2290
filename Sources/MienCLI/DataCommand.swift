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

    @Option(help: "Classes that are positive. (default: sad,neutral)")
    var positive: String?

    @Option(help: "Labels of the sample sheet. (default: ferplus with votes, else fer2013)")
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
        let classes = try dataOptions.labelling.options.classes?.classes
        let mapping = try positive.map {
            try LabelMapping(parsing: $0, among: classes ?? Emotion.allCases)
        }
        try requireOption("--per-class", perClass, within: 1 ... 64)
        let labelProtocol = try labels.map(LabelProtocol.init(named:))
        let dataset = try dataOptions.load(describing: true)
        if let sheet {
            let labelling = try dataset.labelled(by: labelProtocol ?? dataset.defaultProtocol)
            try writeSheet(
                dataset.sampleSheet(
                    of: labelling, mapping: mapping ?? .paper, perClass: perClass, seed: seed),
                to: sheet)
        }
        let summary = DatasetSummary(of: dataset, mapping: mapping ?? .paper)
        try dataset.requireReadable()
        if json { try Console.json(summary) } else { try Console.result(summary) }
    }
}

struct AugmentData: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "augment",
        abstract: "Draws originals beside their augmented versions.")

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var overrides: RecipeOptions

    @Option(help: "The PNG or JPEG file to write.")
    var out: String

    @Option(help: "Faces, a row each, 1 to 64.")
    var faces = 6

    @Option(help: "Versions beside each face, one for each epoch, 1 to 32.")
    var versions = 7

    func run() throws {
        var recipe = try overrides.recipe(
            among: try dataOptions.labelling.options.classes?.classes)
        try overrides.requireNone(
            but: [
                "--labels", "--keep-single-votes", "--image-size", "--channels", "--flip",
                "--rotation", "--scale",
                "--shift", "--brightness", "--contrast", "--erasing", "--seed",
            ], "a sheet shows variations alone")
        _ = overrides.yield(&recipe)
        try recipe.validate()
        try requireOption("--faces", faces, within: 1 ... 64)
        try requireOption("--versions", versions, within: 1 ... 32)
        let dataset = try dataOptions.load(input: recipe.input())
        if overrides.rows.labels == nil { recipe.labels = dataset.defaultProtocol }
        let labelling = dataset.rows(
            of: try dataset.labelled(by: recipe.labels),
            in: try dataset.resolve(split: "train"))
        try writeSheet(
            dataset.augmentationSheet(
                of: labelling, augmentation: recipe.augmentation, size: recipe.imageSize,
                faces: faces, versions: versions, seed: recipe.seed,
                channels: recipe.input().channels), to: out)
    }
}

struct SynthesizeData: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synthesize",
        abstract: "Writes synthetic faces as a FER-2013 csv, or sequences as a folder.",
        discussion: """
            The faces are drawn by Mien and show no real person. A model's figures on them say \
            nothing about photographs. With --people the result is a folder in the official layout of \
            CK+: sequences from a neutral face to an expression, several of each person.
            """)

    @Option(help: "The csv file to write; with --people the folder, which must be new.")
    var out: String

    @Option(help: "Seed of the faces.")
    var seed = SyntheticOptions().seed

    @Option(help: "Training faces.")
    var train = SyntheticOptions().train

    @Option(help: "Validation faces (PublicTest).")
    var valid = SyntheticOptions().valid

    @Option(help: "Test faces (PrivateTest).")
    var test = SyntheticOptions().test

    @Option(help: "Draw sequences of so many people instead, 1 to 900.")
    var people: Int?

    @Option(help: "With --people: labelled sequences of each, 1 to 7. (default: 3)")
    var sequences: Int?

    func run() throws {
        if let people { return try writeSequences(of: people) }
        try UsageError.requireNone(
            [("--sequences", sequences != nil)], because: "single faces are drawn",
            expected: "--people with it")
        for (option, count) in [("--train", train), ("--valid", valid), ("--test", test)] {
            try requireOption(option, count, within: 0 ... SyntheticOptions.largestCount)
        }
        Interruption.install()
        let (url, total) = (URL(fileURLWithPath: out), train + valid + test)
        // The file appears when it is whole.
        let partial = URL(fileURLWithPath: out + ".partial")
        let progress = WorkProgress(unit: "faces")
        do {
            let file = try GrowingFile(partial)
            var rows = 0
            try SyntheticFaces(seed: seed).writeFERCSV(train: train, valid: valid, test: test) {
                try file.append($0)
                guard progress.goesOn("drawn", rows, of: total) else { throw Interrupted() }
                rows += 1
            }
            try file.finish()
            try AtomicFile.move(partial, to: url)
        } catch {
            unlink(partial.path)
            throw error
        }
        Console.clearTransient()
        Console.note("\(total) synthetic faces.")
        try Console.exact(out)
    }
}

extension SynthesizeData {
    private func writeSequences(of people: Int) throws {
        let defaults = SyntheticOptions()
        try UsageError.requireNone(
            [
                ("--train", train != defaults.train), ("--valid", valid != defaults.valid),
                ("--test", test != defaults.test),
            ], because: "sequences have no splits", expected: "none")
        try requireOption("--people", people, within: SyntheticSequences.peopleRange)
        let count = sequences ?? 3
        try requireOption("--sequences", count, within: SyntheticSequences.sequencesRange)
        Interruption.install()
        let progress = WorkProgress(unit: "people")
        let drawn = SyntheticSequences(people: people, sequencesPerPerson: count, seed: seed)
        guard
            try drawn.write(
                to: URL(fileURLWithPath: out),
                progress: { progress.goesOn("drawn", $0, of: $1) })
        else { throw Interrupted() }
        Console.clearTransient()
        Console.note("Synthetic sequences of \(people) people.")
        try Console.exact(out)
    }
}

private func writeSheet(_ image: Image, to path: String) throws {
    let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
    guard ["png", "jpg", "jpeg"].contains(ending) else {
        throw UsageError(path, found: "the ending \"\(ending)\"", expected: "png, jpg or jpeg")
    }
    guard DrawnPicture.mayReplace(path) else {
        throw UsageError(
            path, found: "a file that Mien has not drawn", expected: "a new file",
            advice: "It stays as it is: name another one.")
    }
    try DrawnPicture.write(image, to: URL(fileURLWithPath: path), syncing: true)
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
