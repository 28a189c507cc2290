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

    /// Whether a run is here that has come to a checkpoint or a model: one that has not is lost
    /// without loss.
    public var holdsRun: Bool {
        let files = FileManager.default
        guard files.fileExists(atPath: recipeURL.path) else { return false }
        return files.fileExists(atPath: modelURL.path) || hasCheckpoint
    }

    /// Whether there is a checkpoint to go on from.
    public var hasCheckpoint: Bool { CheckpointStore(folder: checkpointsURL).newest() != nil }

    /// - Throws: `UsageError` when a run is already there.
    public func requireNew() throws(UsageError) {
        guard holdsRun else { return }
        throw UsageError(
            setting: "out", found: "a run in \(url.path)", expected: "a new folder",
            advice: "Continue that run with \(setting: "resume"), or choose another name.")
    }

    /// Makes a new folder with its recipe. A run there that came to no checkpoint is replaced.
    /// - Throws: `UsageError` when another run is already there.
    public static func create(at url: URL, _ start: RunConfiguration) throws -> RunFolder {
        try owned(at: url, start).folder
    }

    /// Makes a new folder with its recipe, owned by this process. What was made is removed again
    /// where the folder cannot be had.
    /// - Throws: `UsageError` when a run is already there, or another process trains in it.
    public static func owned(
        at url: URL, _ start: RunConfiguration
    ) throws -> (folder: RunFolder, lock: RunLock) {
        let folder = RunFolder(url)
        let files = FileManager.default
        try folder.requireNew()
        let wasThere = files.fileExists(atPath: url.path)
        do {
            try files.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw UsageError(
                setting: "out",
                found: "\(url.path), which cannot be made: \(plainReason(of: error))",
                expected: "a folder that can be written")
        }
        let lock = try RunLock(folder, subject: "\(setting: "out")")
        do {
            // Again: another process may have been here just now.
            try folder.requireNew()
            for old in [folder.eventsURL, folder.logURL] { try? files.removeItem(at: old) }
            try files.createDirectory(
                at: folder.checkpointsURL, withIntermediateDirectories: true)
            try AtomicFile.write(JSONEncoder.readable.encode(start), to: folder.recipeURL)
        } catch {
            if !wasThere { try? files.removeItem(at: url) }
            throw error
        }
        return (folder, lock)
    }

    /// What the run was started with.
    public func start() throws -> RunConfiguration {
        guard let data = try? Data(contentsOf: recipeURL) else {
            throw UsageError(
                setting: "resume", found: "no run in \(url.path)",
                expected: "a folder with recipe.json")
        }
        do {
            return try JSONDecoder().decode(RunConfiguration.self, from: data)
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

extension JSONEncoder {
    /// For files that people read too.
    public static var readable: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
