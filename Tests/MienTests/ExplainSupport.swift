import Evaluation
import Foundation
import Mien

/// The models and images of Golden/explain.py.
enum ExplainSupport {
    static var generator: SeededGenerator { SeededGenerator(seed: 4) }

    static func model(emotions: Bool) throws -> Model {
        let names = emotions ? Emotion.allCases.map(\.name) : ["other", "sad-or-neutral"]
        let recipe = try JSONSerialization.jsonObject(with: JSONEncoder().encode(Recipe.paper))
        let card: [String: Any] = [
            "format": 1, "mienVersion": "test", "created": "2026-01-01T00:00:00Z",
            "architecture": "resnet18", "imageSize": 64, "channels": 3,
            "normalization": [
                "mean": [0.5, 0.5, 0.5], "standardDeviation": [0.25, 0.25, 0.25],
            ], "classes": names, "head": emotions ? "emotions" : "binary",
            "positive": ["neutral", "sad"], "labels": "ferplus", "initialWeights": "pattern",
            "recipe": recipe, "dataSources": [Any](), "trainedOnSyntheticFaces": false,
            "trainingSamples": 0, "intendedUse": "tests",
        ]
        let data = try JSONSerialization.data(withJSONObject: card)
        return Model(
            network: ResNetGolden.network(outputs: names.count),
            card: try JSONDecoder().decode(ModelCard.self, from: data))
    }

    /// Two images of 64 x 64 grey values, 0...255.
    static func planes() -> [Float] { grey("grey", count: 2 * 64 * 64) }

    static func grey(_ name: String, count: Int) -> [Float] {
        ResNetGolden.pattern(name: name, count: count).map { ($0 + 1) * 127.5 }
    }

    static func shares(_ name: String, count: Int) -> [Float] {
        ResNetGolden.pattern(name: name, count: count).map { ($0 + 1) / 2 }
    }
}
