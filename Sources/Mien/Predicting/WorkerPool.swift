import Foundation
import Synchronization

/// Threads for work that computes or waits for long, which Swift's own threads must not do. Each
/// owns a resource that it alone uses (a detector, an open video).
package final class WorkerPool<Resource>: Sendable {
    package typealias Job = @Sendable (Result<Resource, any Error>) -> Void

    private let queue: JobQueue<Job>

    /// - Parameters:
    ///   - limit: jobs that may wait for a thread.
    ///   - make: called once on each thread, at once.
    package init(
        _ name: String, count: Int, limit: Int = .max,
        make: @escaping @Sendable () throws -> Resource
    ) {
        queue = JobQueue(limit: limit)
        for _ in 0 ..< count {
            let thread = Thread { [queue] in
                let resource = Result { try make() }
                while let job = queue.next() { job(resource) }
            }
            thread.name = "mien.\(name)"
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    deinit { queue.close() }

    /// Runs `body` on one of the threads. Work that has not begun when the task is cancelled is
    /// not done.
    /// - Throws: `QueueFullError` where too many jobs wait, `CancellationError`, what `body` throws.
    package func run<Output: Sendable>(
        _ body: @escaping @Sendable (Resource) throws -> Output
    ) async throws -> Output {
        let flag = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                do throws(QueueFullError) {
                    try queue.append { resource in
                        continuation.resume(
                            with: Result {
                                guard !flag.isSet else { throw CancellationError() }
                                return try body(resource.get())
                            })
                    }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            flag.set()
        }
    }
}

/// Whether the task that asked for something was cancelled.
final class CancellationFlag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }
}

/// As many jobs wait as may.
public struct QueueFullError: Error, Sendable, Equatable, CustomStringConvertible {
    public let limit: Int

    public var description: String {
        "\(limit) jobs wait already: ask again when some of them are done."
    }
}

/// Elements that threads wait for, first come first served.
final class JobQueue<Element: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private let limit: Int
    private var elements: [Element]
    private var isClosed = false

    /// - Parameter limit: elements that may wait.
    init(_ elements: [Element] = [], limit: Int = .max) {
        self.elements = elements
        self.limit = limit
    }

    func append(_ element: Element) throws(QueueFullError) {
        condition.lock()
        defer { condition.unlock() }
        guard elements.count < limit else { throw QueueFullError(limit: limit) }
        elements.append(element)
        condition.signal()
    }

    /// The next element; `nil` once the queue is closed and empty.
    func next() -> Element? {
        condition.lock()
        defer { condition.unlock() }
        while elements.isEmpty, !isClosed { condition.wait() }
        return elements.isEmpty ? nil : elements.removeFirst()
    }

    /// Waits for an element and takes it with those behind it for as long as `takes` says.
    /// - Parameter threads: that take batches at once: each leaves the others their share.
    func nextBatch(
        sharedBy threads: Int = 1, _ takes: ([Element], Element) -> Bool
    ) -> [Element] {
        condition.lock()
        defer { condition.unlock() }
        while elements.isEmpty, !isClosed { condition.wait() }
        let share = (elements.count + threads - 1) / threads
        var batch: [Element] = []
        while let element = elements.first, batch.count < share,
            batch.isEmpty || takes(batch, element)
        {
            batch.append(elements.removeFirst())
        }
        return batch
    }

    func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }
}
