import ArgumentParser
import Foundation
import Mien
import Networks
import Torch

/// The recipe by name or file, and single values that replace its own.
struct RecipeOptions: ParsableArguments {
    @Option(
        name: .customLong("recipe"),
        help: """
            A recipe by name (paper, which is the default, best, fast, transfer, votes, cnn, vgg16, \
            inception-v3, resnet50; without a network svm, linear-svm, logistic, forest) or a \
            recipe.json file.
            """)
    var recipeName: String?

    @Option(help: "Labels: fer2013, ferplus, ferplus-argmax or ferplus-votes (soft).")
    var labels: String?
    @Option(help: "Classes that are positive, such as sad,neutral.")
    var positive: String?
    @Option(help: "Outputs: binary or emotions.")
    var head: String?
    @Flag(inversion: .prefixedNo, help: "Keep the shares of emotions that one tagger alone chose.")
    var keepSingleVotes: Bool?
    @Option(help: "Network: \(Architecture.names).")
    var architecture: String?
    @Option(help: "Side of the model's input in pixels.")
    var imageSize: Int?
    @Option(help: "Planes of the input: grey, which is the default, or rgb.")
    var channels: String?
    @Option(
        help: """
            What the model sees of a photo: fer2013, a face cut as FER-2013's are, which is the default, \
            or whole-image.
            """)
    var crop: String?
    @Option(help: "Side of the cut face in sides of FER-2013's; above 1 shows more around it.")
    var cropScale: Double?
    @Option(help: "Side of the cut face in pixels; the default is 48, or with rgb the image size.")
    var cropSize: Int?
    @Option(help: "So many of the first epochs take smaller images: progressive resizing.")
    var smallerEpochs: Int?
    @Option(help: "Side of these in pixels.")
    var smallerSize: Int?
    @Option(help: "Passes over the training rows.")
    var epochs: Int?
    @Option(
        name: .customLong("cycle"),
        help: ArgumentHelp(
            """
            A further cycle, from the average of the weights where there is one: its epochs, \
            image size and base learning rate, and where wanted the share of the targets that are \
            the model's own answers, such as 9,96,3e-3 or 20,96,3e-3,0.5. Can be repeated; none \
            leaves out those of the recipe.
            """, valueName: "epochs,size,rate[,answers]"))
    var cycles: [String] = []
    @Option(help: "End after so many steps.")
    var maxSteps: Int?
    @Option(help: "Images in a step.")
    var batchSize: Int?
    @Option(help: "adam, adamw or sgd.")
    var optimizer: String?
    @Option(help: "Base learning rate.")
    var learningRate: Double?
    @Option(help: "constant, cosine or one-cycle.")
    var schedule: String?
    @Option(help: "Steps over which the rate first rises.")
    var warmUpSteps: Int?
    @Option(help: "Weight decay.")
    var weightDecay: Double?
    @Option(help: "Momentum of sgd.")
    var momentum: Double?
    @Option(help: "Share of the target that is spread over all classes.")
    var labelSmoothing: Double?
    @Option(help: "Weights of the classes in the loss: none or balanced.")
    var classWeights: String?
    @Option(help: "Largest norm of the gradients.")
    var gradientClip: Double?
    @Option(help: "Share that the moving average of the weights keeps at each step.")
    var averageDecay: Double?
    @Option(help: "Stop after so many epochs without a better validation AUC.")
    var earlyStopping: Int?
    @Option(help: "Share of the training rows held out for validation.")
    var validationSplit: Double?
    @Option(help: .subjectPattern)
    var subjectPattern: String?
    @Flag(inversion: .prefixedNo, help: .groupByName)
    var groupByName: Bool?
    @Option(help: "Parts that keep their weights: stem,layer1,layer2,layer3,layer4.")
    var freeze: String?
    @Option(help: "They do so for this many of the first epochs; the default is all.")
    var freezeEpochs: Int?
    @Option(help: "Probability of mirroring an image.")
    var flip: Double?
    @Option(help: "Rotations are within so many degrees.")
    var rotation: Double?
    @Option(help: "Range of scales, such as 0.9,1.1.")
    var scale: String?
    @Option(help: "Shifts along each axis are within this share of the side.")
    var shift: Double?
    @Option(help: "Changes of brightness are within this share of white.")
    var brightness: Double?
    @Option(help: "Changes of contrast are within this share.")
    var contrast: Double?
    @Option(help: "Probability of erasing a rectangle.")
    var erasing: Double?
    @Option(help: "Alpha of mixup: images and targets mixed with others of the batch.")
    var mixing: Double?
    @Option(help: "Seed of everything random.")
    var seed: UInt64?
    @Option(help: "auto, float32 or bfloat16.")
    var precision: String?
    @Option(help: "Steps between checkpoints.")
    var checkpointEvery: Int?
    @OptionGroup var classical: ClassicalOptions

    /// How a run can be changed or made longer after all.
    static let longerRun =
        "A run goes on by its own recipe. For more epochs or another recipe start a new run from "
        + "its model: mien train --init RUN --out NEW."

    /// The recipe with the values given.
    /// - Parameter classes: the user's own, where there are any.
    func recipe(among classes: [Emotion]? = nil) throws -> Recipe {
        var recipe = try Self.load(recipeName ?? Recipe.paper.name)
        for setting in try settings(classes) { try setting.apply(&recipe) }
        try setSmallerFirst(&recipe)
        if !cycles.isEmpty { recipe.furtherCycles = try chosenCycles }
        try classical.apply(to: &recipe)
        if recipe.classical != nil {
            try requireNone(
                but: ClassicalOptions.shared, "the recipe \(recipe.name) trains no network")
        }
        try requireEffect(in: recipe)
        return recipe
    }

    /// The recipe with the values given where it is of a classical classifier, else `nil`.
    func classicalRecipe() throws -> Recipe? {
        guard try Self.load(recipeName ?? Recipe.paper.name).classical != nil else { return nil }
        return try recipe()
    }

    /// - Throws: `UsageError` for the first option that was given and is none of these.
    func requireNone(but options: [String], _ reason: String) throws {
        let others =
            (try settings(nil) + smallerSettings).map(\.option)
            + (cycles.isEmpty ? [] : ["--cycle"])
        for option in others where !options.contains(option) {
            throw UsageError(
                option, found: "an option without effect: \(reason)",
                expected: "\(options.joined(separator: ", "))")
        }
    }

    /// - Throws: `UsageError` for the first option that asks for something else than the run does.
    /// - Parameter classes: the run's own, where it has any.
    func requireNone(differingFrom recipe: Recipe, among classes: [Emotion]? = nil) throws {
        if let recipeName, recipeName != recipe.name {
            let other = try Self.load(recipeName)
            guard other == recipe else {
                throw UsageError(
                    "--recipe", found: "\(recipeName) for a run that goes on",
                    expected: "no such option, or the run's own value (\(recipe.name))",
                    advice: Self.longerRun)
            }
        }
        for setting in try settings(classes) + smallerSettings { try setting.require(in: recipe) }
        guard !cycles.isEmpty else { return }
        let chosen = try chosenCycles
        try RecipeSetting(
            option: "--cycle", text: cycles.joined(separator: " "),
            apply: { if chosen != $0.furtherCycles ?? [] { $0.furtherCycles = chosen } },
            current: { "\(($0.furtherCycles ?? []).count) cycles" }
        ).require(in: recipe)
    }

    /// The options that were given, each of one value.
    private func settings(_ classes: [Emotion]?) throws -> [RecipeSetting] {
        let mapping = try positive.map {
            try PositiveMapping(parsing: $0, among: classes ?? Emotion.allCases)
        }
        let scales = try scale.map(Self.range)
        let frozen = freeze?.split(separator: ",").map(String.init)
        var given: [RecipeSetting] = []
        func add(_ setting: RecipeSetting?) { given += setting.map { [$0] } ?? [] }
        add(RecipeSetting("--labels", named: labels, \.labels))
        if let mapping {
            add(
                RecipeSetting(
                    option: "--positive", text: mapping.name,
                    apply: { $0.positive = mapping }, current: { $0.positive.name }))
        }
        add(RecipeSetting("--head", named: head, \.head))
        add(RecipeSetting("--keep-single-votes", keepSingleVotes, \.keepSingleVotes))
        add(RecipeSetting("--architecture", named: architecture, \.architecture))
        add(RecipeSetting("--image-size", imageSize, \.imageSize))
        if let channels {
            add(
                RecipeSetting(
                    option: "--channels", text: channels,
                    apply: { recipe in
                        let chosen: InputSpecification.Channels = try choice(
                            channels, "--channels")
                        if chosen != recipe.input().channels { recipe.channels = chosen }
                    }, current: { $0.input().channels.rawValue }))
        }
        add(cropSetting)
        add(RecipeSetting("--epochs", epochs, \.epochs))
        add(RecipeSetting("--max-steps", maxSteps, optional: \.maxSteps))
        add(RecipeSetting("--batch-size", batchSize, \.batchSize))
        add(RecipeSetting("--optimizer", named: optimizer, \.optimizer))
        add(RecipeSetting("--learning-rate", learningRate, \.learningRate))
        add(RecipeSetting("--schedule", named: schedule, \.schedule))
        add(RecipeSetting("--warm-up-steps", warmUpSteps, \.warmUpSteps))
        add(RecipeSetting("--weight-decay", weightDecay, \.weightDecay))
        add(RecipeSetting("--momentum", momentum, \.momentum))
        add(RecipeSetting("--label-smoothing", labelSmoothing, \.labelSmoothing))
        add(RecipeSetting("--class-weights", named: classWeights, \.classWeights))
        add(RecipeSetting("--gradient-clip", gradientClip, optional: \.gradientClip))
        add(RecipeSetting("--average-decay", averageDecay, optional: \.averageDecay))
        add(RecipeSetting("--early-stopping", earlyStopping, optional: \.earlyStoppingPatience))
        add(RecipeSetting("--validation-split", validationSplit, \.validationSplit))
        if let subjectPattern {
            add(
                RecipeSetting(
                    option: "--subject-pattern", text: subjectPattern,
                    apply: { recipe in
                        var grouping = recipe.grouping ?? .earlier
                        grouping.subjectPattern = subjectPattern
                        recipe.grouping = grouping
                    }, current: { $0.grouping?.subjectPattern ?? "none" }))
        }
        if let groupByName {
            add(
                RecipeSetting(
                    option: "--group-by-name", text: "\(groupByName)",
                    apply: { recipe in
                        var grouping = recipe.grouping ?? .earlier
                        grouping.byName = groupByName
                        recipe.grouping = grouping
                    }, current: { "\($0.grouping?.byName ?? false)" }))
        }
        if let freeze, let frozen {
            add(
                RecipeSetting(
                    option: "--freeze", text: freeze, apply: { $0.freeze = frozen },
                    current: {
                        $0.freeze.isEmpty ? "none" : $0.freeze.joined(separator: ",")
                    }))
        }
        add(RecipeSetting("--freeze-epochs", freezeEpochs, optional: \.freezeEpochs))
        add(RecipeSetting("--flip", flip, \.augmentation.flipProbability))
        add(RecipeSetting("--rotation", rotation, \.augmentation.rotationDegrees))
        add(RecipeSetting("--scale", scales, \.augmentation.scale))
        add(RecipeSetting("--shift", shift, \.augmentation.shift))
        add(RecipeSetting("--brightness", brightness, \.augmentation.brightness))
        add(RecipeSetting("--contrast", contrast, \.augmentation.contrast))
        add(RecipeSetting("--erasing", erasing, \.augmentation.erasingProbability))
        add(RecipeSetting("--mixing", mixing, \.augmentation.mixing))
        add(RecipeSetting("--seed", seed, \.seed))
        add(RecipeSetting("--precision", named: precision, \.precision))
        add(RecipeSetting("--checkpoint-every", checkpointEvery, \.checkpointEvery))
        return given
    }

    /// Of the cut of faces: together its options are one value.
    private var cropSetting: RecipeSetting? {
        guard crop != nil || cropScale != nil || cropSize != nil else { return nil }
        let option = crop != nil ? "--crop" : cropScale != nil ? "--crop-scale" : "--crop-size"
        return RecipeSetting(
            option: option,
            text: [crop, cropScale.map { "\($0)" }, cropSize.map { "\($0)" }]
                .compactMap(\.self).joined(separator: " "),
            apply: { recipe in
                let own = recipe.input().crop
                var changed = own
                if let crop { changed.frame = try choice(crop, "--crop") }
                if let cropScale { changed.scale = cropScale }
                if let cropSize { changed.size = cropSize }
                if changed != own { recipe.crop = changed }
            },
            current: {
                let crop = $0.input().crop
                return "\(crop.frame.rawValue), scale \(crop.scale), \(crop.size) pixels"
            })
    }

    /// Of the first epochs with smaller images: together they are one value.
    private var smallerSettings: [RecipeSetting] {
        let none = Recipe.SmallerFirst(epochs: 0, imageSize: 0)
        let settings: [RecipeSetting?] = [
            smallerEpochs.map { epochs in
                RecipeSetting(
                    option: "--smaller-epochs", text: "\(epochs)",
                    apply: {
                        if $0.smallerFirst ?? none != none || epochs > 0 {
                            $0.smallerFirst = .init(
                                epochs: epochs, imageSize: $0.smallerFirst?.imageSize ?? 0)
                        }
                    },
                    current: { "\($0.smallerFirst?.epochs ?? 0)" })
            },
            smallerSize.map { size in
                RecipeSetting(
                    option: "--smaller-size", text: "\(size)",
                    apply: {
                        $0.smallerFirst = .init(
                            epochs: $0.smallerFirst?.epochs ?? 0, imageSize: size)
                    },
                    current: { $0.smallerFirst.map { "\($0.imageSize)" } ?? "none" })
            },
        ]
        return settings.compactMap { $0 }
    }

    private func setSmallerFirst(_ recipe: inout Recipe) throws(UsageError) {
        guard smallerEpochs != nil || smallerSize != nil else { return }
        let own = recipe.smallerFirst
        let chosen = Recipe.SmallerFirst(
            epochs: smallerEpochs ?? own?.epochs ?? 0,
            imageSize: smallerSize ?? own?.imageSize ?? recipe.imageSize)
        guard chosen.epochs != 0 || smallerSize == nil else {
            throw .withoutEffect(
                "--smaller-size", because: "no epoch takes smaller images",
                expected: "--smaller-epochs with it, or neither")
        }
        recipe.smallerFirst = chosen.epochs > 0 ? chosen : nil
    }

    private var chosenCycles: [Recipe.Cycle] {
        get throws { cycles == ["none"] ? [] : try cycles.map(Self.cycle) }
    }

    private static func load(_ name: String) throws -> Recipe {
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

    private static func cycle(_ text: String) throws -> Recipe.Cycle {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let misread = UsageError(
            "--cycle", found: text,
            expected: "epochs, image size, learning rate and where wanted a share of own answers, "
                + "such as 9,96,3e-3 or 20,96,3e-3,0.5")
        guard 3 ... 4 ~= parts.count, let epochs = Int(parts[0]), let size = Int(parts[1]),
            let rate = Double(parts[2])
        else { throw misread }
        guard parts.count > 3 else {
            return Recipe.Cycle(epochs: epochs, imageSize: size, learningRate: rate)
        }
        guard let share = Double(parts[3]) else { throw misread }
        return Recipe.Cycle(
            epochs: epochs, imageSize: size, learningRate: rate, ownAnswers: share)
    }

    private static func range(_ text: String) throws -> ClosedRange<Double> {
        let parts = text.split(separator: ",").compactMap { Double($0) }
        guard parts.count == 2, parts[0] <= parts[1] else {
            throw UsageError("--scale", found: text, expected: "two numbers such as 0.9,1.1")
        }
        return parts[0] ... parts[1]
    }
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
