import Foundation
import Mien
import Synchronization

/// Where text goes: results to standard output, everything else to standard error. Nothing that
/// steers a terminal gets through, whoever wrote it.
enum Console {
    static let isTerminal = isatty(STDERR_FILENO) == 1
    static let showsResults = isatty(STDOUT_FILENO) == 1
    /// Whether a line stands there that the next one overwrites.
    private static let hasTransient = Atomic(false)

    /// Whether another process says what is to be noted.
    private static let isSilent = Atomic(false)

    /// Shows errors only from now on.
    static func silenceNotes() { isSilent.store(true, ordering: .relaxed) }

    static func note(_ text: String) {
        guard !isSilent.load(ordering: .relaxed) else { return }
        write(text.printable(keepingLines: true) + "\n")
    }

    static func note(_ text: Advice) { note(text.asOptions) }

    /// - Parameter plain: the text says itself that it is an error, and may have lines.
    static func error(_ text: String, plain: Bool = false) {
        write((plain ? text : "Error: " + text).printable(keepingLines: plain) + "\n")
    }

    /// Prints text for people.
    /// - Throws: ``OutputError`` when nothing takes it.
    static func result(_ text: String) throws(OutputError) {
        try output(text.printable(keepingLines: true))
    }

    /// Prints a text for people that names settings, which are options here.
    /// - Throws: ``OutputError`` when nothing takes it.
    static func result(_ text: some NamesSettings) throws(OutputError) {
        try result(text.message.asOptions)
    }

    /// Prints text for programs: csv, JSON, a path. Only for a terminal it is changed.
    static func exact(_ text: String) throws(OutputError) {
        try output(showsResults ? text.printable(keepingLines: true) : text)
    }

    /// Prints a value as JSON.
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder().writingOptions
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try output(printableJSON(try encoder.encode(value)))
    }

    /// A file of JSON with the names of options.
    static func file(of value: some Encodable) throws -> Data {
        try JSONEncoder.readable.writingOptions.encode(value)
    }

    /// A line that the next one overwrites; without a terminal it is not printed.
    static func transient(_ text: String) {
        guard isTerminal, !isSilent.load(ordering: .relaxed) else { return }
        write(String(text.printable().prefix(columns - 1)))
        hasTransient.store(true, ordering: .relaxed)
    }

    /// Columns of the terminal; 80 where it does not say.
    static var columns: Int {
        var window = winsize()
        let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &window) == 0 && window.ws_col > 1
        return isKnown ? Int(window.ws_col) : 80
    }

    static func clearTransient() {
        if hasTransient.load(ordering: .relaxed) { write("") }
    }

    private static func output(_ text: String) throws(OutputError) {
        if showsResults { clearTransient() }
        let code = StandardStreams.write(text + "\n", to: STDOUT_FILENO)
        guard code == 0 else { throw OutputError(code: code) }
    }

    /// Standard error that is closed or full changes nothing.
    private static func write(_ text: String) {
        let isOverwritten = hasTransient.exchange(false, ordering: .relaxed)
        _ = StandardStreams.write(
            (isOverwritten ? "\r\u{1B}[K" : "") + text, to: STDERR_FILENO)
    }
}

/// Why results could not be written to standard output.
struct OutputError: Error, CustomStringConvertible {
    let code: Int32

    /// Whoever read the output has gone.
    var isClosedPipe: Bool { code == EPIPE }

    var description: String {
        "standard output: cannot be written: \(String(cString: strerror(code)))"
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
