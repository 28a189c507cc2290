/// Transforms elements at the same time and consumes the results in the order of the elements. The
/// first is transformed alone, so that nothing delays the first result.
///
/// - Parameters:
///   - width: elements that are under way or wait for one before them, at most. Memory is bounded
///     by it.
///   - next: gives the elements, one call at a time, `nil` after the last.
/// - Throws: whatever one of the functions throws; the rest is cancelled.
package func orderedMap<Input: Sendable, Output: Sendable>(
    width: Int,
    next: @escaping @Sendable () async throws -> Input?,
    transform: @escaping @Sendable (Input) async throws -> Output,
    consume: (Output) async throws -> Void
) async throws {
    precondition(width > 0, "expected a width above 0, got \(width)")
    try await withThrowingTaskGroup(of: OrderedMapEvent<Input, Output>.self) { group in
        var waiting: [Int: Output] = [:]
        var started = 0
        var consumed = 0
        var isAsking = false
        var isAtEnd = false
        func ask() {
            let room = consumed == 0 ? 1 : width
            guard !isAsking, !isAtEnd, started - consumed < room else { return }
            isAsking = true
            group.addTask { .input(try await next()) }
        }
        ask()
        while let event = try await group.next() {
            switch event {
            case .input(let input):
                isAsking = false
                if let input {
                    let number = started
                    started += 1
                    group.addTask { .output(number, try await transform(input)) }
                } else {
                    isAtEnd = true
                }
            case .output(let number, let output):
                waiting[number] = output
                while let output = waiting.removeValue(forKey: consumed) {
                    consumed += 1
                    try await consume(output)
                }
            }
            ask()
        }
    }
}

private enum OrderedMapEvent<Input: Sendable, Output: Sendable>: Sendable {
    case input(Input?)
    case output(Int, Output)
}
