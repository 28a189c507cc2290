import HTTPTypes
import Foundation
import Mien
import Synchronization

/// What is held and who waits: refuses work before it costs anything.
///
/// Bytes are reserved before a body is read, a place in the queue of the model after it. A burst may
/// wait as long as its requests may take. A queue that stands is an overload, and is kept short
/// (Facebook's rule in "Fail at Scale", ACM Queue 13, 2015): whoever is accepted is answered soon, and
/// the queue is empty soon after the overload ends.
final class Admission: Sendable {
    /// What waits. A video streams its rows as they are found and tells nothing of the time between
    /// two answers.
    enum Work { case picture, video }

    private struct State {
        var bytes = 0
        var pictures = 0
        var videos = 0
        /// Seconds between two answered pictures while some wait: a mean that forgets.
        var secondsPerAnswer = 0.01
        /// The last answer, or when the first picture came after a pause.
        var lastAnswer = ContinuousClock.now
        /// Since when a picture waits for a worker without a break.
        var queuedSince: ContinuousClock.Instant?
    }

    private let limits: ServiceLimits
    private let workers: Int
    private let state = Mutex(State())

    /// - Parameter workers: threads that look at pictures at once.
    init(_ limits: ServiceLimits, workers: Int = 1) {
        self.limits = limits
        self.workers = workers
    }

    /// Requests that wait for the model or are scored.
    var waiting: Int { state.withLock { $0.pictures + $0.videos } }

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

    /// Reserves a place among those that wait, which ``leave(_:answered:now:)`` gives back.
    /// - Parameter seconds: that the request may take; it is refused at once where it would wait
    ///   longer.
    func enter(
        _ work: Work, within seconds: Double, now: ContinuousClock.Instant = .now
    ) throws(Problem) {
        enum Outcome { case entered, full, late(Double, most: Double) }
        let outcome: Outcome = state.withLock { state in
            guard state.pictures + state.videos < limits.waiting else { return .full }
            let ahead = max(0, state.pictures + 1 - workers)
            let wait = Double(ahead) * state.secondsPerAnswer
            let stands = state.queuedSince.map { (now - $0).seconds >= limits.burstSeconds }
            let most = stands == true ? min(seconds, limits.queueSeconds) : seconds
            guard ahead == 0 || wait <= most else { return .late(wait, most: most) }
            switch work {
            case .picture:
                if state.pictures == 0 { state.lastAnswer = now }
                state.pictures += 1
                if state.pictures > workers, state.queuedSince == nil { state.queuedSince = now }
            case .video: state.videos += 1
            }
            return .entered
        }
        switch outcome {
        case .entered: return
        case .full:
            throw Problem(
                .serviceUnavailable, "queue_full", "As many requests wait as may.",
                limit: Double(limits.waiting), found: Double(limits.waiting + 1), retryAfter: 1)
        case .late(let wait, let most):
            throw Problem(
                .serviceUnavailable, "queue_slow",
                "The request would wait longer than it may.", limit: most, found: wait,
                retryAfter: Int(wait.rounded(.up)))
        }
    }

    /// Gives a place back.
    /// - Parameter answered: whether the request was worked on to its end.
    func leave(_ work: Work, answered: Bool, now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            guard work == .picture else {
                state.videos -= 1
                return
            }
            state.pictures -= 1
            if state.pictures <= workers { state.queuedSince = nil }
            guard answered else { return }
            let seconds = (now - state.lastAnswer).seconds
            state.lastAnswer = now
            state.secondsPerAnswer += 0.1 * (seconds - state.secondsPerAnswer)
        }
    }
}
