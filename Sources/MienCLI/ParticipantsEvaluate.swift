import ArgumentParser
import Evaluation
import Foundation
import Mien
import Participants
import Torch

struct EvaluateParticipants: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract:
            "Measures each modality, their fusion and trivial predictions on held-out people.",
        discussion: """
            Every choice is made by inner folds of the training participants. Probes (majority, mean \
            score, gender, duration, word count, missing values, corpus, interviewer) are always in \
            the table. With --out the same command goes on after Ctrl-C, and the folder gets \
            evaluation.html, .json, .csv and figures.
            """)

    @OptionGroup var input: ParticipantTableOption
    @OptionGroup(title: OptionTitle.data) var features: ModalityOptions
    @OptionGroup(title: OptionTitle.crossValidation) var division: ParticipantDivisionOptions
    @OptionGroup(title: OptionTitle.run) var output: ParticipantRunOptions

    func run() throws {
        Interruption.install()
        var options = try division.options()
        try features.apply(to: &options)
        let threads = try output.usedThreads
        guard options.division != .official || output.out != nil else {
            throw UsageError(
                "--protocol official", found: "no folder of results", expected: "--out FOLDER",
                advice: "The folder counts how often labels of the test split were looked at.")
        }
        let folder = try output.out.map { try OutputFolder($0) }
        let (table, name, sha256) = try input.load()
        let evaluation = try ParticipantEvaluation(
            table, name: name, sha256: sha256, options: options)
        let progress = WorkProgress(unit: "permutations")
        let fitting = WorkProgress(unit: "folds")
        let finished = try evaluation.run(
            threads: threads, store: folder.map(FolderStore.init)
        ) { event in
            switch event {
            case .rounds(let done, let total): fitting.show("fitted", done, of: total)
            case .permutations(let done, let total): progress.show("permuted", done, of: total)
            }
            return Interruption.isRequested ? .stop : .proceed
        }
        Console.clearTransient()
        guard var report = finished else {
            if let out = output.out {
                Console.note(
                    "Give the command again to go on: finished permutations are in \(out).")
            }
            throw Interrupted()
        }
        report.command = commandLine
        try both {
            if let folder { try write(report, to: folder) }
        } _: {
            if output.json { try Console.json(report) } else { try Console.result("\(report)") }
        }
    }

    private func write(_ report: ParticipantReport, to folder: OutputFolder) throws {
        try AtomicFile.write(report.html, to: folder.file("evaluation.html"))
        try AtomicFile.write(
            try JSONEncoder.readable.encode(report), to: folder.file("evaluation.json"))
        try AtomicFile.write(report.csv, to: folder.file("evaluation.csv"))
        for (part, figures) in report.figures {
            guard report.parts.count > 1 else {
                try folder.write(figures, as: .svg)
                continue
            }
            let own = try OutputFolder(folder.file(part).path)
            try own.write(figures, as: .svg)
        }
        Console.note("Written to \(folder.url.path)")
    }
}

/// How participants are divided.
struct ParticipantDivisionOptions: ParsableArguments {
    @Option(
        name: .customLong("protocol"),
        help: """
            nested: repeated folds; official: the table's split, models learn from train alone; \
            corpus: each corpus is held out once.
            """)
    var `protocol` = ParticipantOptions.Division.nested.rawValue
    @Option(help: "Times that all is done, each with other folds.")
    var repeats = 5
    @Option(help: "Outer folds.")
    var folds = 5
    @Option(help: "Inner folds, which make all choices.")
    var innerFolds = 5
    @Option(help: "Shuffles of the labels for the p values; 0 for none.")
    var permutations = 1000
    @Option(help: "Further rows, between commas: svm, forest.")
    var classifiers: String?
    @Option(help: "Seed of folds, shuffles and bootstrap.")
    var seed: UInt64 = 0

    func options() throws -> ParticipantOptions {
        var options = ParticipantOptions()
        options.division = try choice(`protocol`, "--protocol")
        try requireOption("--repeats", repeats, within: 1 ... 100)
        try requireOption("--folds", folds, within: 2 ... 50)
        try requireOption("--inner-folds", innerFolds, within: 2 ... 20)
        try requireOption("--permutations", permutations, within: 0 ... 100_000)
        options.repeats = repeats
        options.folds = folds
        options.innerFolds = innerFolds
        options.permutations = permutations
        options.classifiers = (classifiers ?? "").split(separator: ",").map(String.init)
        options.seed = seed
        return options
    }
}

/// Where results go, and with how many threads they are made.
struct ParticipantRunOptions: ParsableArguments {
    @Option(help: "Threads, at most one per core. (default: one per core)")
    var threads: Int?
    @Option(help: "Folder of the results.")
    var out: String?
    @Flag(help: "Print the report as JSON.")
    var json = false

    var usedThreads: Int {
        get throws {
            let processors = ProcessInfo.processInfo.activeProcessorCount
            try requireOption("--threads", threads ?? processors, within: 1 ... 1024)
            return min(threads ?? processors, processors)
        }
    }
}

/// Files of a folder of results.
struct FolderStore: ResultStore {
    let folder: OutputFolder

    func read(_ name: String) throws -> Data? {
        let url = folder.file(name)
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        return try Data(contentsOf: url)
    }

    func write(_ data: Data, to name: String) throws {
        try AtomicFile.write(data, to: folder.file(name))
    }

    /// Removes what was kept under names that begin so, and the folder where nothing else is in it.
    func remove(beginning start: String) {
        let files = FileManager.default
        for name in (try? files.contentsOfDirectory(atPath: folder.url.path)) ?? []
        where name.hasPrefix(start) {
            try? files.removeItem(at: folder.file(name))
        }
        rmdir(folder.url.path)
    }
}
