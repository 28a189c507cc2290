public import Evaluation

/// The figures of the test units of one fold, or of all.
public struct CrossValidationMetrics: Sendable, Codable {
    /// The decision between classes.
    public struct Decision: Sendable, Codable {
        public let metrics: MulticlassMetrics
        /// The mean recall of the classes that occur.
        public let balancedAccuracy: Estimate

        private enum CodingKeys: String, CodingKey {
            case metrics
            case balancedAccuracy = "balanced_accuracy"
        }

        init(
            truths: [Int], decisions: [Int], classes: [String], _ bootstrap: Bootstrap,
            _ clusters: Clusters
        ) throws(MetricsError) {
            metrics = try MulticlassMetrics(
                labels: truths, predictions: decisions, classes: classes, bootstrap: bootstrap,
                clusters: clusters)
            balancedAccuracy = bootstrap.estimate(of: truths.count, by: clusters) { times in
                var all = [Int](repeating: 0, count: classes.count)
                var right = all
                for (unit, count) in times.enumerated() {
                    all[truths[unit]] += Int(count)
                    if truths[unit] == decisions[unit] { right[truths[unit]] += Int(count) }
                }
                let recalls = zip(right, all).filter { $1 > 0 }.map { Double($0) / Double($1) }
                return recalls.isEmpty ? nil : recalls.reduce(0, +) / Double(recalls.count)
            }
        }
    }

    /// Test units, each as often as there are repeats.
    public let n: Int
    public let images: Int
    /// People, or sequences where the data names no people: what intervals resample.
    public let groups: Int
    public let binary: BinaryMetrics
    /// Over all outputs of the model; `nil` for two outputs.
    public let decision: Decision?
    /// Among the protocol's classes alone; `nil` where these are all outputs that occur.
    public let decisionAmongProtocol: Decision?

    private enum CodingKeys: String, CodingKey {
        case n, images, groups, binary, decision
        case decisionAmongProtocol = "decision_among_protocol_classes"
    }

    init(_ units: ScoredUnits, _ question: Question, bootstrap: Bootstrap) throws {
        let clusters = Clusters(units.groups)
        n = units.count
        images = units.images
        groups = clusters.count
        binary = try BinaryMetrics(
            scores: units.probabilities.map {
                question.outputs.score($0, question.positive)
            },
            labels: units.emotions.map(question.positive.isPositive), bootstrap: bootstrap,
            clusters: clusters)
        let classes = question.outputs.classes
        guard question.outputs.head == .emotions else {
            (decision, decisionAmongProtocol) = (nil, nil)
            return
        }
        func decided(among outputs: [Int]) throws -> Decision? {
            let truths = units.emotions.map { classes.firstIndex(of: $0.name) }
            let known = truths.indices.filter { truths[$0] != nil }
            guard !known.isEmpty else { return nil }
            return try Decision(
                truths: known.compactMap { truths[$0] },
                decisions: known.map { unit in
                    let row = units.probabilities[unit]
                    return outputs.max { row[$0] < row[$1] } ?? 0
                },
                classes: classes, bootstrap, clusters.selecting(known))
        }
        decision = try decided(among: Array(classes.indices))
        let own = classes.indices.filter { index in
            question.rules?.classes.contains { $0.name == classes[index] } ?? true
        }
        decisionAmongProtocol =
            own.count < classes.count && !own.isEmpty ? try decided(among: own) : nil
    }
}

/// The question that the outputs of a model answer.
struct Question {
    let rules: ExpressionProtocol?
    let positive: LabelMapping
    let outputs: ModelOutputs
}

/// Test units with what a model says of them.
struct ScoredUnits {
    private(set) var emotions: [Emotion] = []
    /// [units][classes]
    private(set) var probabilities: [[Float]] = []
    /// The person of each.
    private(set) var groups: [Int] = []
    private(set) var images = 0

    var count: Int { emotions.count }

    mutating func append(
        _ emotion: Emotion, _ probabilities: [Float], group: Int, images: Int
    ) {
        emotions.append(emotion)
        self.probabilities.append(probabilities)
        groups.append(group)
        self.images += images
    }

    mutating func append(_ other: ScoredUnits) {
        emotions += other.emotions
        probabilities += other.probabilities
        groups += other.groups
        images += other.images
    }
}
