import Crypto
import Foundation
import Torch

/// All that decides the models of a cross-validation, kept as plan.json: a folder goes on only by the
/// plan that it began with.
public struct CrossValidationPlan: Sendable, Equatable, Codable {
    public let recipe: Recipe?
    /// SHA-256 of the given model's file; `nil` where models are trained.
    public let modelSHA256: String?
    public let initialWeights: String?
    /// SHA-256 of the data's files.
    public let data: [String]
    public let labelOptions: LabelOptions
    public let rules: ExpressionProtocol?
    public let group: RowGroups.Kind
    public let folds: Int
    public let repeats: Int
    public let seed: UInt64

    private enum CodingKeys: String, CodingKey {
        case recipe, data, group, folds, repeats, seed
        case modelSHA256 = "model_sha256"
        case initialWeights = "initial_weights"
        case labelOptions = "label_options"
        case rules = "protocol"
    }

    /// Ties the results of a fold to the plan that they were made by.
    var sha256: String {
        get throws {
            SHA256.hash(data: try JSONEncoder.canonical.encode(self)).hexadecimal
        }
    }

    /// Writes the plan into a folder, or compares it with the one that is there.
    /// - Throws: `UsageError` for another plan, `FileError`.
    func keep(in folder: URL) throws {
        let url = folder.appendingPathComponent("plan.json")
        guard let written = try? Data(contentsOf: url) else {
            return try AtomicFile.write(JSONEncoder.readable.encode(self), to: url)
        }
        guard let found = try? JSONDecoder().decode(Self.self, from: written) else {
            throw UsageError(
                url.path, found: "a plan that cannot be read", expected: "a new folder")
        }
        let differences = [
            ("recipe", recipe == found.recipe), ("model", modelSHA256 == found.modelSHA256),
            ("first weights", initialWeights == found.initialWeights), ("data", data == found.data),
            ("label options", labelOptions == found.labelOptions),
            ("protocol", rules == found.rules), ("group", group == found.group),
            ("number of folds", folds == found.folds),
            ("number of repeats", repeats == found.repeats), ("seed", seed == found.seed),
        ].filter { !$0.1 }.map(\.0)
        guard differences.isEmpty else {
            throw UsageError(
                folder.path,
                found: "a cross-validation that differs in its \(differences.listed())",
                expected: "a new folder, or the one that goes on unchanged")
        }
    }
}

/// The place of a fold among those of a cross-validation.
public struct FoldNumber: Sendable, Equatable, Codable {
    /// Counted from 1.
    public let round: Int
    /// Counted from 1.
    public let fold: Int

    public init(round: Int, fold: Int) {
        (self.round, self.fold) = (round, fold)
    }

    private enum CodingKeys: String, CodingKey {
        case round = "repeat"
        case fold
    }

    /// "fold-03", "repeat-2-fold-03".
    var folderName: String {
        (round > 1 ? "repeat-\(round)-" : "") + "fold-" + (fold < 10 ? "0" : "") + "\(fold)"
    }

    /// "fold 3", "repeat 2, fold 3".
    func title(repeats: Int) -> String {
        (repeats > 1 ? "repeat \(round), " : "") + "fold \(fold)"
    }
}

/// The scored test rows of a fold, kept as test.json in its folder: the fold is done when it is there.
struct FoldFile: Codable {
    /// SHA-256 of the plan.
    let plan: String
    let number: FoldNumber
    let outputs: ModelOutputs
    let trainingRows: Int?
    let modelSHA256: String
    /// Ids of the test rows.
    let rows: [String]
    /// [rows][classes]
    let probabilities: [[Float]]

    static let name = "test.json"

    private enum CodingKeys: String, CodingKey {
        case plan, number, outputs, rows, probabilities
        case trainingRows = "training_rows"
        case modelSHA256 = "model_sha256"
    }

    /// - Returns: `nil` where the fold is not done, or was done by another plan or on other rows.
    static func read(from folder: URL, plan: String, rows: [String]) -> FoldFile? {
        guard let data = try? Data(contentsOf: folder.appendingPathComponent(name)),
            let file = try? JSONDecoder().decode(Self.self, from: data),
            file.plan == plan, file.rows == rows, file.probabilities.count == rows.count,
            file.probabilities.allSatisfy({ $0.count == file.outputs.classes.count })
        else { return nil }
        return file
    }

    func write(to folder: URL) throws {
        try AtomicFile.write(
            JSONEncoder.canonical.encode(self), to: folder.appendingPathComponent(Self.name))
    }
}
