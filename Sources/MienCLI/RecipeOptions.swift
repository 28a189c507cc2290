import ArgumentParser
import Foundation
import Mien
import Torch

/// The recipe by name or file, and single values that replace its own.
struct RecipeOptions: ParsableArguments {
    @Option(
        name: .customLong("recipe"),
        help: "A recipe by name (paper, best, fast, transfer, votes) or a recipe.json file.")
    var recipeName = "paper"

    @Option(help: "Labels: fer2013, ferplus, ferplus-argmax or ferplus-votes (soft).")
    var labels: String?
    @Option(help: "Emotions that are positive, such as sad,neutral.")
    var positive: String?
    @Option(help: "Outputs: binary or emotions.")
    var head: String?
    @Flag(inversion: .prefixedNo, help: "Keep the shares of emotions that one tagger alone chose.")
    var keepSingleVotes: Bool?
    @Option(help: "Network: resnet18 or resnet34.")
    var architecture: String?
    @Option(help: "Side of the model's input in pixels.")
    var imageSize: Int?
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

    /// The recipe with the values given.
    func recipe() throws -> Recipe {
        var recipe = try Self.load(recipeName)
        try Self.set(&recipe.labels, labels, "--labels")
        if let positive { recipe.positive = try PositiveMapping(parsing: positive) }
        try Self.set(&recipe.head, head, "--head")
        Self.set(&recipe.keepSingleVotes, keepSingleVotes)
        try Self.set(&recipe.architecture, architecture, "--architecture")
        Self.set(&recipe.imageSize, imageSize)
        Self.set(&recipe.epochs, epochs)
        if smallerEpochs != nil || smallerSize != nil {
            let own = recipe.smallerFirst
            let chosen = Recipe.SmallerFirst(
                epochs: smallerEpochs ?? own?.epochs ?? 0,
                imageSize: smallerSize ?? own?.imageSize ?? recipe.imageSize)
            recipe.smallerFirst = chosen.epochs > 0 ? chosen : nil
        }
        if !cycles.isEmpty {
            recipe.furtherCycles = cycles == ["none"] ? [] : try cycles.map(Self.cycle)
        }
        if let maxSteps { recipe.maxSteps = maxSteps }
        Self.set(&recipe.batchSize, batchSize)
        try Self.set(&recipe.optimizer, optimizer, "--optimizer")
        Self.set(&recipe.learningRate, learningRate)
        try Self.set(&recipe.schedule, schedule, "--schedule")
        Self.set(&recipe.warmUpSteps, warmUpSteps)
        Self.set(&recipe.weightDecay, weightDecay)
        Self.set(&recipe.momentum, momentum)
        Self.set(&recipe.labelSmoothing, labelSmoothing)
        try Self.set(&recipe.classWeights, classWeights, "--class-weights")
        if let gradientClip { recipe.gradientClip = gradientClip }
        if let averageDecay { recipe.averageDecay = averageDecay }
        if let earlyStopping { recipe.earlyStoppingPatience = earlyStopping }
        Self.set(&recipe.validationSplit, validationSplit)
        if subjectPattern != nil || groupByName != nil {
            var grouping = recipe.grouping ?? .earlier
            grouping.subjectPattern = subjectPattern ?? grouping.subjectPattern
            Self.set(&grouping.byName, groupByName)
            recipe.grouping = grouping
        }
        if let freeze { recipe.freeze = freeze.split(separator: ",").map(String.init) }
        if let freezeEpochs { recipe.freezeEpochs = freezeEpochs }
        Self.set(&recipe.augmentation.flipProbability, flip)
        Self.set(&recipe.augmentation.rotationDegrees, rotation)
        Self.set(&recipe.augmentation.shift, shift)
        Self.set(&recipe.augmentation.brightness, brightness)
        Self.set(&recipe.augmentation.contrast, contrast)
        Self.set(&recipe.augmentation.erasingProbability, erasing)
        Self.set(&recipe.augmentation.mixing, mixing)
        if let scale { recipe.augmentation.scale = try Self.range(scale) }
        Self.set(&recipe.seed, seed)
        try Self.set(&recipe.precision, precision, "--precision")
        Self.set(&recipe.checkpointEvery, checkpointEvery)
        return recipe
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

    private static func set<Value>(_ field: inout Value, _ value: Value?) {
        if let value { field = value }
    }

    private static func set<Value>(
        _ field: inout Value, _ text: String?, _ option: String
    ) throws where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
        if let text { field = try choice(text, option) }
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
