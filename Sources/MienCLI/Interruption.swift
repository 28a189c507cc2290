import Foundation
import Synchronization

/// Whether Ctrl-C (or SIGTERM) asked to stop. A second one ends the program at once.
enum Interruption {
    private static let requested = Atomic(false)

    static var isRequested: Bool { requested.load(ordering: .relaxed) }

    static func install() {
        // Whoever started the program may have blocked them: the mask is inherited.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] {
            sigaddset(&signals, number)
            signal(number) { number in
                if Interruption.requested.exchange(true, ordering: .relaxed) { _exit(128 + number) }
            }
        }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}
