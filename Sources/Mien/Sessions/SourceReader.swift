import Foundation
import Synchronization

/// The sources of a job, read on a thread that may wait for them.
public final class SourceReader: Sendable {
    private let pool: WorkerPool<SourceList>
    private let isCancelled: @Sendable () -> Bool
    private let counts = Mutex((given: 0, total: nil as Int?))

    /// - Parameters:
    ///   - isCancelled: asked before each source; `true` ends them there.
    ///   - make: called once, on that thread.
    public init(
        isCancelled: @escaping @Sendable () -> Bool = { false },
        _ make: @escaping @Sendable () -> SourceList
    ) {
        self.isCancelled = isCancelled
        pool = WorkerPool("paths", count: 1, make: make)
    }

    public func next() async throws -> PredictionSource? {
        let isCancelled = isCancelled
        let (source, remaining) = try await pool.run {
            (isCancelled() ? nil : $0.next(), $0.remaining)
        }
        counts.withLock { counts in
            if source != nil { counts.given += 1 }
            counts.total = remaining.map { counts.given + $0 }
        }
        return source
    }

    /// How many sources there are; `nil` where it is not known yet.
    public var total: Int? { counts.withLock { $0.total } }

    /// What folders held that was not looked at, in words; empty for nothing.
    public func notes() async throws -> [Advice] { try await pool.run { $0.notes } }
}

extension PredictionSource {
    public var name: FileName {
        switch self {
        case .image(let name), .video(let name), .unreadable(let name, _): name
        case .camera(let number): FileName("camera:\(number)")
        }
    }
}
