import Foundation
import Mien
import Synchronization

/// A token bucket for each client: so many requests in a second, and as many again at once.
final class RateLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var last: ContinuousClock.Instant
    }

    private let rate: Double
    private let burst: Double
    private let limit: Int
    private let buckets = Mutex<[String: Bucket]>([:])

    init(_ limits: ServiceLimits, rate: Double) {
        self.rate = rate
        burst = limits.clientBurst
        limit = limits.clients
    }

    /// Takes one request of a client.
    /// - Returns: `nil`, or the seconds after which the client may ask again.
    func refusal(_ client: String, now: ContinuousClock.Instant = .now) -> Double? {
        buckets.withLock { buckets in
            var bucket = buckets[client] ?? Bucket(tokens: burst, last: now)
            bucket.tokens = min(burst, bucket.tokens + (now - bucket.last).seconds * rate)
            bucket.last = now
            let isTaken = bucket.tokens >= 1
            if isTaken { bucket.tokens -= 1 }
            if buckets[client] == nil, buckets.count >= limit {
                // The one that asked least recently goes.
                if let oldest = buckets.min(by: { $0.value.last < $1.value.last }) {
                    buckets[oldest.key] = nil
                }
            }
            buckets[client] = bucket
            return isTaken ? nil : (1 - bucket.tokens) / rate
        }
    }

    /// The network that an address counts for: /24 of IPv4, /64 of IPv6.
    static func network(of address: String) -> String {
        if address.contains(":") {
            var parts = address.split(separator: ":", omittingEmptySubsequences: false)
            if address.lowercased().hasPrefix("::ffff:"), let last = parts.last,
                last.contains(".")
            {
                return network(of: String(last))
            }
            if let gap = parts.dropFirst().firstIndex(of: "") {
                let missing = max(0, 8 - parts.count + 1)
                parts.replaceSubrange(
                    gap ... gap, with: [Substring](repeating: "0", count: missing))
            }
            return parts.prefix(4).joined(separator: ":") + "::/64"
        }
        return address.split(separator: ".").prefix(3).joined(separator: ".") + ".0/24"
    }
}
