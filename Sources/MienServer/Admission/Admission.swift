import HTTPTypes
import Foundation
import Mien
import Synchronization

/// What is held and who waits: refuses work before it costs anything.
///
/// Bytes are reserved before a body is read, a place in the queue of the model after it.
final class Admission: Sendable {
    private struct State {
        var bytes = 0
        var waiting = 0
        /// Seconds between two answers while requests wait: a mean that forgets.
        var secondsPerAnswer = 0.01
        var lastAnswer: ContinuousClock.Instant?
    }

    private let limits: ServiceLimits
    private let state = Mutex(State())

    init(_ limits: ServiceLimits) { self.limits = limits }

    /// Requests that wait for the model or are scored.
    var waiting: Int { state.withLock { $0.waiting } }

    /// Bytes of bodies that are held.
    var heldBytes: Int { state.withLock { $0.bytes } }

    /// Reserves bytes of a body, which ``releaseBytes(_:)`` gives back.
    func reserveBytes(_ count: Int) throws(Problem) {
        let isThere = state.withLock { state in
            guard state.bytes + count <= limits.heldBytes else { return false }
            state.bytes += count
            return true
        }
        guard isThere else {
            throw Problem(
                .serviceUnavailable, "bodies_full", "Too many bytes of other requests are held.",
                limit: Double(limits.heldBytes), retryAfter: 1)
        }
    }

    func releaseBytes(_ count: Int) { state.withLock { $0.bytes -= count } }

    /// Reserves a place among those that wait, which ``leave()`` gives back.
    /// - Parameter seconds: that the request may take; it is refused at once where it would wait
    ///   longer.
    func enter(within seconds: Double) throws(Problem) {
        enum Outcome { case entered, full, late(Double) }
        let outcome: Outcome = state.withLock { state in
            guard state.waiting < limits.waiting else { return .full }
            let wait = Double(state.waiting) * state.secondsPerAnswer
            guard state.waiting == 0 || wait <= seconds else { return .late(wait) }
            state.waiting += 1
            return .entered
        }
        switch outcome {
        case .entered: return
        case .full:
            throw Problem(
                .serviceUnavailable, "queue_full", "As many requests wait as may.",
                limit: Double(limits.waiting), found: Double(limits.waiting + 1), retryAfter: 1)
        case .late(let wait):
            throw Problem(
                .serviceUnavailable, "queue_slow",
                "The request would wait longer than it may take.", limit: seconds, found: wait,
                retryAfter: Int(wait.rounded(.up)))
        }
    }

    /// Gives a place back.
    /// - Parameter answered: whether the request was worked on to its end.
    func leave(answered: Bool) {
        state.withLock { state in
            state.waiting -= 1
            guard answered else { return }
            let now = ContinuousClock.now
            defer { state.lastAnswer = state.waiting > 0 ? now : nil }
            guard let last = state.lastAnswer else { return }
            let seconds = (now - last).seconds
            state.secondsPerAnswer += 0.1 * (seconds - state.secondsPerAnswer)
        }
    }
}
