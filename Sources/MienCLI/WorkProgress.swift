import Foundation
import Synchronization

/// How far long work is, how fast it goes and how long it will take: a line that is overwritten on
/// a terminal, else a line after 10 seconds and then ever more seldom, once a minute at most.
final class WorkProgress: Sendable {
    private struct State {
        var start = ContinuousClock.now
        var last = ContinuousClock.now
        /// Of the part of the work that began at `start`.
        var total: Int?
        var done = 0
        var shown: ContinuousClock.Instant?
        var nextLine = Duration.seconds(10)
    }

    private let state = Mutex(State())
    private let unit: String

    /// - Parameter unit: what is counted, for the rate.
    init(unit: String = "images") { self.unit = unit }

    /// For functions that ask whether to go on: shows, and gives `false` after Ctrl-C.
    /// - Parameter verb: "scored".
    func goesOn(_ verb: String, _ done: Int, of total: Int) -> Bool {
        show(verb, done, of: total)
        return !Interruption.isRequested
    }

    /// Another total, or less done than before, begins a new part of the work.
    /// - Parameter total: `nil` where it is not known yet.
    func show(_ verb: String, _ done: Int, of total: Int?) {
        let now = ContinuousClock.now
        let line: String? = state.withLock { state in
            if done < state.done || (total != state.total && state.total != nil && total != nil) {
                state.start = state.last
                state.nextLine = .seconds(10)
            }
            (state.done, state.total, state.last) = (done, total, now)
            let elapsed = now - state.start
            if Console.isTerminal {
                if let shown = state.shown, now - shown < .milliseconds(100), done != total {
                    return nil
                }
                state.shown = now
            } else {
                guard elapsed >= state.nextLine else { return nil }
                state.nextLine = elapsed + min(elapsed, .seconds(60))
            }
            return text(verb, done, total, seconds: elapsed / .seconds(1))
        }
        guard let line else { return }
        if Console.isTerminal { Console.transient(line) } else { Console.note(line) }
    }

    private func text(_ verb: String, _ done: Int, _ total: Int?, seconds: Double) -> String {
        var text = "\(verb) \(done)" + (total.map { "/\($0)" } ?? "")
        guard seconds > 0.5, done > 0 else { return text }
        let rate = Double(done) / seconds
        text += String(format: rate < 10 ? ", %.2f " : ", %.1f ", rate) + unit + "/s"
        if let total { text += ", \(duration(Double(total - done) / rate)) left" }
        return text
    }
}
