import Foundation

/// Says on a terminal, once a second, for how long something has been read.
enum ReadingClock {
    static func during<Output, Failure>(
        _ what: String, _ body: () throws(Failure) -> Output
    ) throws(Failure) -> Output {
        guard Console.isTerminal else { return try body() }
        let isDone = Ended()
        let thread = Thread {
            var seconds = 1
            while !isDone.wait(milliseconds: 1000) {
                Console.transient("reading \(what), \(duration(Double(seconds)))")
                seconds += 1
            }
        }
        thread.start()
        defer {
            isDone.end()
            Console.clearTransient()
        }
        return try body()
    }

    private final class Ended: @unchecked Sendable {
        private let condition = NSCondition()
        private var isOver = false

        func end() {
            condition.lock()
            isOver = true
            condition.broadcast()
            condition.unlock()
        }

        /// - Returns: whether it ended within that time.
        func wait(milliseconds: Int) -> Bool {
            condition.lock()
            defer { condition.unlock() }
            let limit = Date(timeIntervalSinceNow: Double(milliseconds) / 1000)
            while !isOver, condition.wait(until: limit) {}
            return isOver
        }
    }
}
