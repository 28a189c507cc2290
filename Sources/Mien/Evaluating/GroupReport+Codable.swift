import Evaluation

/// Attributes without groups stand apart in the file, so that those with groups are few.
extension GroupReport {
    private struct PassedOver: Codable {
        let attribute: String
        let reason: String
        let withoutValue: Int

        enum CodingKeys: String, CodingKey {
            case attribute, reason
            case withoutValue = "without_value"
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        source = try container.decodeIfPresent(Dataset.Source.self, forKey: .source)
        unknownIDs = try container.decode(Int.self, forKey: .unknownIDs)
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
        let measured = try container.decode([GroupMetrics].self, forKey: .attributes)
        let others = try container.decodeIfPresent([PassedOver].self, forKey: .passedOver) ?? []
        attributes =
            measured
            + others.map {
                GroupMetrics(
                    attribute: $0.attribute, withoutValue: $0.withoutValue, reason: $0.reason)
            }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(source, forKey: .source)
        try container.encode(unknownIDs, forKey: .unknownIDs)
        try container.encodeIfPresent(reason, forKey: .reason)
        try container.encode(measured, forKey: .attributes)
        let others = attributes.filter(\.groups.isEmpty).map {
            PassedOver(
                attribute: $0.attribute, reason: $0.reason ?? "no values",
                withoutValue: $0.withoutValue)
        }
        if !others.isEmpty { try container.encode(others, forKey: .passedOver) }
    }
}
