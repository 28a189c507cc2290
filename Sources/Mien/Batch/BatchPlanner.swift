import Crypto
public import Foundation
import Torch

/// Splits pictures into the shards of a job, in the order of the bytes of their paths.
public struct BatchPlanner: Sendable {
    /// How many shards a job gets.
    public enum Division: Sendable {
        case shards(Int)
        /// Pictures in a shard, at most.
        case size(Int)
    }

    public let model: URL
    public let options: PredictionOptions
    public let division: Division
    /// Compare hashes of the files, not the times of their last change.
    public let hashesFiles: Bool

    public init(
        model: URL, options: PredictionOptions, division: Division, hashesFiles: Bool = false
    ) {
        self.model = model
        self.options = options
        self.division = division
        self.hashesFiles = hashesFiles
    }

    /// A job, and how many videos it leaves out.
    public struct Outcome: Sendable {
        public let job: BatchJob
        public let videos: Int
    }

    /// Writes the lists, and the plan last: a folder without a plan is no job.
    /// - Parameters:
    ///   - given: paths and patterns that were typed: one that leads to nothing that can be read is
    ///     wrong. Elsewhere, as in a list, it is a picture that cannot be read.
    ///   - isCancelled: asked before each picture.
    /// - Throws: `UsageError` before anything is written, `FileError`, `CancellationError`, what
    ///   reading a model throws.
    public func plan(
        _ sources: SourceList, to folder: URL, given: Set<String> = [],
        isCancelled: () -> Bool = { false }
    ) throws -> Outcome {
        guard !FileManager.default.fileExists(atPath: BatchJob.planURL(folder).path) else {
            throw UsageError(
                folder.path, found: "a job that was planned already", expected: "a new folder")
        }
        try options.validate()
        let card = try Model(contentsOf: model).card
        let (entries, videos) = try entries(of: sources, given, isCancelled)
        let ranges = try ranges(of: entries.count)
        for name in ["shards", "out"] {
            let part = folder.appendingPathComponent(name, isDirectory: true)
            do {
                try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
            } catch {
                throw FileError(
                    path: part.path, reason: "cannot be made: \(plainReason(of: error))")
            }
        }
        var lists: [String] = []
        for (shard, range) in ranges.enumerated() {
            let lines = try entries[range].map { try JSONEncoder.canonical.encode($0) }
            let data = lines.reduce(into: Data()) { $0 += $1 + Data("\n".utf8) }
            try AtomicFile.write(
                [UInt8](data), to: BatchJob.listURL(folder, shard), syncing: false)
            lists.append(SHA256.hash(data: data).hexadecimal)
        }
        let plan = BatchPlan(
            schema: BatchPlan.schemaVersion, program: currentMienVersion,
            model: model.standardizedFileURL.path,
            modelSHA256: try Model.sha256(ofFile: model), options: BatchOptions(options),
            root: FileManager.default.currentDirectoryPath, pictures: entries.count,
            classes: PredictionRow.classes(of: card).map(\.name), lists: lists)
        try AtomicFile.write(
            try JSONEncoder.canonical.encode(plan) + Data("\n".utf8),
            to: BatchJob.planURL(folder))
        return Outcome(job: try BatchJob(folder), videos: videos)
    }

    /// Every picture once.
    private func entries(
        of sources: SourceList, _ given: Set<String>, _ isCancelled: () -> Bool
    ) throws -> (entries: [BatchEntry], videos: Int) {
        var entries: [BatchEntry] = []
        var known: Set<FileName> = []
        var videos = 0
        while let source = sources.next() {
            guard !isCancelled() else { throw CancellationError() }
            switch source {
            case .image(let name):
                guard known.insert(name).inserted else { continue }
                entries.append(BatchEntry(name, hashing: hashesFiles))
            case .unreadable(let name, let reason):
                guard !given.contains(name.text) else {
                    throw UsageError(
                        name.line, found: "a path that \(reason)",
                        expected: "a picture, a folder, or a pattern that pictures fit")
                }
                guard known.insert(name).inserted else { continue }
                entries.append(BatchEntry(name, reason: reason))
            case .video: videos += 1
            case .camera(let number):
                throw UsageError("camera:\(number)", found: "a camera", expected: "files")
            }
        }
        entries.sort { $0.name.bytes.lexicographicallyPrecedes($1.name.bytes) }
        return (entries, videos)
    }

    private func ranges(of count: Int) throws(UsageError) -> [Range<Int>] {
        guard count > 0 else {
            throw UsageError("input", found: "no picture", expected: "at least one")
        }
        switch division {
        case .shards(let shards):
            let most = min(count, BatchJob.maximumShards)
            guard 1 ... most ~= shards else {
                throw UsageError(
                    "shards", found: "\(shards)", expected: "1 to \(most) for \(count) pictures")
            }
            return (0 ..< shards).map { $0 * count / shards ..< ($0 + 1) * count / shards }
        case .size(let size):
            guard size >= 1, (count - 1) / size < BatchJob.maximumShards else {
                throw UsageError(
                    "pictures in a shard", found: "\(size)",
                    expected: "at least \(1 + (count - 1) / BatchJob.maximumShards)")
            }
            return stride(from: 0, to: count, by: size).map { $0 ..< min($0 + size, count) }
        }
    }
}
