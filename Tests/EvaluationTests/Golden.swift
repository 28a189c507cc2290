import Evaluation
import Foundation
import Testing

/// What `Golden/make_golden.py` and `Golden/make_analyses_golden.py` wrote.
enum Golden {
    struct Metrics: Decodable, CustomTestStringConvertible {
        let name: String
        let threshold: Double
        let scores: [Double]
        let labels: [Bool]
        let values: [String: Double?]
        let confusion: BinaryConfusion
        let intervals: [String: [Double]?]
        let roc: [[Double]]?
        let precision_recall: [[Double]]?

        var testDescription: String { name }
    }

    struct Statistics: Decodable {
        struct Pair: Decodable {
            let labels: [Bool]
            let first, second: [Double]
            let difference, z, p, half: Double
        }
        struct Temperature: Decodable {
            let logits: [Double]
            let labels: [Int]
            let temperature, before, after: Double
        }
        struct Multiclass: Decodable {
            let labels, predictions: [Int]
            let accuracy, macro_f1: Double
        }
        let normal, wilson, mcnemar, holm: [[Double]]
        let delong_pair: Pair
        let temperature: Temperature
        let multiclass: Multiclass
    }

    struct Analyses: Decodable {
        struct Selective: Decodable {
            let scores: [Double]
            let labels: [Bool]
            let area: Double
            let interval: [Double]?
        }
        struct Gaps: Decodable {
            let scores: [Double]
            let labels: [Bool]
            let groups: [Int]
            /// Gap and exact p value.
            let tests: [String: [Double]]
        }
        let base_rate, predictive: [[Double]]
        let selective: [Selective]
        let gaps: Gaps
    }

    static func metrics() throws -> [Metrics] { try read("metrics") }
    static func statistics() throws -> Statistics { try read("statistics") }
    static func analyses() throws -> Analyses { try read("analyses") }

    private static func read<Content: Decodable>(_ name: String) throws -> Content {
        let url = try #require(
            Bundle.module.url(forResource: "Golden/\(name)", withExtension: "json"))
        return try JSONDecoder().decode(Content.self, from: Data(contentsOf: url))
    }
}

/// Sums of a few hundred terms in another order differ by about 1e-14.
func expectClose(
    _ got: Double?, _ expected: Double?, relative: Double = 1e-11, absolute: Double = 1e-12,
    _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    guard let got, let expected else {
        #expect(got == expected, "\(what)", sourceLocation: sourceLocation)
        return
    }
    #expect(
        abs(got - expected) <= absolute + relative * abs(expected),
        "\(what): got \(got), expected \(expected)", sourceLocation: sourceLocation)
}
