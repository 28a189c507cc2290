import ArgumentParser
import Foundation
import Imaging
import Inference
import Logging
import Mien
import MienServer
import ServeOptions
import Torch

/// The program `mien-server`, which `mien serve` starts.
@main
struct ServerProgram: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mien serve", abstract: "Serves the page and the HTTP interface.",
        version: currentMienVersion)

    @OptionGroup var options: ServeOptions

    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        // Before any other thread allocates.
        Runtime.returnFreedMemory()
        setenv("OMP_NUM_THREADS", "1", 1)
        setenv("OMP_WAIT_POLICY", "PASSIVE", 0)
        let program: ServerProgram
        do {
            guard let parsed = try parseAsRoot() as? ServerProgram else {
                throw CleanExit.helpRequest()
            }
            program = parsed
        } catch {
            let code = exitCode(for: error)
            let text = fullMessage(for: error) + "\n"
            (code == .success ? FileHandle.standardOutput : .standardError).write(Data(text.utf8))
            _exit(code == .validationFailure ? 2 : code.rawValue)
        }
        do {
            try await program.serve()
        } catch {
            FileHandle.standardError.write(Data(Self.words(of: error).utf8))
            _exit(error is FileError ? 1 : 2)
        }
        // Without libtorch's exit destructors.
        fflush(nil)
        _exit(0)
    }

    /// An error in words, with settings as options.
    private static func words(of error: any Error) -> String {
        let words: Advice = "Error: \(error)\n"
        return words.asOptions
    }

    private func serve() async throws {
        var settings = HTTPServer.Options()
        settings.address = try ServerAddress(options.bind)
        settings.hosts = options.host
        settings.metrics = try options.metrics.map { text throws(UsageError) in
            try ServerAddress(text)
        }
        settings.authority = try options.authority.map { text throws(UsageError) in
            try ServerAddress(text)
        }
        settings.encryption = try encryption()
        var limits = ServiceLimits()
        let rate = options.rate ?? (settings.address.isLoopback ? 0 : 50)
        guard rate >= 0, rate.isFinite else {
            throw UsageError("--rate", found: "\(rate)", expected: "0 or more requests a second")
        }
        limits.clientRate = rate > 0 ? rate : nil
        // Refused before models are read.
        try HTTPServer.check(settings, hasTokens: options.tokens != nil)
        InferenceEngine.setThreadCount(1)
        Thread.detachNewThread { ImageLibrary.load() }
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "mien")
        logger.logLevel = .warning
        let service = try ExpressionService(
            models: try models(), tokens: options.tokens.map { URL(fileURLWithPath: $0) },
            limits: limits, logger: logger)
        let server = try HTTPServer(service, settings)
        try await server.run(overdue: { _exit(0) }) { running in
            Self.report(running)
            Task {
                do {
                    try await service.start()
                } catch {
                    FileHandle.standardError.write(Data(Self.words(of: error).utf8))
                    _exit(1)
                }
            }
        }
    }

    /// The first line of the output is where the page is.
    private static func report(_ running: HTTPServer.Running) {
        FileHandle.standardOutput.write(Data((running.url + "\n").utf8))
        var notes = ["Ctrl-C stops the service."]
        if let port = running.metricsPort { notes.append("Metrics are on port \(port).") }
        if let authority = running.authority {
            notes.append(
                "Devices that are to trust the service need the certificate \(authority.path), "
                    + "SHA-256 \(authority.fingerprint).")
            notes.append(
                authority.url.map { "They fetch it at \($0); compare the SHA-256 there." }
                    ?? "Name the service with --host, and they can fetch it.")
            // For a phone's camera; a file or a log has no use for it.
            if isatty(STDERR_FILENO) == 1, let code = authority.code { notes.append(code) }
        }
        FileHandle.standardError.write(Data((notes.joined(separator: "\n") + "\n").utf8))
    }

    private func models() throws -> [ExpressionService.NamedModel] {
        let given = options.model.isEmpty ? [ModelPlace.released] : options.model
        return try given.map { text in
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            let isNamed = parts.count == 2 && !parts[0].contains("/")
            return .init(
                isNamed ? parts[0] : "mien", try ModelPlace.file(isNamed ? parts[1] : text))
        }
    }

    private func encryption() throws -> HTTPServer.Encryption {
        guard let tls = options.tls else { return .none }
        guard tls != "auto" else { return .automatic(Self.certificates) }
        let parts = tls.split(separator: ",").map(String.init)
        guard parts.count == 2 else {
            throw UsageError(
                "--tls", found: tls, expected: "auto, or a certificate and its key: CERT,KEY")
        }
        return .files(
            certificate: URL(fileURLWithPath: parts[0]), key: URL(fileURLWithPath: parts[1]))
    }

    /// Where the local authority is kept.
    private static var certificates: URL {
        let environment = ProcessInfo.processInfo.environment
        let data =
            environment["XDG_DATA_HOME"].flatMap {
                $0.hasPrefix("/") ? URL(fileURLWithPath: $0) : nil
            }
            ?? (environment["HOME"].map { URL(fileURLWithPath: $0) }
            ?? FileManager.default.homeDirectoryForCurrentUser)
            .appendingPathComponent(".local/share")
        return data.appendingPathComponent("mien/tls")
    }
}
