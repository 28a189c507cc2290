import Foundation

/// Tells the others, from a thread of its own, that this process is alive and how far it is, and
/// hears from them who is missing.
final class Heartbeat: @unchecked Sendable {
    private let lock = NSLock()
    private var stopped = false
    private var operation = 0
    private var heard: String?
    let interval: Double

    static func key(_ rank: Int) -> String { "beat/\(rank)" }
    static let failureKey = "failure"

    /// - Parameters:
    ///   - store: a connection that nobody else uses.
    ///   - interval: seconds between signs.
    init(_ store: KeyStore, rank: Int, interval: Double) {
        self.interval = interval
        let thread = Thread { [self] in
            var count = 0
            while let operation = beginBeat() {
                count += 1
                guard (try? store.set(Self.key(rank), "\(count) \(operation)")) != nil else {
                    return
                }
                if let failure = try? store.value(Self.failureKey) { hear(failure) }
                Thread.sleep(forTimeInterval: interval)
            }
        }
        thread.stackSize = 1 << 20
        thread.name = "mien.heartbeat"
        thread.start()
    }

    /// Operations that all processes do together, counted here.
    var operations: Int { lock.withLock { operation } }

    func beginOperation() { lock.withLock { operation += 1 } }

    /// What another process found out first: who is missing.
    var failure: String? { lock.withLock { heard } }

    private func hear(_ failure: String) { lock.withLock { heard = heard ?? failure } }

    func stop() { lock.withLock { stopped = true } }

    /// The count of operations; `nil` where the heart is to stop.
    private func beginBeat() -> Int? { lock.withLock { stopped ? nil : operation } }
}
