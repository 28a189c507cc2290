import Evaluation
import Foundation
import Testing

@testable import Participants

/// p values, intervals and folds beside scipy and scikit-learn: `Golden/make_statistics.py`.
struct StatisticsGoldenTests {
    private struct Golden: Decodable {
        struct Permutation: Decodable {
            let labels: [Int]
            let values: [Double]
            let area, p: Double
        }
        struct Resampled: Decodable {
            let labels: [Int]
            let values, scores, predicted: [Double]
            /// Value, low and high.
            let intervals: [String: [Double]]
        }
        struct Folding: Decodable {
            let groups, labels: [Int]
            let meanSpreadOfSizes, meanSpreadOfPositives: Double
        }
        let permutations: [Permutation]
        let bootstrap: Resampled
        let folds: Folding
    }

    private let golden: Golden

    init() throws {
        let url = try #require(
            Bundle.module.url(forResource: "Golden/statistics", withExtension: "json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        golden = try decoder.decode(Golden.self, from: Data(contentsOf: url))
    }

    private func area(_ values: [Double], _ labels: [Bool]) -> Double {
        RankArea(scores: values, labels: labels).value() ?? .nan
    }

    @Test(arguments: 0 ..< 3) func pValuesAreThoseOfScipy(number: Int) {
        let part = golden.permutations[number]
        let labels = part.labels.map { $0 == 1 }
        let observed = area(part.values, labels)
        #expect(abs(observed - part.area) < 1e-12)
        // All divisions but the true one: 126 choices of 4 among 9.
        let count = labels.count
        var others: [Double] = []
        for choice in 0 ..< 1 << count where choice.nonzeroBitCount == labels.count(where: { $0 }) {
            let divided = (0 ..< count).map { choice >> $0 & 1 == 1 }
            if divided != labels { others.append(area(part.values, divided)) }
        }
        #expect(others.count == 125)
        #expect(abs(permutationPValue(observed: observed, permuted: others) - part.p) < 1e-9)
    }

    @Test func intervalsAreThoseOfScipy() throws {
        let part = golden.bootstrap
        let labels = part.labels.map { $0 == 1 }
        let bootstrap = Bootstrap(resamples: 20_000, seed: 3)
        let rank = RankArea(scores: part.values, labels: labels)
        let found: [String: Estimate] = [
            "auc": bootstrap.estimate(of: labels.count) { rank.value($0) },
            "f1": bootstrap.estimate(of: labels.count) { times in
                var (hits, misses) = (0.0, 0.0)
                for (index, label) in labels.enumerated() {
                    let decided = part.values[index] > 0.5
                    if decided, label { hits += 2 * Double(times[index]) }
                    if decided != label { misses += Double(times[index]) }
                }
                return hits / (hits + misses)
            },
            "mae": bootstrap.estimate(of: labels.count) { times in
                zip(times, zip(part.scores, part.predicted)).reduce(0) {
                    $0 + Double($1.0) * abs($1.1.0 - $1.1.1)
                } / Double(labels.count)
            },
        ]
        for (name, expected) in part.intervals {
            let estimate = try #require(found[name])
            #expect(abs((estimate.value ?? .nan) - expected[0]) < 1e-9, "\(name)")
            // Of 20,000 and 40,000 resamples: within a twentieth of the interval's width.
            let limit = (expected[2] - expected[1]) / 20
            #expect(abs((estimate.low ?? .nan) - expected[1]) < limit, "\(name) \(estimate)")
            #expect(abs((estimate.high ?? .nan) - expected[2]) < limit, "\(name) \(estimate)")
        }
    }

    /// Groups are whole, and folds are about as even as those of StratifiedGroupKFold.
    @Test func foldsAreAsEvenAsThoseOfScikitLearn() {
        let part = golden.folds
        let people = part.groups.indices.map {
            Participant(id: "\($0)", corpus: "a", group: "g\(part.groups[$0])")
        }
        let labels = part.labels.map { $0 == 1 }
        var (sizes, positives) = (0.0, 0.0)
        for seed in UInt64(0) ..< 20 {
            let numbers = Folds(count: 5, seed: seed, stream: [1])
                .numbers(of: people, labels: labels)
            for (_, members) in Dictionary(grouping: people.indices, by: { part.groups[$0] }) {
                #expect(Set(members.map { numbers[$0] }).count == 1)
            }
            let parts = (0 ..< 5).map { fold in people.indices.filter { numbers[$0] == fold } }
            let (counts, found) = (
                parts.map(\.count), parts.map { $0.count { labels[$0] } }
            )
            sizes += Double((counts.max() ?? 0) - (counts.min() ?? 0)) / 20
            positives += Double((found.max() ?? 0) - (found.min() ?? 0)) / 20
        }
        #expect(sizes <= part.meanSpreadOfSizes + 2, "\(sizes)")
        #expect(positives <= part.meanSpreadOfPositives + 2, "\(positives)")
    }
}
