import Foundation
import Imaging

extension ClassicalFit {
    /// How it was fitted, for people: the choice, the size, the cost.
    public var inWords: [String] {
        let treatment =
            varianceShare.map {
                ", projected on \(Wording.count(columns)) principal components "
                    + "(\(Wording.decimals($0 * 100, 1)) % of the variance)"
            } ?? (trees == nil ? ", standardised" : "")
        var lines = ["\(Wording.count(features)) features a face" + treatment]
        if let cost {
            let width = gamma.map { String(format: ", gamma %.4g", $0) } ?? ""
            let choice =
                searchRows.map {
                    ", chosen by inner folds among \(candidates.count) on \(Wording.count($0)) rows"
                } ?? ", fixed beforehand"
            lines.append(String(format: "Cost of an error %.4g", cost) + width + choice)
        }
        if let supportVectors {
            lines.append("\(Wording.count(supportVectors)) support vectors")
        }
        if let trees, let nodes {
            lines.append("\(Wording.count(trees)) trees, \(Wording.count(nodes)) nodes")
        }
        lines.append(
            String(
                format:
                    "Trained in %.0f s, %.0f s of the processors (the last fit %.0f s), at most "
                    + "%.2f GB of memory", seconds, cpuSeconds, lastFitSeconds,
                Double(peakMemoryBytes) / 1e9))
        if landmarkModel != nil { lines.append(LandmarkModel.terms) }
        return lines
    }
}

extension Recipe {
    /// What of a recipe decides a classical classifier.
    static let fieldsOfClassical = [
        "name", "classical", "labels", "positive", "head", "validationSplit", "grouping",
        "classWeights", "seed",
    ]
}
