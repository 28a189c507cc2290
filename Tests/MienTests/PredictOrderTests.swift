import Foundation
import Mien
import Synchronization
import Testing

/// Work at the same time, results in order.
struct PredictOrderTests {
    private final class Gauge: Sendable {
        let state = Mutex((now: 0, most: 0))

        func enter() {
            state.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
        }

        func leave() { state.withLock { $0.now -= 1 } }
    }

    private static func counter(_ count: Int) -> @Sendable () async -> Int? {
        let next = Mutex(0)
        return {
            next.withLock { number in
                defer { number += 1 }; return number < count ? number : nil
            }
        }
    }

    @Test func resultsComeInOrderAndFewAreUnderWay() async throws {
        let gauge = Gauge()
        var results: [Int] = []
        try await orderedMap(
            width: 4, next: Self.counter(200),
            transform: { number in
                gauge.enter()
                // Early ones take longest, so that late ones overtake them.
                try await Task.sleep(for: .microseconds((200 - number) % 7 * 300))
                gauge.leave()
                return number
            }, consume: { results.append($0) })
        #expect(results == Array(0 ..< 200))
        let most = gauge.state.withLock { $0.most }
        #expect(most <= 4 && most > 1, "\(most) at once")
    }

    @Test func theFirstGoesAlone() async throws {
        let gauge = Gauge()
        let besideTheFirst = Mutex(0)
        try await orderedMap(
            width: 4, next: Self.counter(20),
            transform: { number in
                gauge.enter()
                try await Task.sleep(for: .milliseconds(2))
                if number == 0 { besideTheFirst.withLock { $0 = gauge.state.withLock { $0.most } } }
                gauge.leave()
            }, consume: { _ in })
        #expect(besideTheFirst.withLock { $0 } == 1)
        #expect(gauge.state.withLock { $0.most } > 1)
    }

    @Test func anErrorEndsIt() async {
        struct Wrong: Error {}
        await #expect(throws: Wrong.self) {
            try await orderedMap(
                width: 3, next: { 1 },
                transform: { (number: Int) in number }, consume: { _ in throw Wrong() })
        }
    }

    @Test func aPoolRunsEachJobOnceOnItsThreads() async throws {
        let made = Mutex(0)
        let pool = WorkerPool("test", count: 3) {
            made.withLock { number in
                number += 1
                return number
            }
        }
        let results = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0 ..< 100 { group.addTask { try await pool.run { _ in number } } }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(results == Set(0 ..< 100))
        #expect(made.withLock { $0 } <= 3)
    }

    @Test func whatWaitsIsNotDoneOnceCancelled() async throws {
        let pool = WorkerPool("test", count: 1) { () }
        let done = Mutex(false)
        let gate = DispatchSemaphore(value: 0)
        let isBlocked = Mutex(false)
        let blocker = Task {
            try await pool.run { _ in
                isBlocked.withLock { $0 = true }
                gate.wait()
            }
        }
        while !isBlocked.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
        let waiting = Task { try await pool.run { _ in done.withLock { $0 = true } } }
        waiting.cancel()
        gate.signal()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        try await blocker.value
        #expect(!done.withLock { $0 })
    }

    @Test func aResourceThatCannotBeMadeIsAnErrorOfTheJob() async {
        struct Missing: Error {}
        let pool = WorkerPool<Int>("test", count: 2) { throw Missing() }
        await #expect(throws: Missing.self) { try await pool.run { $0 } }
    }
}
