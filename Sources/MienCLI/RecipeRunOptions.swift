import ArgumentParser
import Mien

/// What makes a run repeatable and lets it go on.
struct RecipeRunOptions: ParsableArguments {
    @Option(help: .setting("Seed of everything random", \.seed))
    var seed: UInt64?
    @Option(help: .setting("auto, float32 or bfloat16", \.precision.rawValue))
    var precision: String?
    @Option(help: .setting("Steps between checkpoints", \.checkpointEvery))
    var checkpointEvery: Int?

    /// The options that were given, each of one value.
    var settings: [RecipeSetting] {
        [
            RecipeSetting("--seed", seed, \.seed),
            RecipeSetting("--precision", named: precision, \.precision),
            RecipeSetting("--checkpoint-every", checkpointEvery, \.checkpointEvery),
        ].compactMap(\.self)
    }
}

extension ArgumentHelp {
    /// Help on a value of a recipe, with what the recipe paper has.
    static func setting<Value>(_ text: String, _ field: KeyPath<Recipe, Value>) -> Self {
        Self("\(text). (recipe paper: \(Recipe.paper[keyPath: field]))")
    }

    /// Help on a value that a recipe may lack.
    static func setting<Value>(
        _ text: String, optional field: KeyPath<Recipe, Value?>
    ) -> Self {
        let value = Recipe.paper[keyPath: field].map { "\($0)" } ?? "none"
        return Self("\(text). (recipe paper: \(value))")
    }
}
