import Foundation
import Synchronization

/// Whether Ctrl-C (or SIGTERM) asked to stop. A second one ends the program at once.
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
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}
