import Foundation

/// Class priors of a population from scores without labels: expectation maximisation (Saerens,
/// Latinne and Decaestecker 2002, "Adjusting the Outputs of a Classifier to New a Priori
/// Probabilities").
package struct PriorEstimation {
    /// By class, adding up to 1.
    package let priors: [Double]

    private static let mostSteps = 1000

    /// - Parameters:
    ///   - probabilities: calibrated for the training population, [rows][classes].
    ///   - trainingPriors: of that population, above 0, [classes].
    package init(_ probabilities: [[Float]], trainingPriors: [Double]) {
        var current = trainingPriors
        for _ in 0 ..< Self.mostSteps {
            var sums = [Double](repeating: 0, count: current.count)
            for row in probabilities {
                let shares = row.indices.map { Double(row[$0]) * current[$0] / trainingPriors[$0] }
                let total = max(shares.reduce(0, +), .leastNormalMagnitude)
                for (number, share) in shares.enumerated() { sums[number] += share / total }
            }
            let next = sums.map { $0 / Double(probabilities.count) }
            let moved = zip(next, current).map { abs($0 - $1) }.max() ?? 0
            current = next
            if moved < 1e-9 { break }
        }
        // No class is impossible: half an image each.
        let total = Double(probabilities.count) + 0.5 * Double(current.count)
        priors = current.map { ($0 * Double(probabilities.count) + 0.5) / total }
    }
}

extension ModelCard {
    /// The priors of the training population by output; `nil` where the card does not know them.
    var trainingPriors: [Double]? {
        let shares = classShares ?? ferPlusShares
        guard let shares, shares.count == classes.count else { return nil }
        // A class without an image still has a prior.
        let raised = shares.map { max($0, 1e-4) }
        let total = raised.reduce(0, +)
        return raised.map { $0 / total }
    }

    /// Of models of earlier versions that learnt FER-2013 with FER+'s votes.
    private var ferPlusShares: [Double]? {
        guard labels != .fer2013, ownClasses == nil, !trainedOnSyntheticFaces else { return nil }
        let shares = classes.map { name in FERPlusVotes.trainingShares[name] }
        return shares.contains(nil) ? nil : shares.compactMap(\.self)
    }
}
