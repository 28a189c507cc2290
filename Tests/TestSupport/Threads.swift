import Foundation

/// Runs `body` for each number below `count`, each on a thread of its own, all at once.
public func onThreads<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) throws -> Value
) -> [Result<Value, any Error>] {
    let results = Results<Value>(count)
    for number in 0 ..< count {
        let thread = Thread { results.set(number, Result { try body(number) }) }
        thread.stackSize = 8 << 20
        thread.start()
    }
    return results.wait()
}

/// Results that threads give and one waits for.
private final class Results<Value: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var results: [Result<Value, any Error>?]

    init(_ count: Int) { results = .init(repeating: nil, count: count) }

    func set(_ index: Int, _ result: Result<Value, any Error>) {
        condition.withLock {
            results[index] = result
            condition.broadcast()
        }
    }

    func wait() -> [Result<Value, any Error>] {
        condition.withLock {
            while results.contains(where: { $0 == nil }) { condition.wait() }
            return results.compactMap(\.self)
        }
    }
}
