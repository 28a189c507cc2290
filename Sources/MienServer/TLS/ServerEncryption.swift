import Foundation
import Logging
import Mien
import NIOCertificateReloading
import NIOSSL
import ServiceLifecycle

/// What a server encrypts with: a certificate and its key, read again when their files change.
struct ServerEncryption: Sendable {
    let configuration: TLSConfiguration
    /// Looks at the files now and then.
    let renewal: any Service
    /// `nil` where the certificate is of another authority.
    let local: LocalAuthority?

    /// Of TLS 1.2: forward secrecy and authenticated encryption, as all of TLS 1.3 have.
    static let ciphers: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]

    /// - Parameter logger: told of a renewal that fails.
    /// - Returns: `nil` for no encryption.
    /// - Throws: `UsageError` for files that are no certificate and key.
    init?(_ encryption: HTTPServer.Encryption, hosts: [String], logger: Logger) throws {
        let (certificate, key): (URL, URL)
        switch encryption {
        case .none: return nil
        case .files(let certificateFile, let keyFile):
            (certificate, key) = (certificateFile, keyFile)
            local = nil
        case .automatic(let folder):
            let own = LocalAuthority(folder: folder, hosts: hosts)
            try own.renew()
            (certificate, key) = (own.certificateURL, own.keyURL)
            local = own
        }
        let reloader = TimedCertificateReloader(
            refreshInterval: .seconds(3600),
            certificateSource: .init(location: .file(path: certificate.path), format: .pem),
            privateKeySource: .init(location: .file(path: key.path), format: .pem))
        do {
            try reloader.reload()
            var made = try TLSConfiguration.makeServerConfiguration(certificateReloader: reloader)
            made.minimumTLSVersion = .tlsv12
            made.cipherSuiteValues = Self.ciphers
            configuration = made
        } catch {
            throw UsageError(
                "\(certificate.path) and \(key.path)", found: "\(error)",
                expected: "a certificate and its private key in PEM")
        }
        renewal = Renewal(reloader: reloader, local: local, logger: logger)
    }
}

/// Makes a certificate anew before it ends, and reads files that have changed.
struct Renewal: Service {
    let reloader: TimedCertificateReloader
    let local: LocalAuthority?
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: .seconds(3600))
                } catch {
                    return
                }
                renew()
            }
        }
    }

    /// A failure leaves the certificate that there is and is logged; the next hour tries again.
    func renew(now: Date = .now) {
        do {
            try local?.renew(now: now)
        } catch {
            logger.error("The certificate was not renewed: \(error)")
        }
        do {
            try reloader.reload()
        } catch {
            logger.error("The certificate was not read again: \(error)")
        }
    }
}
