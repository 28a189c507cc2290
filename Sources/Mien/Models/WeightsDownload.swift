public import Foundation
import Torch

/// How patient a download is.
public struct DownloadOptions: Sendable {
    /// Tries in a row that bring nothing new before giving up.
    public var attempts = 4
    /// Before the second try; doubled each time.
    public var firstPause = 1.0
    /// Without a byte for so many seconds, a connection is given up.
    public var idleSeconds = 30

    public init() {}
}

/// What a download has to tell.
public enum DownloadEvent: Sendable, Equatable {
    /// Another process is downloading the same file.
    case waiting
    /// - resumedFrom: bytes that are here already.
    case connecting(URL, resumedFrom: Int)
    /// - total: nil when the server does not say.
    case received(bytes: Int, total: Int?, bytesPerSecond: Double)
    case retrying(reason: String, afterSeconds: Double)
}

extension WeightsCache {
    /// Downloads a file into the cache, unless it is there.
    ///
    /// What was received survives a cut, and the next try or call goes on from there. The file
    /// appears under its name when its SHA-256 has been verified. This call blocks.
    /// - Parameters:
    ///   - mirror: where to take the same file from instead.
    ///   - progress: is called on the caller's thread.
    /// - Throws: `WeightsError`, `FileError`.
    @discardableResult
    public func fetch(
        _ weights: PretrainedWeights, from mirror: URL? = nil,
        options: DownloadOptions = DownloadOptions(),
        progress: (DownloadEvent) -> Void = { _ in }
    ) throws -> URL {
        let url = mirror ?? weights.url
        guard url.scheme == "http" || url.scheme == "https" else {
            throw WeightsError(
                url.absoluteString, reason: "is no http or https address",
                advice: "Take in a file with `mien weights import PATH`.", isInput: true)
        }
        try makeFolder()
        let target = file(of: weights)
        let lock = try FileLock(hidden(weights, "lock").path) { progress(.waiting) }
        defer { lock.release() }
        if try isIntact(target, weights) { return target }
        var download = WeightsDownload(
            weights: weights, url: url, partial: hidden(weights, "partial"), options: options)
        try download.run(progress)
        try AtomicFile.move(download.partial, to: target)
        return target
    }

    private func hidden(_ weights: PretrainedWeights, _ kind: String) -> URL {
        folder.appendingPathComponent(".\(weights.fileName).\(kind)")
    }

    private func isIntact(_ file: URL, _ weights: PretrainedWeights) throws -> Bool {
        guard FileManager.default.fileExists(atPath: file.path) else { return false }
        return try Self.digest(of: file).sha256.hasPrefix(weights.digestPrefix)
    }
}

/// The tries that make up one download.
private struct WeightsDownload {
    let weights: PretrainedWeights
    let url: URL
    let partial: URL
    let options: DownloadOptions

    /// A file larger than this is not one of weights.
    private static let limit = 2 << 30

    private enum Attempt {
        case complete
        case failed(String)
    }

    mutating func run(_ progress: (DownloadEvent) -> Void) throws {
        var failures = 0
        var mismatches = 0
        var largest = size
        while true {
            progress(.connecting(url, resumedFrom: size))
            switch try attempt(progress) {
            case .complete:
                let digest = try WeightsCache.digest(of: partial).sha256
                if digest.hasPrefix(weights.digestPrefix) { return }
                // The old part may have been of another file: once more from the start.
                mismatches += 1
                try? FileManager.default.removeItem(at: partial)
                largest = 0
                guard mismatches < 2 else { throw mismatch(digest) }
                progress(.retrying(reason: "the SHA-256 is wrong", afterSeconds: 0))
            case .failed(let reason):
                failures = size > largest ? 0 : failures + 1
                largest = max(largest, size)
                guard failures < options.attempts else { throw unreachable(reason) }
                let pause = options.firstPause * Double(1 << min(max(failures - 1, 0), 6))
                progress(.retrying(reason: reason, afterSeconds: pause))
                Thread.sleep(forTimeInterval: pause)
            }
        }
    }

    private var size: Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: partial.path)
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }

    private func attempt(_ progress: (DownloadEvent) -> Void) throws -> Attempt {
        let file = open(partial.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw failure("cannot be written") }
        defer { close(file) }
        let start = size
        var position = start
        var total: Int?
        var problem: String?
        var isComplete = false
        let clock = ContinuousClock()
        let begin = clock.now
        var received = 0
        var lastReport = begin
        func report() {
            let elapsed = (clock.now - begin) / .seconds(1)
            progress(
                .received(
                    bytes: position, total: total,
                    bytesPerSecond: elapsed > 0 ? Double(received) / elapsed : 0))
        }
        let transfer = WeightsTransfer(
            url: url, offset: start, idleSeconds: options.idleSeconds)
        let outcome = try transfer.run { response in
            switch response.status {
            case 206:
                let range = response.headers["content-range"] ?? ""
                guard range.hasPrefix("bytes \(start)-") else {
                    guard ftruncate(file, 0) == 0 else { throw failure("cannot be written") }
                    problem = "the server sent the part \"\(range)\""
                    return false
                }
            case 200:  // The whole file, asked for or not.
                guard ftruncate(file, 0) == 0 else { throw failure("cannot be written") }
                position = 0
            case 416 where start > 0:
                isComplete = response.headers["content-range"] == "bytes */\(start)"
                if !isComplete {
                    guard ftruncate(file, 0) == 0 else { throw failure("cannot be written") }
                    problem = "the server has no more than \(start) bytes"
                }
                return false
            case 408, 425, 429, 500 ..< 600:
                problem = "the server answered with status \(response.status)"
                return false
            default:
                throw WeightsError(
                    url.absoluteString,
                    reason: "the server answered with status \(response.status)", advice: advice)
            }
            total = response.headers["content-length"].flatMap { Int($0) }
                .flatMap { $0 <= Self.limit ? $0 + position : nil }
            return true
        } receive: { bytes in
            guard position + bytes.count <= Self.limit else {
                throw WeightsError(
                    url.absoluteString, reason: "sends more than \(Self.limit) bytes")
            }
            try write(bytes, to: file, at: position)
            position += bytes.count
            received += bytes.count
            if clock.now - lastReport > .milliseconds(100) {
                lastReport = clock.now
                report()
            }
            return true
        }
        if received > 0 { report() }
        switch outcome {
        case .finished: isComplete = true
        case .stopped: break
        case .failed(let code, let words):
            // A wrong address, too many redirects, a certificate that is not trusted.
            if [1, 3, 47, 60, 77].contains(code) {
                throw WeightsError(url.absoluteString, reason: words, advice: advice)
            }
            problem = words
        }
        guard fsync(file) == 0 else { throw failure("cannot be written") }
        return isComplete ? .complete : .failed(problem ?? "the connection ended early")
    }

    private func write(
        _ bytes: UnsafeRawBufferPointer, to file: Int32, at position: Int
    ) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(file, rest.baseAddress, rest.count, off_t(position + done))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("cannot be written") }
            done += count
        }
    }

    private func failure(_ what: String) -> FileError {
        FileError(path: partial.path, reason: "\(what): \(String(cString: strerror(errno)))")
    }

    private var advice: Advice { WeightsCache.offlineAdvice(weights) }

    private func mismatch(_ digest: String) -> WeightsError {
        WeightsError(
            url.absoluteString,
            reason: "what it sent has a SHA-256 that begins with \(digest.prefix(8)), expected "
                + "\(weights.digestPrefix)",
            advice: "Something on the way gives another file under this address. \(advice)")
    }

    private func unreachable(_ reason: String) -> WeightsError {
        WeightsError(
            weights.fileName,
            reason: "cannot be downloaded from \(url.absoluteString): \(reason)",
            advice:
                "\(size > 0 ? "The \(size) bytes that came are kept for the next try. " : "")\(advice)"
        )
    }
}
