import Mien

/// One value of a recipe that an option replaces.
struct RecipeSetting {
    let option: String
    /// As it was given.
    let text: String
    /// Sets the value.
    let apply: (inout Recipe) throws -> Void
    /// The value that a recipe has, in words.
    let current: (Recipe) -> String

    /// `nil` where the option was not given.
    init?<Value>(_ option: String, _ value: Value?, _ field: WritableKeyPath<Recipe, Value>) {
        guard let value else { return nil }
        self.init(
            option: option, text: "\(value)", apply: { $0[keyPath: field] = value },
            current: { "\($0[keyPath: field])" })
    }

    /// Of a value that a recipe may lack.
    init?<Value>(
        _ option: String, _ value: Value?, optional field: WritableKeyPath<Recipe, Value?>
    ) {
        guard let value else { return nil }
        self.init(
            option: option, text: "\(value)", apply: { $0[keyPath: field] = value },
            current: { recipe in recipe[keyPath: field].map { "\($0)" } ?? "none" })
    }

    /// Of a value with names.
    init?<Value>(_ option: String, named text: String?, _ field: WritableKeyPath<Recipe, Value>)
    where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
        guard let text else { return nil }
        self.init(
            option: option, text: text, apply: { $0[keyPath: field] = try choice(text, option) },
            current: { $0[keyPath: field].rawValue })
    }

    init(
        option: String, text: String, apply: @escaping (inout Recipe) throws -> Void,
        current: @escaping (Recipe) -> String
    ) {
        self.option = option
        self.text = text
        self.apply = apply
        self.current = current
    }

    /// - Throws: `UsageError` where a run has another value.
    func require(in recipe: Recipe) throws {
        var changed = recipe
        try apply(&changed)
        guard changed != recipe else { return }
        throw UsageError(
            option, found: "\(text) for a run that goes on",
            expected: "no such option, or the run's own value (\(current(recipe)))",
            advice: RecipeOptions.longerRun)
    }
}
