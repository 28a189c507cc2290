import Foundation
public import Networks
import Torch

extension Model {
    /// A network for the eight emotions with random weights, to time or to look into.
    /// - Parameter imageSize: `nil` for the architecture's own.
    /// - Throws: `UsageError` for a size that the network does not take.
    public init(
        untrained architecture: Architecture, imageSize: Int? = nil, seed: UInt64 = 0
    ) throws(UsageError) {
        var recipe = Recipe.votes
        recipe.name = "untrained"
        recipe.architecture = architecture
        recipe.imageSize = imageSize ?? architecture.imageSize
        recipe.progressiveResizing = nil
        recipe.seed = seed
        try recipe.validate()
        let classes = Emotion.allCases.map(\.name)
        self.init(
            network: NetworkModule(recipe.network(outputs: classes.count), seed: seed),
            card: ModelCard(
                created: Date.now.formatted(.iso8601), architecture: architecture,
                imageSize: recipe.imageSize, normalization: .grey, classes: classes,
                head: recipe.head, positive: recipe.positive, labels: recipe.labels,
                initialWeights: "scratch", recipe: recipe, dataSources: [],
                trainedOnSyntheticFaces: false, trainingSamples: 0))
    }
}
