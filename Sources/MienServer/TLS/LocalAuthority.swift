import Crypto
import Foundation
import Mien
import SwiftASN1
import Torch
import X509

/// A certificate authority of this machine, and a certificate of 90 days for the service.
///
/// Both lie in one folder with their keys, which only the owner may read.
struct LocalAuthority: Sendable {
    let folder: URL
    /// Names and IP addresses that the certificate is for; IPv6 in brackets.
    let hosts: [String]

    var authorityURL: URL { folder.appendingPathComponent("authority.pem") }
    var certificateURL: URL { folder.appendingPathComponent("certificate.pem") }
    var keyURL: URL { folder.appendingPathComponent("certificate.key") }
    private var authorityKeyURL: URL { folder.appendingPathComponent("authority.key") }

    private static let day = 86_400.0

    /// The authority's certificate in DER.
    func certificateBytes() throws -> [UInt8] {
        try PEMDocument(pemString: try text(authorityURL)).derBytes
    }

    /// SHA-256 of the authority's certificate, in pairs of hexadecimal digits.
    func fingerprint() throws -> String {
        SHA256.hash(data: try certificateBytes()).map { String(format: "%02X", $0) }
            .joined(separator: ":")
    }

    /// Makes what is missing, ends within 30 days, or is for other names.
    /// - Throws: `FileError`, and what the certificates' library throws.
    func renew(now: Date = .now) throws {
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw FileError(
                path: folder.path,
                reason: "cannot be made, and certificates are kept there: "
                    + "\(error.localizedDescription) Set XDG_DATA_HOME to a folder that can be, or "
                    + "give a certificate and its key")
        }
        let (authority, key) = try authority(now)
        if let chain = try? PEMDocument.parseMultiple(pemString: text(certificateURL)),
            let current = try? chain.first.map({ try Certificate(pemDocument: $0) }),
            current.notValidAfter > now.addingTimeInterval(30 * Self.day),
            authority.publicKey.isValidSignature(current.signature, for: current),
            try current.extensions.subjectAlternativeNames == names,
            FileManager.default.fileExists(atPath: keyURL.path)
        {
            return
        }
        let own = P256.Signing.PrivateKey()
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(own.publicKey),
            notValidBefore: now.addingTimeInterval(-3600),
            notValidAfter: now.addingTimeInterval(90 * Self.day), issuer: authority.subject,
            subject: try DistinguishedName { CommonName("Mien") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                names
            }, issuerPrivateKey: .init(key))
        try write(own.pemRepresentation, to: keyURL)
        try write(
            try certificate.serializeAsPEM().pemString + "\n"
                + authority.serializeAsPEM().pemString + "\n", to: certificateURL)
    }

    private func authority(
        _ now: Date
    ) throws -> (certificate: Certificate, key: P256.Signing.PrivateKey) {
        if let certificate = try? Certificate(pemEncoded: text(authorityURL)),
            let key = try? P256.Signing.PrivateKey(pemRepresentation: text(authorityKeyURL)),
            certificate.publicKey == .init(key.publicKey),
            certificate.notValidAfter > now.addingTimeInterval(120 * Self.day)
        {
            return (certificate, key)
        }
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName {
            CommonName("Mien on \(ProcessInfo.processInfo.hostName)")
        }
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
            notValidBefore: now.addingTimeInterval(-3600),
            notValidAfter: now.addingTimeInterval(3650 * Self.day), issuer: name, subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
            }, issuerPrivateKey: .init(key))
        try write(key.pemRepresentation, to: authorityKeyURL)
        try write(try certificate.serializeAsPEM().pemString + "\n", to: authorityURL)
        return (certificate, key)
    }

    private var names: SubjectAlternativeNames {
        SubjectAlternativeNames(
            hosts.map { host in
                let bare = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
                guard let bytes = Self.address(bare) else { return .dnsName(bare) }
                return .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
            })
    }

    /// The bytes of an IP address; `nil` for a name.
    private static func address(_ text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var six = in6_addr()
        if inet_pton(AF_INET6, text, &six) == 1 { return withUnsafeBytes(of: six) { Array($0) } }
        return nil
    }

    private func text(_ url: URL) throws -> String {
        try String(contentsOf: url, encoding: .utf8)
    }

    /// Only the owner may read it, from the first byte.
    private func write(_ text: String, to url: URL) throws {
        let mask = umask(0o077)
        defer { umask(mask) }
        try AtomicFile.write(text, to: url)
    }
}
