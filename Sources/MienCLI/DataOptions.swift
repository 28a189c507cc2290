import ArgumentParser
import Foundation
import Inference
import Mien
import Torch

/// Where the data is.
struct DataOptions: ParsableArguments {
    @Option(help: .data)
    var data: String

    @Option(help: .votes)
    var votes: String?

    @Flag(help: "Leave bad rows and images out and count them, instead of stopping.")
    var skipBadRows = false

    @OptionGroup var labelling: LabelArguments

    /// - Parameters:
    ///   - describing: whether the data is only described: what it describes itself is not said here,
    ///     and votes that do not go with the labels are no error.
    ///   - input: what the images are for; `nil` stands for grey pixels.
    ///   - classes: own classes of a model.
    func load(
        describing: Bool = false, input: InputSpecification? = nil, classes: [Emotion]? = nil
    ) throws -> Dataset {
        var options = try labelling.options
        options.modelClasses = classes
        let dataset = try Interruption.endingAtOnce {
            try ReadingClock.during(data) { progress in
                try Dataset.load(
                    data: data, votes: votes, skipBadRows: skipBadRows, labels: options,
                    input: input, checksVotes: !describing, progress: progress)
            }
        }
        for path in [data, votes].compactMap(\.self) + dataset.sources.map(\.path) {
            FileRoles.addInput(path)
        }
        if !describing { Console.notes(of: dataset) }
        if dataset.isSynthetic {
            Console.note("The faces are SYNTHETIC: drawn by Mien, no real person.")
        }
        if !dataset.badRows.isEmpty {
            Console.note("Left out \(dataset.badRows.count) bad rows; the first:")
            for row in dataset.badRows.prefix(3) { Console.note("  " + row.message) }
        }
        return dataset
    }
}

extension DataOptions {
    /// The data as a model expects it.
    func load(for card: ModelCard) throws -> Dataset {
        try load(input: card.input, classes: card.ownClasses)
    }
}

/// How labels are read where the data alone does not say it.
struct LabelArguments: ParsableArguments {
    @Option(
        help: .init(
            "A list of the images of a folder, taken instead of the names of its folders.",
            valueName: "file"))
    var labelsFile: String?

    @Option(
        help: .init(
            """
            What the numbers of classes mean: fer2013, ferplus, affectnet, rafdb, ckplus, \
            affwild2, ravdess or imagefolder; letters: AN, DI, FE, AF, HA, NE, SA, SU.
            """, valueName: "name"))
    var classScheme: String?

    @Option(
        help: .init(
            """
            The names of all classes in order, such as smile,frown,blank, or what classes mean, one by \
            one: 0=neutral,1=happy,noface=none; none leaves rows out.
            """, valueName: "list"))
    var classes: String?

    @Option(
        name: .customLong("class"),
        help: .init(
            "What a class of another name stands for, such as neural=neutral. Repeat it for more.",
            valueName: "name=class"))
    var renamed: [String] = []

    @Option(
        help: .init("A class whose images are left out. Repeat it for more.", valueName: "name"))
    var drop: [String] = []

    @Option(
        help: .init(
            """
            A regular expression that reads the class from file names, such as \
            '^[A-Z]{2}\\.([A-Z]{2})': its first group, or the whole match.
            """, valueName: "regex"))
    var labelPattern: String?

    @Option(help: .init("The column of a csv that holds the paths.", valueName: "name"))
    var pathColumn: String?

    @Option(help: .init("The column of a csv that holds the classes.", valueName: "name"))
    var labelColumn: String?

    @Option(help: .init("The column of a csv that holds the splits.", valueName: "name"))
    var splitColumn: String?

    var options: LabelOptions {
        get throws {
            guard classScheme == nil || classes == nil else {
                throw UsageError(
                    "--classes", found: "it and --class-scheme", expected: "one of them")
            }
            let named = try classScheme.map { try ClassScheme(named: $0) }
            let listed = try classes.map(ClassScheme.init(parsing:))
            let columns = ColumnNames(path: pathColumn, label: labelColumn, split: splitColumn)
            return LabelOptions(
                labelsFile: labelsFile,
                classes: try ClassScheme(named ?? listed, adding: renamed, dropping: drop),
                labelPattern: labelPattern, columns: columns == ColumnNames() ? nil : columns)
        }
    }
}

extension Console {
    /// What the reader of a data set noticed.
    static func notes(of dataset: Dataset) {
        for text in dataset.notes { note("Note: " + text) }
    }
}

extension ArgumentHelp {
    static let data: ArgumentHelp = """
        FER-2013 csv (plain or gzip), FER+ pictures, a folder per class, a csv manifest, or \
        synthetic[:seed=S,train=N,valid=N,test=N].
        """
    static let votes: ArgumentHelp = """
        FER+ votes (fer2013new.csv) for a FER-2013 csv or for FER+ pictures.
        """
}

/// The machine's settings.
struct ComputeOptions: ParsableArguments {
    @Option(help: "Threads, at most one per core. (default: one per core)")
    var threads: Int?

    @Option(help: "Where to compute: cpu or cuda. (default: cpu)")
    var device: String?

    /// - Parameters:
    ///   - tensors: whether more is computed than scores, which need no libtorch.
    ///   - place: of several processes that share the machine's processors.
    func apply(tensors: Bool, place: ProcessPlace? = nil) throws -> Int {
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let count =
            threads
            ?? place?.threads(of: processors, all: ProcessInfo.processInfo.processorCount)
            ?? processors
        guard 1 ... 1024 ~= count else {
            throw UsageError("--threads", found: "\(count)", expected: "1 to 1024")
        }
        try chosenDevice.requireAvailable(processes: place?.size ?? 1)
        // Threads of a convolution's gradient wait for each other by spinning: with more of them
        // than processors training takes ten times as long.
        let used = min(count, processors)
        if used < count {
            Console.note("\(count) threads asked for, \(processors) processors: using \(used).")
        }
        useThreads(used, tensors: tensors)
        return used
    }

    var chosenDevice: Device {
        get throws {
            switch device {
            case "cpu", nil: .cpu
            case "cuda": .cuda
            case let other?:
                throw UsageError("--device", found: other, expected: "cpu or cuda")
            }
        }
    }
}

/// Sets the threads of scoring, and of libtorch, at once or where it is loaded later after all.
func useThreads(_ count: Int, tensors: Bool) {
    setenv("OMP_NUM_THREADS", "\(count)", 1)
    InferenceEngine.setThreadCount(count)
    if tensors { Runtime.setThreadCount(count) }
}
