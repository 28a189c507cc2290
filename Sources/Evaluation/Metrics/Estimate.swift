/// A measured value and its interval, or the reason why there is none.
///
/// In JSON `value`, `low` and `high` are always written, as `null` where there is nothing to
/// write, and `reason` only then. No `Estimate` holds NaN or infinity.
public struct Estimate: Sendable, Equatable {
    public let value: Double?
    /// The ends of the interval, whose confidence the holder of the estimate states.
    public let low: Double?
    public let high: Double?
    /// Why the value, or its interval, is missing.
    public let reason: String?

    public init(_ value: Double, _ interval: ClosedRange<Double>) {
        precondition(
            value.isFinite && interval.lowerBound.isFinite && interval.upperBound.isFinite,
            "expected finite numbers, got \(value) in \(interval)")
        self.value = value
        low = interval.lowerBound
        high = interval.upperBound
        reason = nil
    }

    /// A value without an interval.
    public init(_ value: Double, without reason: String) {
        precondition(value.isFinite, "expected a finite number, got \(value)")
        self.value = value
        low = nil
        high = nil
        self.reason = reason
    }

    private init(reason: String) {
        value = nil
        low = nil
        high = nil
        self.reason = reason
    }

    /// Neither a value nor an interval.
    public static func missing(_ reason: String) -> Estimate { Estimate(reason: reason) }
}

extension Estimate: Codable {
    private enum CodingKeys: String, CodingKey { case value, low, high, reason }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        value = try container.decodeIfPresent(Double.self, forKey: .value)
        low = try container.decodeIfPresent(Double.self, forKey: .low)
        high = try container.decodeIfPresent(Double.self, forKey: .high)
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(value, forKey: .value)
        try container.encode(low, forKey: .low)
        try container.encode(high, forKey: .high)
        try container.encodeIfPresent(reason, forKey: .reason)
    }
}

extension Estimate: CustomStringConvertible {
    /// "0.914 (0.904 to 0.923)", "0.914", or "none (no positive samples)".
    public var description: String {
        guard let value else { return "none (\(reason ?? "no reason given"))" }
        guard let low, let high else { return fixed(value, 3) }
        return "\(fixed(value, 3)) (\(fixed(low, 3)) to \(fixed(high, 3)))"
    }
}
