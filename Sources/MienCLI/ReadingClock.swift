import Foundation
import Synchronization

/// Says on a terminal, once a second, for how long something has been read, and how many images of
/// it.
enum ReadingClock {
    static func during<Output, Failure>(
        _ what: String,
        _ body: (_ progress: @escaping @Sendable (_ images: Int) -> Void) throws(Failure) -> Output
    ) throws(Failure) -> Output {
        guard Console.isTerminal else { return try body { _ in } }
        let isDone = Ended()
        let thread = Thread {
            var seconds = 1
            while !isDone.wait(milliseconds: 1000) {
                let count = isDone.images.load(ordering: .relaxed)
                let images = count > 0 ? ", \(count) images" : ""
                Console.transient("reading \(what)\(images), \(duration(Double(seconds)))")
                seconds += 1
            }
        }
        thread.start()
        defer {
            isDone.end()
            Console.clearTransient()
        }
        return try body { isDone.images.store($0, ordering: .relaxed) }
    }

    private final class Ended: @unchecked Sendable {
        private let condition = NSCondition()
        private var isOver = false
        let images = Atomic(0)

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
