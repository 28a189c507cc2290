import Crypto
public import Foundation
import Torch

/// The folder in which published weights are kept. Nothing enters it unverified.
public struct WeightsCache: Sendable {
    public let folder: URL
    public let known: [PretrainedWeights]

    /// - Parameter known: the weights that can be asked for by name.
    public init(folder: URL, known: [PretrainedWeights] = PretrainedWeights.imageNet) {
        self.folder = folder
        self.known = known
    }

    /// `MIEN_CACHE`, else `mien` in `XDG_CACHE_HOME`, else `~/.cache/mien`.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        func path(_ name: String) -> URL? {
            environment[name].flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0) }
        }
        let home = path("HOME") ?? FileManager.default.homeDirectoryForCurrentUser
        // The XDG specification says that relative paths are to be ignored.
        let shared = path("XDG_CACHE_HOME").flatMap { url in
            environment["XDG_CACHE_HOME"]?.hasPrefix("/") == true ? url : nil
        }
        self.init(
            folder: path("MIEN_CACHE")
                ?? (shared ?? home.appendingPathComponent(".cache")).appendingPathComponent("mien"))
    }

    /// Where the file of these weights is, or would be.
    public func file(of weights: PretrainedWeights) -> URL {
        folder.appendingPathComponent(weights.fileName)
    }

    /// The published weights of this name.
    public func weights(named name: String) throws(WeightsError) -> PretrainedWeights {
        guard let weights = known.first(where: { $0.name == name }) else {
            throw WeightsError(
                name, reason: "no weights are known by this name",
                advice: "Known are \(known.map(\.name).joined(separator: ", ")).", isInput: true)
        }
        return weights
    }

    /// The file that `--init` means.
    /// - Parameters:
    ///   - word: `imagenet`, `released`, `tiny`, or a path.
    ///   - architecture: whose weights `imagenet` stands for.
    public func resolve(_ word: String, architecture: String) throws(WeightsError) -> URL {
        if let model = ReleasedModel(rawValue: word) {
            do {
                return try ReleasedModel.locate(model)
            } catch {
                throw WeightsError(
                    word, reason: "the model that comes with Mien is not there",
                    advice: "\(error)", isInput: true)
            }
        }
        guard word == "imagenet" else {
            guard FileManager.default.fileExists(atPath: word) else {
                throw WeightsError(
                    word, reason: "there is no such file of weights",
                    advice:
                        "Give scratch, imagenet, released, tiny, or the path of a .pth, a .safetensors or a "
                        + "Mien model.", isInput: true)
            }
            do {
                return try ModelPlace.file(word)
            } catch {
                throw WeightsError(
                    word, reason: "found \(error.found), expected \(error.expected)",
                    advice: error.advice, isInput: true)
            }
        }
        let weights = try weights(named: architecture)
        let file = file(of: weights)
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw WeightsError(
                weights.fileName, reason: "is not in the cache \(folder.path)",
                advice: "Download it with `mien weights fetch \(architecture)`. "
                    + Self.offlineAdvice(weights), isInput: true)
        }
        return file
    }

    static func offlineAdvice(_ weights: PretrainedWeights) -> Advice {
        "Without a network here, download \(weights.url.absoluteString) elsewhere and run "
            + "`mien weights import PATH`."
    }

    /// Verifies a file and copies it into the cache; its name does not matter.
    /// - Returns: what it is, and where it is now.
    /// - Throws: `WeightsError`, `FileError`.
    public func importFile(_ source: URL) throws -> (weights: PretrainedWeights, file: URL) {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: source)
        } catch {
            throw WeightsError(
                source.path, reason: "cannot be read: \((error as NSError).localizedDescription)",
                isInput: true)
        }
        let digest = SHA256.hash(data: bytes).hexadecimal
        guard
            let weights = known.first(where: {
                !$0.digestPrefix.isEmpty && digest.hasPrefix($0.digestPrefix)
            })
        else {
            let expected = known.map { "\($0.digestPrefix) (\($0.name))" }
            throw WeightsError(
                source.path,
                reason: "its SHA-256 begins with \(digest.prefix(8)), expected "
                    + expected.joined(separator: " or "),
                advice: "The file is another one or damaged. Any weights can be used without "
                    + "the cache: \(setting: "init") PATH.", isInput: true)
        }
        try makeFolder()
        let target = file(of: weights)
        try AtomicFile.write(bytes, to: target)
        return (weights, target)
    }

    /// One line of ``list()``.
    public struct Entry: Sendable, Codable, Equatable {
        public let name: String
        public let path: String
        public let isPresent: Bool
        /// Nil where the file is absent, as are those below.
        public let bytes: Int?
        public let sha256: String?
        /// Whether the SHA-256 begins as the file name says.
        public let isIntact: Bool?
    }

    /// What is known, and what of it is here. Reads every file that is.
    public func list() throws(WeightsError) -> [Entry] {
        var entries: [Entry] = []
        for weights in known {
            let path = file(of: weights).path
            guard FileManager.default.fileExists(atPath: path) else {
                entries.append(
                    Entry(
                        name: weights.name, path: path, isPresent: false, bytes: nil, sha256: nil,
                        isIntact: nil))
                continue
            }
            let (digest, size) = try Self.digest(of: file(of: weights))
            entries.append(
                Entry(
                    name: weights.name, path: path, isPresent: true, bytes: size, sha256: digest,
                    isIntact: digest.hasPrefix(weights.digestPrefix)))
        }
        return entries
    }

    static func digest(of file: URL) throws(WeightsError) -> (sha256: String, bytes: Int) {
        do {
            let data = try Data(contentsOf: file, options: .alwaysMapped)
            return (SHA256.hash(data: data).hexadecimal, data.count)
        } catch {
            throw WeightsError(
                file.path, reason: "cannot be read: \((error as NSError).localizedDescription)")
        }
    }

    func makeFolder() throws(WeightsError) {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw WeightsError(
                folder.path,
                reason: "the cache cannot be made: \((error as NSError).localizedDescription)",
                advice: "Choose another folder with MIEN_CACHE.")
        }
    }
}
