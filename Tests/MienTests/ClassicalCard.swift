import Foundation
import Mien
import Testing

/// The card of a classical classifier that was fitted on nothing.
func classicalCard(
    _ kind: ClassicalSettings.Kind, _ classifier: ClassicalClassifier, _ head: Recipe.Head
) throws -> ModelCard {
    var recipe = try #require(Recipe.named.first { $0.name == kind.rawValue })
    recipe.classical?.equalizesHistogram = classifier.features.equalizesHistogram
    let name = try #require(recipe.classical.map { _ in kind == .forest ? "forest" : "svm" })
    let card: [String: Any] = [
        "format": 1, "mienVersion": "test", "created": "2026-01-01T00:00:00Z", "kind": name,
        "imageSize": 48, "channels": 3,
        "normalization": [
            "mean": [0.5, 0.5, 0.5], "standardDeviation": [0.25, 0.25, 0.25],
        ],
        "classes": head == .binary
            ? ["other", "sad-or-neutral"] : Emotion.allCases.map(\.name),
        "head": head.rawValue,
        "positive": ["neutral", "sad"], "labels": "ferplus", "initialWeights": "none",
        "recipe": try JSONSerialization.jsonObject(with: JSONEncoder().encode(recipe)),
        "dataSources": [Any](), "trainedOnSyntheticFaces": false, "trainingSamples": 0,
        "intendedUse": "tests",
    ]
    return try JSONDecoder().decode(
        ModelCard.self, from: try JSONSerialization.data(withJSONObject: card))
}
