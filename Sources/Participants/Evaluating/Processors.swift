import Dispatch
import Synchronization

/// Work on several processors at once.
enum Processors {
    /// The results of `body` for 0 ..< count, in that order.
    /// - Throws: the first error in the order of the numbers.
    static func map<Output: Sendable>(
        _ count: Int, threads: Int, _ body: @escaping @Sendable (Int) throws -> Output
    ) throws -> [Output] {
        let results = Mutex([Result<Output, any Error>?](repeating: nil, count: count))
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
            while true {
                let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard number < count else { return }
                let result = Result { try body(number) }
                results.withLock { $0[number] = result }
            }
        }
        return try results.withLock { $0 }.compactMap { try $0?.get() }
    }
}
