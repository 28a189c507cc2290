import ArgumentParser
import Mien

/// How long a run is, and how its learning rate and image size change.
struct RecipeScheduleOptions: ParsableArguments {
    @Option(help: .setting("Passes over the training rows", \.epochs))
    var epochs: Int?
    @Option(help: .setting("Images in a step", \.batchSize))
    var batchSize: Int?
    @Option(help: .setting("End after this many steps", optional: \.maxSteps))
    var maxSteps: Int?
    @Option(
        help: .setting("Learning rate: constant, cosine or one-cycle", \.schedule.rawValue))
    var schedule: String?
    @Option(help: .setting("Steps over which the learning rate first rises", \.warmUpSteps))
    var warmUpSteps: Int?
    @Option(
        help: .setting(
            "Stop after this many epochs without a better validation AUC",
            optional: \.earlyStoppingPatience))
    var earlyStopping: Int?
    @Option(
        name: .customLong("cycle"),
        help: ArgumentHelp(
            """
            A warm restart, from the average of the weights where there is one: its epochs, image \
            size and base learning rate, and optionally the distillation weight, such as 9,96,3e-3 \
            or 20,96,3e-3,0.5. Repeat it for more; none removes those of the recipe. \
            (recipe paper: none)
            """, valueName: "epochs,size,rate[,weight]"))
    var cycles: [String] = []
    @Option(
        help: """
            Number of first epochs with smaller images: progressive resizing. (recipe paper: 0)
            """)
    var smallerEpochs: Int?
    @Option(help: "Side of these smaller images in pixels.")
    var smallerSize: Int?
    @Option(
        help:
            "Number of first epochs in which the parts of --freeze keep their weights. (default: all)"
    )
    var freezeEpochs: Int?

    /// The options that were given, each of one value.
    var settings: [RecipeSetting] {
        [
            RecipeSetting("--epochs", epochs, \.epochs),
            RecipeSetting("--max-steps", maxSteps, optional: \.maxSteps),
            RecipeSetting("--batch-size", batchSize, \.batchSize),
            RecipeSetting("--schedule", named: schedule, \.schedule),
            RecipeSetting("--warm-up-steps", warmUpSteps, \.warmUpSteps),
            RecipeSetting("--early-stopping", earlyStopping, optional: \.earlyStoppingPatience),
            RecipeSetting("--freeze-epochs", freezeEpochs, optional: \.freezeEpochs),
        ].compactMap(\.self)
    }

    /// Of the first epochs with smaller images: together they are one value.
    var smallerSettings: [RecipeSetting] {
        let none = Recipe.ProgressiveResizing(epochs: 0, imageSize: 0)
        let settings: [RecipeSetting?] = [
            smallerEpochs.map { epochs in
                RecipeSetting(
                    option: "--smaller-epochs", text: "\(epochs)",
                    apply: {
                        if $0.progressiveResizing ?? none != none || epochs > 0 {
                            $0.progressiveResizing = .init(
                                epochs: epochs, imageSize: $0.progressiveResizing?.imageSize ?? 0)
                        }
                    },
                    current: { "\($0.progressiveResizing?.epochs ?? 0)" })
            },
            smallerSize.map { size in
                RecipeSetting(
                    option: "--smaller-size", text: "\(size)",
                    apply: {
                        $0.progressiveResizing = .init(
                            epochs: $0.progressiveResizing?.epochs ?? 0, imageSize: size)
                    },
                    current: { $0.progressiveResizing.map { "\($0.imageSize)" } ?? "none" })
            },
        ]
        return settings.compactMap { $0 }
    }

    func setProgressiveResizing(_ recipe: inout Recipe) throws(UsageError) {
        guard smallerEpochs != nil || smallerSize != nil else { return }
        let own = recipe.progressiveResizing
        let chosen = Recipe.ProgressiveResizing(
            epochs: smallerEpochs ?? own?.epochs ?? 0,
            imageSize: smallerSize ?? own?.imageSize ?? recipe.imageSize)
        guard chosen.epochs != 0 || smallerSize == nil else {
            throw .withoutEffect(
                "--smaller-size", because: "no epoch takes smaller images",
                expected: "--smaller-epochs with it, or neither")
        }
        recipe.progressiveResizing = chosen.epochs > 0 ? chosen : nil
    }

    var chosenCycles: [Recipe.WarmRestart] {
        get throws { cycles == ["none"] ? [] : try cycles.map(Self.cycle) }
    }

    private static func cycle(_ text: String) throws -> Recipe.WarmRestart {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let misread = UsageError(
            "--cycle", found: text,
            expected: "epochs, image size, learning rate and optionally a distillation weight, "
                + "such as 9,96,3e-3 or 20,96,3e-3,0.5")
        guard 3 ... 4 ~= parts.count, let epochs = Int(parts[0]), let size = Int(parts[1]),
            let rate = Double(parts[2])
        else { throw misread }
        guard parts.count > 3 else {
            return Recipe.WarmRestart(epochs: epochs, imageSize: size, learningRate: rate)
        }
        guard let share = Double(parts[3]) else { throw misread }
        return Recipe.WarmRestart(
            epochs: epochs, imageSize: size, learningRate: rate, distillationWeight: share)
    }
}
