import ArgumentParser
import Foundation
import Mien
import Torch

/// The recipe by name or file, and single values that replace its own.
struct RecipeOptions: ParsableArguments {
    @OptionGroup(title: OptionTitle.data) var rows: RecipeRowOptions
    @OptionGroup(title: OptionTitle.recipe) var network: RecipeNetworkOptions
    @OptionGroup(title: OptionTitle.schedule) var course: RecipeScheduleOptions
    @OptionGroup(title: OptionTitle.augmentation) var augmentation: RecipeAugmentationOptions
    @OptionGroup(title: OptionTitle.run) var run: RecipeRunOptions
    @OptionGroup(title: OptionTitle.classical) var classical: ClassicalOptions

    /// How a run can be changed or made longer after all.
    static let longerRun: Advice =
        "A run goes on by its own recipe. For more epochs or another recipe start a new run from "
        + "its model: mien train --init RUN --out NEW."

    /// The recipe with the values given.
    /// - Parameter classes: the user's own, where there are any.
    func recipe(among classes: [Emotion]? = nil) throws -> Recipe {
        var recipe = try Self.load(network.recipeName ?? Recipe.paper.name)
        for setting in try settings(classes) { try setting.apply(&recipe) }
        try course.setProgressiveResizing(&recipe)
        if !course.cycles.isEmpty { recipe.warmRestarts = try course.chosenCycles }
        try classical.apply(to: &recipe)
        if recipe.classical != nil {
            try requireNone(
                but: ClassicalOptions.shared, "the recipe \(recipe.name) trains no network",
                among: classes)
        }
        try requireEffect(in: recipe)
        return recipe
    }

    /// The recipe with the values given where it is of a classical classifier, else `nil`.
    func classicalRecipe(among classes: [Emotion]? = nil) throws -> Recipe? {
        guard try Self.load(network.recipeName ?? Recipe.paper.name).classical != nil else {
            return nil
        }
        return try recipe(among: classes)
    }

    /// - Throws: `UsageError` for the first option that was given and is none of these.
    func requireNone(
        but options: [String], _ reason: String, among classes: [Emotion]? = nil
    ) throws {
        let others =
            (try settings(classes) + course.smallerSettings).map(\.option)
            + (course.cycles.isEmpty ? [] : ["--cycle"])
        for option in others where !options.contains(option) {
            throw UsageError(
                option, found: "an option without effect: \(reason)",
                expected: "\(options.joined(separator: ", "))")
        }
    }

    /// - Throws: `UsageError` for the first option that asks for something else than the run does.
    /// - Parameter classes: the run's own, where it has any.
    func requireNone(differingFrom recipe: Recipe, among classes: [Emotion]? = nil) throws {
        if let name = network.recipeName, name != recipe.name {
            let other = try Self.load(name)
            guard other == recipe else {
                throw UsageError(
                    "--recipe", found: "\(name) for a run that goes on",
                    expected: "no such option, or the run's own value (\(recipe.name))",
                    advice: Self.longerRun)
            }
        }
        for setting in try settings(classes) + course.smallerSettings {
            try setting.require(in: recipe)
        }
        guard !course.cycles.isEmpty else { return }
        let chosen = try course.chosenCycles
        try RecipeSetting(
            option: "--cycle", text: course.cycles.joined(separator: " "),
            apply: { if chosen != $0.warmRestarts ?? [] { $0.warmRestarts = chosen } },
            current: { "\(($0.warmRestarts ?? []).count) warm restarts" }
        ).require(in: recipe)
    }

    /// The options that were given, each of one value.
    /// - Parameter classes: the user's own, where there are any.
    private func settings(_ classes: [Emotion]?) throws -> [RecipeSetting] {
        try rows.settings(classes) + network.settings + course.settings + augmentation.settings
            + run.settings
    }

    /// A recipe by name or file.
    static func load(_ name: String) throws -> Recipe {
        if let recipe = Recipe.named.first(where: { $0.name == name }) { return recipe }
        guard let data = FileManager.default.contents(atPath: name) else {
            throw UsageError(
                "--recipe", found: name,
                expected: "\(Recipe.named.map(\.name).joined(separator: ", ")), or a file")
        }
        struct Started: Decodable { let recipe: Recipe }
        do {
            return try (try? JSONDecoder().decode(Started.self, from: data))?.recipe
                ?? JSONDecoder().decode(Recipe.self, from: data)
        } catch {
            throw UsageError(
                "--recipe", found: "\(name), which is no recipe (\(plainReason(of: error)))",
                expected: "a recipe.json as a run folder holds it")
        }
    }
}

/// Titles of the groups of options in help texts.
enum OptionTitle {
    static let data = "Data options"
    static let cross = "Options across data sets"
    static let recipe = "Recipe options"
    static let schedule = "Schedule options"
    static let augmentation = "Augmentation options"
    static let classical = "Options of classical classifiers"
    static let run = "Run options"
    static let crossValidation = "Cross-validation options"
}

/// The case whose name was given to an option.
func choice<Value>(_ text: String, _ option: String) throws -> Value
where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    guard let value = Value(rawValue: text) else {
        throw UsageError(
            option, found: text,
            expected: "one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return value
}
