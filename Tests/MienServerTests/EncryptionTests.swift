import Foundation
import Logging
import Mien
import NIOCertificateReloading
import NIOSSL
import ProgramSupport
import Synchronization
import Testing

@testable import MienServer

/// The local authority, its certificates, and how devices come by them.
@Suite(.enabled(if: DrawnPhotos.hasDetector, "\(DrawnPhotos.missing)"))
struct EncryptionTests {
    @Test func certificatesAreMadeOnceAndAnew() async throws {
        let folder = try TemporaryFolder()
        let authority = LocalAuthority(
            folder: folder.url, hosts: ["localhost", "127.0.0.1", "[::1]"])
        try authority.renew()
        let first = try folder.text("certificate.pem")
        try authority.renew()
        #expect(try folder.text("certificate.pem") == first)
        let root = try folder.text("authority.pem")
        // After two months there is a new one of the old authority.
        try authority.renew(now: .now + 61 * 86_400)
        #expect(try folder.text("certificate.pem") != first)
        #expect(try folder.text("authority.pem") == root)
        try LocalAuthority(folder: folder.url, hosts: ["other.example"]).renew()
        for key in ["certificate.key", "authority.key"] {
            #expect(try FileManager.default.rights(folder.path(key)) == 0o600)
        }
        #expect(try authority.fingerprint().count == 95)
    }

    @Test func devicesFetchTheAuthoritysCertificateInPlainHTTPAndNothingElse() async throws {
        let folder = try TemporaryFolder()
        var limits = ServiceLimits()
        limits.idleSeconds = 1
        let server = try await TestServer(
            limits: limits, encryption: .automatic(folder.url), authority: true)
        // Plain HTTP gets nothing of an encrypted port.
        #expect(try await server.raw(RawClient.request("GET", "/livez")).isEmpty)
        let port = try #require(server.authorityPort)
        func ask(_ path: String, host: String = "localhost") async throws -> RawAnswer {
            let request = RawClient.request("GET", path, host: host)
            return try #require(
                try await onThread { try RawClient(port: port).exchange(request, seconds: 300) }
                    .first)
        }
        let answer = try await ask("/authority.crt")
        #expect(answer.status == 200)
        #expect(answer.fields["content-type"] == "application/x-x509-ca-cert")
        #expect(answer.fields["x-content-type-options"] == "nosniff")
        #expect(answer.fields["strict-transport-security"] == nil)
        let authority = LocalAuthority(folder: folder.url, hosts: [])
        #expect(answer.body == (try authority.certificateBytes()))
        for path in ["/", "/v1/model", "/authority.key", "/certificate.pem", "/metrics"] {
            #expect(try await ask(path).status == 404, "\(path)")
        }
        #expect(try await ask("/authority.crt", host: "evil.example").status == 403)
        let known = try #require(server.authority)
        #expect(known.fingerprint == (try authority.fingerprint()))
        #expect(known.url == "http://127.0.0.1:\(port)/authority.crt")
        #expect(known.code?.isEmpty == false)
    }

    @Test func earlierVersionsAndWeakCiphersAreRefused() throws {
        let folder = try TemporaryFolder()
        let encryption = try #require(
            try ServerEncryption(
                .automatic(folder.url), hosts: ["localhost"],
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        let configuration = encryption.configuration
        #expect(configuration.minimumTLSVersion == .tlsv12)
        let ciphers = configuration.cipherSuiteValues
        #expect(ciphers == ServerEncryption.ciphers && ciphers.count == 6)
    }

    @Test func aServiceWithoutAnAuthorityHasNoCertificateToGive() async throws {
        let server = try await TestServer.shared.value
        let answer = try await server.send("GET", "/authority.crt")
        #expect(answer.status == 404 && answer.object["code"] as? String == "no_authority")
    }

    @Test func aRenewalThatFailsIsLogged() throws {
        let folder = try TemporaryFolder()
        let local = LocalAuthority(folder: folder.url, hosts: ["localhost"])
        try local.renew()
        let log = LogLines()
        let renewal = Renewal(
            reloader: TimedCertificateReloader(
                refreshInterval: .seconds(3600),
                certificateSource: .init(
                    location: .file(path: local.certificateURL.path), format: .pem),
                privateKeySource: .init(location: .file(path: local.keyURL.path), format: .pem)),
            local: local, logger: Logger(label: "test") { _ in log })
        renewal.renew()
        #expect(log.lines.isEmpty)
        // A folder in the key's place cannot be replaced by a file.
        try FileManager.default.removeItem(at: local.keyURL)
        try FileManager.default.createDirectory(
            at: local.keyURL.appendingPathComponent("in the way"),
            withIntermediateDirectories: true)
        renewal.renew(now: .now + 80 * 86_400)
        #expect(log.lines.first?.hasPrefix("The certificate was not renewed: ") == true)
    }
}

/// Keeps what is logged.
struct LogLines: LogHandler {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private let kept = Lines()
    var metadata = Logger.Metadata()
    var logLevel = Logger.Level.trace

    var lines: [String] { kept.all.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        kept.all.withLock { $0.append("\(event.message)") }
    }
}
