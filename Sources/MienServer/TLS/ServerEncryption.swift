import Foundation
import Mien
import NIOCertificateReloading
import NIOSSL
import ServiceLifecycle

/// What a server encrypts with: a certificate and its key, read again when their files change.
struct ServerEncryption: Sendable {
    let configuration: TLSConfiguration
    /// Looks at the files now and then.
    let renewal: any Service
    /// Of a local authority.
    let authority: (path: String, fingerprint: String)?

    /// - Returns: `nil` for no encryption.
    /// - Throws: `UsageError` for files that are no certificate and key.
    init?(_ encryption: HTTPServer.Encryption, hosts: [String]) throws {
        let (certificate, key): (URL, URL)
        switch encryption {
        case .none: return nil
        case .files(let files):
            (certificate, key) = files
            authority = nil
        case .automatic(let folder):
            let local = LocalAuthority(folder: folder, hosts: hosts)
            try local.renew()
            (certificate, key) = (local.certificateURL, local.keyURL)
            authority = (local.authorityURL.path, try local.fingerprint())
        }
        let reloader = TimedCertificateReloader(
            refreshInterval: .seconds(3600),
            certificateSource: .init(location: .file(path: certificate.path), format: .pem),
            privateKeySource: .init(location: .file(path: key.path), format: .pem))
        do {
            try reloader.reload()
            configuration = try TLSConfiguration.makeServerConfiguration(
                certificateReloader: reloader)
        } catch {
            throw UsageError(
                "\(certificate.path) and \(key.path)", found: "\(error)",
                expected: "a certificate and its private key in PEM")
        }
        if case .automatic(let folder) = encryption {
            renewal = Renewal(
                reloader: reloader, local: LocalAuthority(folder: folder, hosts: hosts))
        } else {
            renewal = Renewal(reloader: reloader, local: nil)
        }
    }
}

/// Makes a certificate anew before it ends, and reads files that have changed.
private struct Renewal: Service {
    let reloader: TimedCertificateReloader
    let local: LocalAuthority?

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: .seconds(3600))
                } catch {
                    return
                }
                // A failure leaves the certificate that there is; the next hour tries again.
                try? local?.renew()
                try? reloader.reload()
            }
        }
    }
}
