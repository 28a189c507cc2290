import Foundation

/// A trained model from which a run learns beside the labels.
struct Teacher {
    let model: Model

    /// `nil` for a recipe without a teacher.
    /// - Parameters:
    ///   - classes: the outputs of the run's own model.
    ///   - folder: of the run, from which a recorded path may lead.
    /// - Throws: `UsageError` for a model that answers for other classes or takes another input;
    ///   `ModelFileError`.
    init?(of recipe: Recipe, classes: [String], in folder: RunFolder) throws {
        guard let name = recipe.teacher?.model else { return nil }
        model = try Model(contentsOf: ModelPlace.file(RunConfiguration.located(name, in: folder)))
        func require(_ found: String, _ expected: String, _ verb: String) throws {
            guard found != expected else { return }
            throw UsageError(
                "teacher", found: "\(name), which \(verb) \(found)",
                expected: "a model that \(verb) \(expected), as this run's does")
        }
        try require(
            model.card.classes.joined(separator: ", "), classes.joined(separator: ", "), "answers")
        try require(
            model.card.input.channels.rawValue, recipe.input().channels.rawValue, "sees")
    }
}
