import Foundation

/// Finds out, after an operation failed, which process is missing.
struct RollCall {
    let place: ProcessPlace
    let members: [ProcessGroup.Member]
    let port: Int
    let heartbeat: Heartbeat

    /// A sentence about the process that is missing, behind, or cannot be reached.
    ///
    /// Takes at most eight seconds: a store that is silent counts as gone.
    func culprit() -> String {
        if let heard = heartbeat.failure { return heard }
        let answer = Answer()
        let thread = Thread { [self] in answer.give(ask()) }
        thread.stackSize = 1 << 20
        thread.name = "mien.roll-call"
        thread.start()
        return answer.wait(seconds: 8) ?? heartbeat.failure ?? storeIsGone
    }

    private var storeIsGone: String {
        let store = "its store at \(place.host):\(port) does not answer"
        guard !place.storeIsLaunchers else {
            return "The host of the launcher is missing: \(store)."
        }
        return "\(members[0]) is missing: \(store)."
    }

    private func ask() -> String {
        do throws(ProcessGroupError) {
            let store = try KeyStore(
                host: place.host, port: port, prefix: ProcessGroup.prefix(of: place), timeout: 3)
            if let said = try store.value(Heartbeat.failureKey) { return said }
            let before = try beats(store)
            Thread.sleep(forTimeInterval: 3 * heartbeat.interval)
            if let said = try store.value(Heartbeat.failureKey) { return said }
            let after = try beats(store)
            let found = verdict(before, after)
            try store.set(Heartbeat.failureKey, found)
            return found
        } catch {
            return heartbeat.failure ?? storeIsGone
        }
    }

    private func beats(_ store: KeyStore) throws(ProcessGroupError) -> [String] {
        var result: [String] = []
        for rank in 0 ..< place.size {
            result.append(try store.value(Heartbeat.key(rank)) ?? "")
        }
        return result
    }

    /// Names the silent processes by two looks at the signs of life.
    func verdict(_ before: [String], _ after: [String]) -> String {
        let silent = members.indices.filter { $0 != place.rank && before[$0] == after[$0] }
        if !silent.isEmpty {
            let names = silent.map { "\(members[$0])" }.joined(separator: ", ")
            return silent.count == 1
                ? "\(names) is missing: it gave no sign of life."
                : "\(names) are missing: they gave no sign of life."
        }
        let operations = after.map { Int($0.split(separator: " ").last ?? "") ?? 0 }
        let behind = members.indices.filter { operations[$0] < heartbeat.operations }
        guard !behind.isEmpty else {
            return "All processes are alive, but a connection between them failed."
        }
        let names = behind.map { "\(members[$0])" }.joined(separator: ", ")
        return "\(names) did not come within \(plainSeconds(place.timeout)) s, though alive: raise "
            + "MIEN_DISTRIBUTED_TIMEOUT if it has more to do."
    }
}

/// A text that one thread gives and another waits for.
private final class Answer: @unchecked Sendable {
    private let condition = NSCondition()
    private var text: String?

    func give(_ text: String) {
        condition.withLock {
            self.text = text
            condition.signal()
        }
    }

    func wait(seconds: Double) -> String? {
        let deadline = Date.now.addingTimeInterval(seconds)
        return condition.withLock {
            while text == nil, condition.wait(until: deadline) {}
            return text
        }
    }
}

/// Seconds without needless digits.
func plainSeconds(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
}
