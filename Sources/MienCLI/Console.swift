import Foundation

/// Where text goes: results to standard output, everything else to standard error.
enum Console {
    static let isTerminal = isatty(STDERR_FILENO) == 1

    static func note(_ text: String) { write(text + "\n") }

    /// - Parameter plain: the text says itself that it is an error.
    static func error(_ text: String, plain: Bool = false) {
        write((isTerminal ? "\r\u{1B}[K" : "") + (plain ? "" : "Error: ") + text + "\n")
    }

    static func result(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    /// Prints a value as JSON.
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        result(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// A line that the next one overwrites; without a terminal it is not printed.
    static func transient(_ text: String) {
        if isTerminal { write("\r\u{1B}[K" + text) }
    }

    static func clearTransient() {
        if isTerminal { write("\r\u{1B}[K") }
    }

    private static func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}

/// "0:42", "12:03", "1:02:03".
func duration(_ seconds: Double) -> String {
    let whole = Int(max(seconds, 0).rounded())
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    return hours > 0
        ? String(format: "%d:%02d:%02d", hours, minutes, rest)
        : String(format: "%d:%02d", minutes, rest)
}
