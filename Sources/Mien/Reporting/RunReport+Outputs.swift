public import Evaluation
import Foundation

extension RunReport: Encodable {
    private enum Key: String, CodingKey {
        case path, evaluation, trust, recipe, figures, command
        case split
        case modelSHA256 = "model_sha256"
        case isTrainingData = "data_is_training_data"
        case mienVersion = "mien_version"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(path, forKey: .path)
        try container.encode(request.split, forKey: .split)
        try container.encode(evaluation, forKey: .evaluation)
        try container.encode(trust, forKey: .trust)
        try container.encode(card.recipe, forKey: .recipe)
        try container.encode(drawn.map(\.fileName), forKey: .figures)
        try container.encode(modelSHA256, forKey: .modelSHA256)
        try container.encode(isTrainingData, forKey: .isTrainingData)
        try container.encode(request.command, forKey: .command)
        try container.encode(currentMienVersion, forKey: .mienVersion)
    }
}

extension RunReport {
    /// The model card with the results of this report.
    public var modelCard: String {
        card.markdown(evaluation, split: request.split, command: request.command)
    }

    /// Every figure in the page.
    public var drawn: [any Figure] { (curves.map { [$0] } ?? []) + figures }
}
