import Foundation

/// The person of a picture, as a study knows them: the study's system and a pseudonym, and nothing else.
struct FHIRSubject: Sendable, Equatable {
    /// An absolute URI, such as `urn:study:7`.
    let system: String
    let pseudonym: String

    /// Reads `SYSTEM|PSEUDONYM`, the form of FHIR's token parameters.
    /// - Throws: `Problem` 400 for another form. A pseudonym has no space, so that a name and a surname
    ///   are refused.
    init(_ text: String) throws(Problem) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, Self.isSystem(parts[0]), Self.isPseudonym(parts[1]) else {
            throw .malformed(
                "subject: expected SYSTEM|PSEUDONYM, an absolute URI of at most 200 characters and 1 to "
                    + "64 letters, digits, hyphens, dots and underscores.")
        }
        (system, pseudonym) = (parts[0], parts[1])
    }

    private static func isSystem(_ text: String) -> Bool {
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.isASCII && $0.value > 0x20 && !"\"<>\\^`{}".unicodeScalars.contains($0)
        }
        guard isPlain, text.utf8.count <= 200, let colon = text.firstIndex(of: ":") else {
            return false
        }
        let scheme = text[..<colon]
        return ["urn", "http", "https"].contains(scheme)
            && text.distance(from: colon, to: text.endIndex) > 3
    }

    private static func isPseudonym(_ text: String) -> Bool {
        1 ... 64 ~= text.utf8.count
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a") ... UInt8(ascii: "z"),
                    UInt8(ascii: "A") ... UInt8(ascii: "Z"),
                    UInt8(ascii: "0") ... UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
