import Foundation
import Synchronization

/// Whether Ctrl-C, SIGTERM or the end of the terminal asked to stop. A second Ctrl-C or SIGTERM ends
/// the program at once.
enum Interruption {
    private static let requested = Atomic(false)

    /// Whether there is nothing to save, so that the first one ends the program.
    private static let endsAtOnce = Atomic(false)

    static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Runs work that is not asked whether to stop, and leaves nothing half done.
    static func endingAtOnce<Output, Failure>(
        _ body: () throws(Failure) -> Output
    ) throws(Failure) -> Output {
        endsAtOnce.store(true, ordering: .relaxed)
        defer { endsAtOnce.store(false, ordering: .relaxed) }
        return try body()
    }

    /// For commands that do not ask: ends the program with the exit code that all have. Signals
    /// that whoever started it had ignored stay so.
    static func prepare() {
        for number in [SIGINT, SIGTERM] {
            let former = signal(number) { _exit(128 + $0) }
            if unsafeBitCast(former, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
                signal(number, SIG_IGN)
            }
        }
    }

    static func install() {
        // Whoever started the program may have blocked them: the mask is inherited.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] {
            sigaddset(&signals, number)
            signal(number) { number in
                let isSecond = Interruption.requested.exchange(true, ordering: .relaxed)
                if isSecond || Interruption.endsAtOnce.load(ordering: .relaxed) {
                    _exit(128 + number)
                }
            }
        }
        if !isIgnored(SIGHUP) {
            sigaddset(&signals, SIGHUP)
            // Often sent twice, by the terminal and by the shell.
            signal(SIGHUP) { _ in Interruption.requested.store(true, ordering: .relaxed) }
        }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// As `nohup` has it for the programs that it starts.
    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
