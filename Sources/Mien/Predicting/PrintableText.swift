public import Foundation

extension StringProtocol {
    /// The text without anything that steers a terminal: control characters as `\xNN`, marks that
    /// turn the direction of writing or end a line as `\u{NNNN}`.
    /// - Parameter keepingLines: leaves line feeds and tabs.
    public func printable(keepingLines: Bool = false) -> String {
        func steers(_ scalar: Unicode.Scalar) -> Bool {
            scalar.steersTerminals && !(keepingLines && (scalar == "\n" || scalar == "\t"))
        }
        guard unicodeScalars.contains(where: steers) else { return String(self) }
        return unicodeScalars.reduce(into: "") { result, scalar in
            if !steers(scalar) {
                result.unicodeScalars.append(scalar)
            } else if scalar.value <= 0xFF {
                result += String(format: "\\x%02X", scalar.value)
            } else {
                result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            }
        }
    }
}

extension Unicode.Scalar {
    /// Controls of C0, C1 and DEL; line and paragraph separators; embeddings, overrides and
    /// isolates of the direction of writing.
    fileprivate var steersTerminals: Bool {
        switch value {
        case 0 ..< 0x20, 0x7F ..< 0xA0, 0x2028 ... 0x202E, 0x2066 ... 0x2069: true
        default: false
        }
    }
}

/// A JSON document with all that steers a terminal written as `\uNNNN`, which stands for the
/// character itself.
public func printableJSON(_ document: Data) -> String {
    let text = String(decoding: document, as: UTF8.self)
    // Encoders write the controls below 0x20 in this way; the others begin with these bytes.
    guard document.contains(where: { $0 == 0x7F || $0 == 0xC2 || $0 == 0xE2 }) else { return text }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
        if scalar.steersTerminals, scalar != "\n", scalar != "\t" {
            result += String(format: "\\u%04x", scalar.value)
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
}
