import ArgumentParser
import Mien
import Networks

/// The network of a run, and how its weights are changed.
struct RecipeNetworkOptions: ParsableArguments {
    @Option(
        name: .customLong("recipe"),
        help: """
            A recipe by name (paper, best, fast, transfer, votes, tiny, cnn, vgg16, inception-v3, \
            resnet50; without a network svm, linear-svm, logistic, forest) or a recipe.json file. \
            (default: paper)
            """)
    var recipeName: String?
    @Option(help: .setting("Outputs: binary or emotions", \.head.rawValue))
    var head: String?
    @Option(help: .setting("Network: \(Architecture.names)", \.architecture.rawValue))
    var architecture: String?
    @Option(help: .setting("Side of the model's input in pixels", \.imageSize))
    var imageSize: Int?
    @Option(help: .setting("Planes of the input: grey or rgb", \.inputChannels))
    var channels: String?
    @Option(
        help: """
            What the model sees of a photo: fer2013, a face cut as FER-2013's are, or whole-image. \
            (default: fer2013)
            """)
    var crop: String?
    @Option(
        help: """
            Side of the cut face in sides of FER-2013's; above 1 shows more around it. (default: 1.0)
            """)
    var cropScale: Double?
    @Option(help: "Side of the cut face in pixels. (default: 48; with rgb the image size)")
    var cropSize: Int?
    @Option(help: .setting("adam, adamw or sgd", \.optimizer.rawValue))
    var optimizer: String?
    @Option(help: .setting("Base learning rate", \.learningRate))
    var learningRate: Double?
    @Option(help: .setting("Weight decay", \.weightDecay))
    var weightDecay: Double?
    @Option(help: .setting("Momentum of sgd", \.momentum))
    var momentum: Double?
    @Option(
        help: .setting("Share of the target that is spread over all classes", \.labelSmoothing))
    var labelSmoothing: Double?
    @Option(
        help: .setting("Weights of the classes in the loss: none or balanced", \.classWeights))
    var classWeights: String?
    @Option(help: .setting("Largest norm of the gradients", optional: \.gradientClip))
    var gradientClip: Double?
    @Option(
        help: .setting(
            "Decay of the exponential moving average of the weights", optional: \.emaDecay))
    var emaDecay: Double?
    @Flag(
        help: """
            Batch normalisation takes the statistics of all processes that share a batch. \
            (recipe paper: no)
            """)
    var syncBatchNorm = false
    @Option(
        help: """
            Parts that keep their weights: stem,layer1,layer2,layer3,layer4. (recipe paper: none)
            """)
    var freeze: String?
    @Option(
        help: ArgumentHelp(
            """
            Knowledge distillation: a model whose answers on the training images are part of the \
            targets: released, a model file or the folder of a run; none for none. \
            (recipe paper: none)
            """, valueName: "model"))
    var teacher: String?
    @Option(
        help: "Share of the targets that is the teacher's answer, up to 1. (default: 0.5)")
    var teacherWeight: Double?

    /// The options that were given, each of one value.
    var settings: [RecipeSetting] {
        [
            RecipeSetting("--head", named: head, \.head),
            RecipeSetting("--architecture", named: architecture, \.architecture),
            RecipeSetting("--image-size", imageSize, \.imageSize), channelSetting, cropSetting,
            RecipeSetting("--optimizer", named: optimizer, \.optimizer),
            RecipeSetting("--learning-rate", learningRate, \.learningRate),
            RecipeSetting("--weight-decay", weightDecay, \.weightDecay),
            RecipeSetting("--momentum", momentum, \.momentum),
            RecipeSetting("--label-smoothing", labelSmoothing, \.labelSmoothing),
            RecipeSetting("--class-weights", named: classWeights, \.classWeights),
            RecipeSetting("--gradient-clip", gradientClip, optional: \.gradientClip),
            RecipeSetting("--average-decay", emaDecay, optional: \.emaDecay),
            RecipeSetting(
                "--sync-batch-norm", syncBatchNorm ? true : nil, optional: \.syncBatchNorm),
            freeze.map { text in
                let parts = text.split(separator: ",").map(String.init)
                return RecipeSetting(
                    option: "--freeze", text: text, apply: { $0.freeze = parts },
                    current: { $0.freeze.isEmpty ? "none" : $0.freeze.joined(separator: ",") })
            },
            teacherSetting,
        ].compactMap(\.self)
    }

    private var channelSetting: RecipeSetting? {
        channels.map { channels in
            RecipeSetting(
                option: "--channels", text: channels,
                apply: { recipe in
                    let chosen: InputSpecification.Channels = try choice(channels, "--channels")
                    if chosen != recipe.input().channels { recipe.channels = chosen }
                }, current: \.inputChannels)
        }
    }

    /// Of the teacher: together its options are one value.
    private var teacherSetting: RecipeSetting? {
        guard teacher != nil || teacherWeight != nil else { return nil }
        return RecipeSetting(
            option: teacher != nil ? "--teacher" : "--teacher-weight",
            text: [teacher, teacherWeight.map { "\($0)" }].compactMap(\.self)
                .joined(separator: " "),
            apply: { recipe in
                guard teacher != "none" || teacherWeight != nil else {
                    recipe.teacher = nil
                    return
                }
                guard teacher != "none",
                    let model = teacher.map(RunConfiguration.absolute) ?? recipe.teacher?.model
                else {
                    throw UsageError.withoutEffect(
                        "--teacher-weight", because: "no model teaches",
                        expected: "--teacher with it, or neither")
                }
                recipe.teacher = .init(
                    model: model, weight: teacherWeight ?? recipe.teacher?.weight ?? 0.5)
            },
            current: { recipe in
                recipe.teacher.map { "\($0.model), weight \($0.weight)" } ?? "none"
            })
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
}

extension Recipe {
    fileprivate var inputChannels: String { input().channels.rawValue }
}
