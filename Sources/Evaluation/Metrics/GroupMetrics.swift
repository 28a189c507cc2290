/// The metrics of the groups that one attribute makes, and the gaps between them.
public struct GroupMetrics: Sendable, Equatable, Codable {
    /// The metrics of the rows of one group.
    public struct Group: Sendable, Equatable, Codable {
        public let name: String
        /// Whether the group has fewer than ``smallest`` samples: its numbers say little, and it
        /// is left out of the gaps.
        public let isSmall: Bool
        public let metrics: BinaryMetrics

        private enum CodingKeys: String, CodingKey {
            case name = "group"
            case isSmall = "small"
        }

        init(name: String, isSmall: Bool, metrics: BinaryMetrics) {
            self.name = name
            self.isSmall = isSmall
            self.metrics = metrics
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            name = try container.decode(String.self, forKey: .name)
            isSmall = try container.decode(Bool.self, forKey: .isSmall)
            metrics = try BinaryMetrics(from: decoder)
        }

        /// The metrics' own keys, and these.
        public func encode(to encoder: any Encoder) throws {
            try metrics.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(isSmall, forKey: .isSmall)
        }
    }

    /// Groups below this many samples are flagged.
    public static let smallest = 20
    /// An attribute of more values than this makes no groups.
    public static let mostGroups = 50

    public let attribute: String
    /// In the order of their names.
    public let groups: [Group]
    /// Samples for which the attribute is not known; they are in no group.
    public let withoutValue: Int
    public internal(set) var gaps: [GapTest]
    /// Why there are no groups, or `nil`.
    public let reason: String?

    private enum CodingKeys: String, CodingKey {
        case attribute, groups, gaps, reason
        case withoutValue = "without_value"
    }

    /// An attribute that makes no groups.
    public init(attribute: String, values: [String?], reason: String) {
        self.init(
            attribute: attribute, withoutValue: values.count { $0 == nil }, reason: reason)
    }

    public init(attribute: String, withoutValue: Int, reason: String) {
        self.attribute = attribute
        self.withoutValue = withoutValue
        self.reason = reason
        groups = []
        gaps = []
    }

    /// - Parameters:
    ///   - values: for each sample the attribute's value, or `nil`.
    ///   - clusters: of the samples; `nil` where each stands for itself.
    /// - Throws: ``MetricsError`` for another number of labels, or a score outside 0...1.
    public init(
        attribute: String, values: [String?], scores: [Double], labels: [Bool],
        threshold: Double = 0.5, permutations: Int = 2000, bootstrap: Bootstrap = Bootstrap(),
        clusters: Clusters? = nil
    ) throws(MetricsError) {
        precondition(
            values.count == scores.count, "expected \(scores.count) values, got \(values.count)")
        try validate(scores: scores, labels: labels)
        self.attribute = attribute
        withoutValue = values.count { $0 == nil }
        let names = Set(values.compactMap(\.self)).sorted()
        guard !names.isEmpty, names.count <= Self.mostGroups else {
            groups = []
            gaps = []
            reason =
                names.isEmpty
                ? "no sample has a value"
                : "\(names.count) different values, at most \(Self.mostGroups) make groups; "
                    + "join them into bands"
            return
        }
        reason = nil
        let numbers = Dictionary(
            uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
        let members = values.map { $0.flatMap { numbers[$0] } }
        var groups: [Group] = []
        for (number, name) in names.enumerated() {
            let positions = members.indices.filter { members[$0] == number }
            groups.append(
                Group(
                    name: name, isSmall: positions.count < Self.smallest,
                    metrics: try BinaryMetrics(
                        scores: positions.map { scores[$0] },
                        labels: positions.map { labels[$0] }, threshold: threshold,
                        bootstrap: bootstrap, clusters: clusters?.selecting(positions))))
        }
        self.groups = groups
        gaps = GapTest.metrics.map {
            GapTest(
                $0, scores: scores, labels: labels, members: members, names: names,
                threshold: threshold, minimum: Self.smallest, permutations: permutations,
                bootstrap: bootstrap, clusters: clusters)
        }
    }

    /// The same with p values adjusted over all tests of all attributes.
    public static func adjusted(_ attributes: [GroupMetrics]) -> [GroupMetrics] {
        var rest = GapTest.adjusted(attributes.flatMap(\.gaps))[...]
        return attributes.map { attribute in
            var attribute = attribute
            attribute.gaps = Array(rest.prefix(attribute.gaps.count))
            rest = rest.dropFirst(attribute.gaps.count)
            return attribute
        }
    }
}
