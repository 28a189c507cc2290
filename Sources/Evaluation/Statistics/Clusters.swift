/// Which samples belong together: those of one subject, or the frames of one sequence. Samples of
/// one cluster are not independent, so a resample takes whole clusters.
public struct Clusters: Sendable, Equatable {
    /// For each sample the number of its cluster, counted from 0 in the order of appearance.
    public let numbers: [Int]
    public let count: Int

    /// With fewer clusters no interval is given: it would rest on too few independent draws.
    public static let fewest = 10

    /// - Parameter keys: for each sample what its cluster is called.
    public init<Key: Hashable>(_ keys: some Sequence<Key>) {
        var known: [Key: Int] = [:]
        numbers = keys.map { key in
            let number = known[key] ?? known.count
            known[key] = number
            return number
        }
        count = known.count
    }

    /// The clusters of these samples, numbered anew.
    public func selecting(_ positions: [Int]) -> Clusters {
        Clusters(positions.map { numbers[$0] })
    }

    /// How many clusters hold a sample for which this is true.
    func count(where isWanted: [Bool]) -> Int {
        precondition(
            isWanted.count == numbers.count,
            "expected \(numbers.count) samples, got \(isWanted.count)")
        return Set(zip(numbers, isWanted).filter(\.1).map(\.0)).count
    }

    /// Why `count` clusters give no interval; `nil` where they do.
    static func reasonAgainst(_ count: Int, _ what: String = "") -> String? {
        guard count < fewest else { return nil }
        let number = count == 1 ? "one cluster is" : "\(count) clusters are"
        return "\(number) too few for an interval\(what): at least \(fewest) are needed"
    }
}

extension Bootstrap {
    /// Calls `body` once for each resample with how often each cluster was drawn.
    func forEachDraw(of clusters: Int, _ body: (_ multiplicities: [Int32]) -> Void) {
        forEachResample(of: clusters, body)
    }

    /// Calls `body` once for each resample with the multiplicities of the samples: of whole clusters
    /// where there are any.
    public func forEachResample(
        of count: Int, by clusters: Clusters?, _ body: (_ multiplicities: [Int32]) -> Void
    ) {
        guard let clusters else { return forEachResample(of: count, body) }
        precondition(
            clusters.numbers.count == count,
            "expected clusters of \(count) samples, got \(clusters.numbers.count)")
        var multiplicities = [Int32](repeating: 0, count: count)
        forEachDraw(of: clusters.count) { drawn in
            for (sample, cluster) in clusters.numbers.enumerated() {
                multiplicities[sample] = drawn[cluster]
            }
            body(multiplicities)
        }
    }

    /// The share of each tail outside an interval.
    ///
    /// Percentiles of few clusters lie too close together. As Hesterberg (2015, "What Teachers
    /// Should Know about the Bootstrap") advises, they are taken where Student's interval would end.
    func tail(clusters: Int?) -> Double {
        let plain = (1 - confidence) / 2
        guard let clusters, clusters > 1 else { return plain }
        let degrees = Double(clusters - 1)
        let wide =
            studentQuantile(1 - plain, degrees: degrees)
            * (Double(clusters) / degrees).squareRoot()
        return normalDistribution(-wide)
    }

    /// A proportion: with its Wilson interval where samples are independent, else with that of the
    /// cluster bootstrap. Where all samples agree the latter would have no width: it is then
    /// Wilson's, of as many trials as there are clusters.
    /// - Parameters:
    ///   - isSuccess: one for each sample.
    ///   - clusters: of these samples; `nil` where each stands for itself.
    ///   - emptyReason: the reason that is given without samples.
    public func proportion(
        _ isSuccess: [Bool], by clusters: Clusters?, emptyReason: String = "no samples"
    ) -> Estimate {
        let successes = isSuccess.count { $0 }
        guard let clusters, !isSuccess.isEmpty else {
            return .proportion(
                successes, of: isSuccess.count, confidence: confidence, emptyReason: emptyReason)
        }
        let value = Double(successes) / Double(isSuccess.count)
        if let reason = Clusters.reasonAgainst(clusters.count) {
            return Estimate(value, without: reason)
        }
        guard successes > 0, successes < isSuccess.count else {
            return .agreeing(on: value, clusters: clusters.count, confidence: confidence)
        }
        var sums = [(successes: Int, all: Int)](repeating: (0, 0), count: clusters.count)
        for (cluster, isRight) in zip(clusters.numbers, isSuccess) {
            sums[cluster].all += 1
            if isRight { sums[cluster].successes += 1 }
        }
        var values: [Double?] = []
        forEachDraw(of: clusters.count) { drawn in
            var (right, all) = (0, 0)
            for (sum, times) in zip(sums, drawn) {
                right += sum.successes * Int(times)
                all += sum.all * Int(times)
            }
            values.append(all > 0 ? Double(right) / Double(all) : nil)
        }
        return estimate(value: value, resampled: values, clusters: clusters.count)
    }
}

extension Estimate {
    /// A value at an end of its range on which all clusters agree: Wilson's interval of as many
    /// trials as there are clusters.
    static func agreeing(on value: Double, clusters: Int, confidence: Double) -> Estimate {
        let trials = Double(clusters)
        return Estimate(
            value,
            wilsonInterval(successes: value * trials, trials: trials, confidence: confidence))
    }
}
