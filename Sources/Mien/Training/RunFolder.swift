public import Foundation
import Torch

/// The folder of one training run: recipe.json, events.jsonl, checkpoints/, model.safetensors.
public struct RunFolder: Sendable {
    public let url: URL

    public var recipeURL: URL { url.appendingPathComponent("recipe.json") }
    public var eventsURL: URL { url.appendingPathComponent("events.jsonl") }
    public var logURL: URL { url.appendingPathComponent("log.txt") }
    public var modelURL: URL { url.appendingPathComponent("model.safetensors") }
    public var modelCardURL: URL { url.appendingPathComponent("MODEL_CARD.md") }
    public var reportURL: URL { url.appendingPathComponent("report.html") }
    public var checkpointsURL: URL { url.appendingPathComponent("checkpoints", isDirectory: true) }

    public init(_ url: URL) { self.url = url }

    /// Makes a new folder with its recipe.
    /// - Throws: `UsageError` when a run is already there.
    public static func create(at url: URL, _ start: RunStart) throws -> RunFolder {
        let folder = RunFolder(url)
        if FileManager.default.fileExists(atPath: folder.recipeURL.path) {
            throw UsageError(
                "--out", found: "a run in \(url.path)", expected: "a new folder",
                advice: "Continue that run with --resume, or choose another name.")
        }
        do {
            try FileManager.default.createDirectory(
                at: folder.checkpointsURL, withIntermediateDirectories: true)
        } catch {
            throw UsageError(
                "--out",
                found: "\(url.path), which cannot be made: "
                    + "\((error as NSError).localizedDescription)",
                expected: "a folder that can be written")
        }
        try AtomicFile.write(JSONEncoder.readable.encode(start), to: folder.recipeURL)
        return folder
    }

    /// What the run was started with.
    public func start() throws -> RunStart {
        guard let data = try? Data(contentsOf: recipeURL) else {
            throw UsageError(
                "--resume", found: "no run in \(url.path)", expected: "a folder with recipe.json")
        }
        do {
            return try JSONDecoder().decode(RunStart.self, from: data)
        } catch {
            throw UsageError(
                recipeURL.path, found: "a recipe that cannot be read (\(plainReason(of: error)))",
                expected: "the recipe as Mien wrote it")
        }
    }

    /// Adds one line to the events, on the disk before this returns.
    func append(_ event: some Encodable) throws {
        let line = try JSONEncoder.canonical.encode(event) + Data("\n".utf8)
        if !FileManager.default.fileExists(atPath: eventsURL.path) {
            guard FileManager.default.createFile(atPath: eventsURL.path, contents: nil) else {
                throw FileError(path: eventsURL.path, reason: "cannot be written")
            }
        }
        do {
            let handle = try FileHandle(forWritingTo: eventsURL)
            defer { try? handle.close() }
            try handle.seekToEnd()
            try handle.write(contentsOf: line)
        } catch {
            throw FileError(
                path: eventsURL.path, reason: "cannot be written: \(plainReason(of: error))")
        }
    }

    /// Drops events after `step`, and a last line that was cut off, so that a resumed run goes on
    /// as if it had not been killed.
    func truncateEvents(after step: Int) throws {
        guard let text = try? String(contentsOf: eventsURL, encoding: .utf8) else { return }
        struct Stamp: Decodable { let step: Int }
        let kept = text.split(separator: "\n").filter { line in
            let stamp = try? JSONDecoder().decode(Stamp.self, from: Data(line.utf8))
            return stamp.map { $0.step <= step } ?? false
        }
        try AtomicFile.write(kept.map { $0 + "\n" }.joined(), to: eventsURL)
    }
}

/// What a run is started with, kept as recipe.json: enough to start it again.
public struct RunStart: Sendable, Codable {
    public var mienVersion = currentMienVersion
    public var recipe: Recipe
    public var data: String
    public var votes: String?
    public var skipBadRows = false
    /// How labels were read; `nil` in runs that named nothing.
    public var labelOptions: LabelOptions?
    public var initialWeights: String
    public var threads: Int
    public var device: String
    public var sources: [Dataset.Source]

    public init(
        recipe: Recipe, data: String, votes: String?, skipBadRows: Bool, initialWeights: String,
        threads: Int, device: String, sources: [Dataset.Source],
        labelOptions: LabelOptions = LabelOptions()
    ) {
        self.labelOptions = labelOptions == LabelOptions() ? nil : labelOptions
        self.recipe = recipe
        self.data = data
        self.votes = votes
        self.skipBadRows = skipBadRows
        self.initialWeights = initialWeights
        self.threads = threads
        self.device = device
        self.sources = sources
    }
}

extension JSONEncoder {
    /// For files that people read too.
    public static var readable: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
