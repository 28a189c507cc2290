import Foundation
import Synchronization

/// Runs asynchronous work to its end from a command, which is not asynchronous.
func runBlocking<Output: Sendable>(
    _ body: @escaping @Sendable () async throws -> Output
) throws -> Output {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<Result<Output, any Error>?>(nil)
    Task.detached {
        let outcome: Result<Output, any Error>
        do {
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
        result.withLock { $0 = outcome }
        done.signal()
    }
    done.wait()
    guard let outcome = result.withLock({ $0 }) else {
        preconditionFailure("a task ended without a result")
    }
    return try outcome.get()
}
