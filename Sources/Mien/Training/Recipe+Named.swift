import Networks

/// The recipes that can be asked for by name.
extension Recipe {
    /// The paper's table to the letter: Adam, 1e-4, 2 epochs, batch 100, 20 % validation,
    /// 224 x 224, flips, rotations within 10 degrees and scaling.
    public static let paper = Recipe()

    /// Soft votes over the eight emotions at 96 x 96, AdamW with one cycle, wider variations.
    public static let votes: Recipe = {
        var recipe = Recipe()
        recipe.name = "votes"
        recipe.labels = .ferplusVotes
        recipe.head = .emotions
        recipe.keepSingleVotes = true
        recipe.imageSize = 96
        recipe.augmentation.rotationDegrees = 15
        recipe.augmentation.scale = 0.85 ... 1.15
        recipe.augmentation.shift = 0.12
        recipe.augmentation.brightness = 0.1
        recipe.augmentation.contrast = 0.25
        recipe.augmentation.erasingProbability = 0.25
        recipe.epochs = 10
        recipe.batchSize = 128
        recipe.optimizer = .adamw
        recipe.learningRate = 1e-3
        recipe.weightDecay = 0.05
        recipe.schedule = .oneCycle
        recipe.validationSplit = 0.05
        return recipe
    }()

    /// What made the weights that come with Mien: votes as above, the average of the weights, and
    /// cycles with ever larger images, which in the end the model itself teaches.
    public static let best: Recipe = {
        var recipe = votes
        recipe.name = "best"
        recipe.imageSize = 64
        recipe.epochs = 18
        recipe.progressiveResizing = ProgressiveResizing(epochs: 11, imageSize: 48)
        recipe.learningRate = 4e-3
        recipe.warmRestarts = [
            WarmRestart(epochs: 9, imageSize: 96, learningRate: 3e-3),
            WarmRestart(epochs: 20, imageSize: 96, learningRate: 3e-3, distillationWeight: 0.5),
            WarmRestart(epochs: 12, imageSize: 128, learningRate: 2e-3, distillationWeight: 0.5),
            WarmRestart(epochs: 22, imageSize: 128, learningRate: 3e-3, distillationWeight: 0.5),
        ]
        recipe.emaDecay = 0.998
        return recipe
    }()

    /// Most of what `votes` reaches in a fraction of its time: small images, small steps, and
    /// variations little wider than the paper's: wider ones cost where epochs are few.
    public static let fast: Recipe = {
        var recipe = votes
        recipe.name = "fast"
        recipe.imageSize = 48
        recipe.epochs = 7
        recipe.progressiveResizing = ProgressiveResizing(epochs: 3, imageSize: 32)
        recipe.batchSize = 64
        recipe.learningRate = 2e-3
        recipe.augmentation = Augmentation()
        recipe.augmentation.shift = 0.06
        return recipe
    }()

    /// A small network for eight emotions that the weights that come with Mien teach.
    public static let tiny: Recipe = {
        var recipe = votes
        recipe.name = "tiny"
        recipe.architecture = .tiny
        recipe.teacher = Teacher(model: "released", weight: 0.7)
        recipe.imageSize = 64
        recipe.epochs = 24
        recipe.progressiveResizing = ProgressiveResizing(epochs: 14, imageSize: 48)
        recipe.learningRate = 4e-3
        recipe.emaDecay = 0.998
        recipe.warmRestarts = [WarmRestart(epochs: 16, imageSize: 96, learningRate: 3e-3)]
        return recipe
    }()

    /// From the weights that come with Mien to faces of one's own, a class each: at first the
    /// stages keep their weights and the head alone learns, then all of it does.
    public static let transfer: Recipe = {
        var recipe = best
        recipe.name = "transfer"
        recipe.initialWeights = "released"
        recipe.labels = .fer2013
        recipe.keepSingleVotes = false
        recipe.imageSize = 96
        recipe.progressiveResizing = nil
        recipe.warmRestarts = []
        recipe.epochs = 6
        recipe.freeze = Architecture.resnet18.network(outputs: 2).parts
        recipe.freezeEpochs = 2
        recipe.batchSize = 64
        recipe.learningRate = 1e-3
        recipe.emaDecay = nil
        recipe.validationSplit = 0.2
        return recipe
    }()

    /// The paper's table with VGG-16 in place of ResNet-18.
    public static let vgg16 = paper(named: "vgg16", .vgg16)

    /// The paper's table with Inception-v3, at the size of images that it was designed for.
    public static let inceptionV3 = paper(named: "inception-v3", .inceptionV3)

    /// The paper's table with ResNet-50.
    public static let resnet50 = paper(named: "resnet50", .resnet50)

    private static func paper(named name: String, _ architecture: Architecture) -> Recipe {
        var recipe = paper
        recipe.name = name
        recipe.architecture = architecture
        recipe.imageSize = architecture.imageSize
        return recipe
    }

    /// A small network from random weights, as comparisons on small data sets have them: Adam, 1e-3,
    /// 60 epochs, batch 64, 48 x 48, flips, shifts of 2 pixels, rotations within 10 degrees.
    public static let cnn: Recipe = {
        var recipe = paper(named: "cnn", .shallowCNN)
        recipe.learningRate = 1e-3
        recipe.epochs = 60
        recipe.batchSize = 64
        recipe.augmentation.scale = 1 ... 1
        recipe.augmentation.shift = 2.0 / 48
        return recipe
    }()

    /// Support vector machines, logistic regression and a forest on hand-made features, over the
    /// paper's labels.
    public static let svm = classical(.svm)
    public static let linearSVM = classical(.linearSVM)
    public static let logistic = classical(.logistic)
    public static let forest = classical(.forest)

    private static func classical(_ kind: ClassicalSettings.Kind) -> Recipe {
        var recipe = paper
        recipe.name = kind.rawValue
        recipe.classical = ClassicalSettings(kind: kind)
        recipe.imageSize = FaceGrid.side
        recipe.validationSplit = 0
        return recipe
    }

    public static let named: [Recipe] = [
        .paper, .best, .fast, .transfer, .votes, .tiny, .cnn, .vgg16, .inceptionV3, .resnet50, .svm,
        .linearSVM, .logistic, .forest,
    ]
}
