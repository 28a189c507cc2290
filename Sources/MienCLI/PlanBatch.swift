import ArgumentParser
import Foundation
import Mien

struct PlanBatch: ParsableCommand, UsesPhotos {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Lists photos in shards, with the model and the options of prediction.",
        discussion: """
            Photos are ordered by the bytes of their paths. Relative paths begin in the current folder. \
            Videos are left out. A path that is given and leads to nothing is an error. A photo that \
            has changed when its shard runs becomes a row that says so.
            """)

    @OptionGroup var source: SourceOptions
    @Option(help: "Folder of the job, without a job in it.")
    var out: String
    @Option(help: "Number of shards; 5 to 15 minutes of work each are usual.")
    var shards: Int?
    @Option(help: "Photos in a shard, at most.")
    var shardSize: Int?
    @Flag(help: "Compare SHA-256 of photos, not the time of change: for files that are copied.")
    var checksum = false
    @OptionGroup var model: ModelOption
    @OptionGroup var faces: FaceChoice
    @Option(
        help: "Abstain below this confidence, the larger of score and 1 - score. (default: never)")
    var abstainBelow: Double?
    @Option(help: "Faces scored at once, at most.")
    var batchSize = PredictionOptions().batchSize
    @Option(help: "auto, float32 or bfloat16.")
    var precision = "auto"
    @Flag(help: "Print JSON.")
    var json = false

    var findsFaces: Bool { false }

    func validate() throws {
        try source.requirePaths()
        guard (shards == nil) != (shardSize == nil) else {
            throw ValidationError("Give either --shards or --shard-size.")
        }
    }

    func run() throws {
        Interruption.install()
        try source.requireEffect()
        if faces.wholeImage { try source.requireNoDetection(because: "the image is the face") }
        guard source.workers == nil else {
            throw UsageError.withoutEffect(
                "--workers", because: "nothing is scored yet", expected: "mien batch run with it")
        }
        var options = try source.predictionOptions
        faces.apply(to: &options)
        options.abstainBelow = abstainBelow
        options.batchSize = batchSize
        options.precision = try choice(precision, "--precision")
        let missing = Self.missingFolders(of: out)
        do {
            try plan(options)
        } catch {
            // A job that was refused: what it has made is empty. Other folders stay.
            for folder in missing { rmdir(folder) }
            throw error
        }
    }

    /// The folder and those above it that are not there, the innermost first.
    private static func missingFolders(of path: String) -> [String] {
        var folder = URL(fileURLWithPath: path, isDirectory: true).absoluteURL
        var missing: [String] = []
        while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path) {
            missing.append(folder.path)
            folder.deleteLastPathComponent()
        }
        return missing
    }

    private func plan(_ options: PredictionOptions) throws {
        let folder = try OutputFolder(out)
        try source.keepApart(from: folder.url, option: "--out")
        let planner = BatchPlanner(
            model: try model.url, options: options,
            division: shards.map { BatchPlanner.Division.shards($0) } ?? .size(shardSize ?? 1),
            hashesFiles: checksum)
        let sources = source.sources(takesCrops: faces.wholeImage)
        let outcome = try interruptible {
            try planner.plan(sources, to: folder.url, given: Set(source.paths)) {
                Interruption.isRequested
            }
        }
        for note in sources.notes { Console.note(note) }
        if outcome.videos > 0 {
            Console.note(
                outcome.videos == 1
                    ? "1 video is left out: score it with mien predict."
                    : "\(outcome.videos) videos are left out: score them with mien predict.")
        }
        let status = BatchStatus(outcome.job)
        if json {
            try Console.json(status)
        } else {
            let pictures = status.pictures.counting("picture")
            try Console.result("\(pictures) in \(status.shards.counting("shard")).")
        }
    }
}

/// Work that a cancellation ends: then the command was interrupted.
func interruptible<Output>(_ body: () throws -> Output) throws -> Output {
    do {
        return try body()
    } catch is CancellationError {
        throw Interrupted()
    }
}
