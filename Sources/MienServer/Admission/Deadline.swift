import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// Runs work that must end by a time, and ends with the connection that asked for it.
///
/// The caller goes on at the deadline, or where the client has gone, whatever the work still does; the
/// work's task is cancelled then.
/// - Parameters:
///   - late: what is thrown at the deadline.
///   - connection: whose end ends the work.
func withDeadline<Output: Sendable>(
    seconds: Double, of connection: ConnectionState? = nil, late: Problem,
    _ work: @escaping @Sendable () async throws -> Output
) async throws -> Output {
    let race = Race<Output>()
    let task = Task {
        do {
            race.finish(.success(try await work()))
        } catch {
            race.finish(.failure(error))
        }
    }
    // A task that sleeps would keep its memory until its time, however soon it is cancelled.
    let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(
        in: .nanoseconds(Int64(max(0, 1e9 * seconds)))
    ) {
        race.finish(.failure(late))
        task.cancel()
    }
    let watch = connection?.onEnd {
        race.finish(.failure(ClientGone()))
        task.cancel()
    }
    defer {
        timer.cancel()
        if let watch { connection?.forget(watch) }
    }
    return try await withTaskCancellationHandler {
        try await race.value()
    } onCancel: {
        race.finish(.failure(CancellationError()))
        task.cancel()
    }
}

/// The client has closed its connection: nobody waits for an answer.
struct ClientGone: Error {}

/// The first of several results.
private final class Race<Output: Sendable>: Sendable {
    private enum State {
        case open
        case waiting(CheckedContinuation<Output, any Error>)
        case done(Result<Output, any Error>)
    }

    private let state = Mutex(State.open)

    func finish(_ result: Result<Output, any Error>) {
        let continuation: CheckedContinuation<Output, any Error>? = state.withLock { state in
            switch state {
            case .open:
                state = .done(result)
                return nil
            case .waiting(let continuation):
                state = .done(result)
                return continuation
            case .done: return nil
            }
        }
        continuation?.resume(with: result)
    }

    func value() async throws -> Output {
        try await withCheckedThrowingContinuation { continuation in
            let done: Result<Output, any Error>? = state.withLock { state in
                if case .done(let result) = state { return result }
                state = .waiting(continuation)
                return nil
            }
            if let done { continuation.resume(with: done) }
        }
    }
}
