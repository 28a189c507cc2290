public import Networks
public import Torch

/// Everything that decides a training run; with the same data, machine and thread count it gives
/// the same weights.
public struct Recipe: Sendable, Equatable, Codable {
    /// What the model puts out: two classes as in the paper, or the emotions, whose positive ones
    /// are summed to the score.
    public enum Head: String, Sendable, Codable, CaseIterable { case binary, emotions }

    /// The rule by which gradients change the weights.
    public enum OptimizerKind: String, Sendable, Codable, CaseIterable { case adam, adamw, sgd }

    /// How the learning rate changes over the steps.
    public enum ScheduleKind: String, Sendable, Codable, CaseIterable {
        case constant, cosine
        case oneCycle = "one-cycle"
    }

    /// The type of numbers that training and scoring compute in.
    public enum Precision: String, Sendable, Codable, CaseIterable {
        /// bfloat16 where the processor or device is faster in it than in float32.
        case auto, float32, bfloat16

        /// The type of numbers on a device; `auto` takes bfloat16 where it is fast.
        public func resolved(on device: Device) -> DType {
            switch self {
            case .float32: .float32
            case .bfloat16: .bfloat16
            case .auto: device == .cuda || Runtime.gainsByBFloat16 ? .bfloat16 : .float32
            }
        }
    }

    /// The first epochs with smaller images: progressive resizing (Tan and Le 2021, "EfficientNetV2:
    /// Smaller Models and Faster Training", section 4).
    public struct ProgressiveResizing: Sendable, Equatable, Codable {
        /// How many of the epochs.
        public var epochs: Int
        /// Side of the model's square input in pixels.
        public var imageSize: Int

        public init(epochs: Int, imageSize: Int) {
            self.epochs = epochs
            self.imageSize = imageSize
        }
    }

    /// More epochs after those before, which begin with a learning rate and an optimizer of their
    /// own from the average of the weights: a warm restart (Loshchilov and Hutter 2017, "SGDR:
    /// Stochastic Gradient Descent with Warm Restarts").
    public struct WarmRestart: Sendable, Equatable, Codable {
        public var epochs: Int
        /// Side of the model's square input in pixels, in these epochs and thereafter.
        public var imageSize: Int
        public var learningRate: Double
        /// Share of the targets that is what the model itself, with the mirror image averaged,
        /// answered on the training images when the cycle began, 0 to 1: self-distillation
        /// (Furlanello et al. 2018, "Born-Again Neural Networks").
        public var distillationWeight: Double?

        private enum CodingKeys: String, CodingKey {
            case epochs, imageSize, learningRate
            case distillationWeight = "ownAnswers"
        }

        public init(
            epochs: Int, imageSize: Int, learningRate: Double, distillationWeight: Double? = nil
        ) {
            self.epochs = epochs
            self.imageSize = imageSize
            self.learningRate = learningRate
            self.distillationWeight = distillationWeight
        }
    }

    /// A trained model whose answers on the training images are part of the targets: knowledge
    /// distillation (Hinton, Vinyals and Dean 2015, "Distilling the Knowledge in a Neural Network"),
    /// at temperature 1.
    public struct Teacher: Sendable, Equatable, Codable {
        /// `released`, a model file or the folder of a run.
        public var model: String
        /// Share of the targets that is the teacher's answer, above 0 up to 1.
        public var weight: Double

        public init(model: String, weight: Double) {
            self.model = model
            self.weight = weight
        }
    }

    /// How classes are weighted in the loss.
    public enum ClassWeights: String, Sendable, Codable, CaseIterable {
        case none
        /// Inverse to the share of each class in the training rows, mean 1.
        case balanced
    }

    public var name = "paper"
    /// What answers instead of a network: then only labels, mapping, split, grouping, class weights
    /// and seed are read beside it.
    public var classical: ClassicalSettings?
    public var architecture = Architecture.resnet18
    public var labels = LabelProtocol.ferplus
    public var positive = LabelMapping.paper
    public var head = Head.binary
    /// With `ferplus-votes`: whether an emotion that one tagger alone chose keeps its share.
    public var keepSingleVotes = false
    /// Side of the model's square input in pixels.
    public var imageSize = 224
    /// Planes of the input; `nil` stands for grey.
    public var channels: InputSpecification.Channels?
    /// How faces are cut for a model of this recipe; `nil` stands for FER-2013's crop, of 48 pixels in
    /// grey and of the image size in colour.
    public var crop: FaceCrop?
    public var progressiveResizing: ProgressiveResizing?
    public var augmentation = Augmentation()
    public var epochs = 2
    /// They follow after `epochs`, each by the same schedule.
    public var warmRestarts: [WarmRestart]?
    /// The one further cycle of files that were written when there could not be more.
    private var secondCycle: WarmRestart?
    /// Ends the run early; the schedule spans these steps then.
    public var maxSteps: Int?
    /// Teaches in all epochs but those of further cycles with own answers.
    public var teacher: Teacher?
    public var batchSize = 100
    public var optimizer = OptimizerKind.adam
    public var learningRate = 1e-4
    public var schedule = ScheduleKind.constant
    public var warmUpSteps = 0
    public var weightDecay = 0.0
    /// Of SGD.
    public var momentum = 0.9
    public var labelSmoothing = 0.0
    public var classWeights = ClassWeights.none
    /// The largest joint 2-norm of the gradients.
    public var gradientClip: Double?
    /// Whether batch normalisation in training takes the statistics of all processes that share a
    /// batch; `nil` stands for no.
    public var syncBatchNorm: Bool?
    /// Share that the moving average of the weights keeps at each step; the average is then
    /// what is validated and saved.
    public var emaDecay: Double?
    /// Stops after so many epochs without a better validation AUC.
    public var earlyStoppingPatience: Int?
    /// Share of the training rows held out for validation.
    public var validationSplit = 0.2
    /// What stays on one side of that split; `nil` in recipes of earlier versions, whose splits
    /// knew of identical pixels and subjects only.
    public var grouping: Grouping? = Grouping()
    /// Parts of the network that keep their initial weights.
    public var freeze: [String] = []
    /// For so many of the first epochs; `nil` stands for all.
    public var freezeEpochs: Int?
    /// Where the first weights come from unless said otherwise: as `mien train --init` takes it;
    /// `nil` stands for random ones.
    public var initialWeights: String?
    public var seed: UInt64 = 0
    public var precision = Precision.auto
    /// Steps between checkpoints; one is written at the end of each epoch too.
    public var checkpointEvery = 100

    /// Recipes of earlier versions are read: a name that was changed keeps its key.
    private enum CodingKeys: String, CodingKey {
        case name, classical, architecture, labels, positive, head, keepSingleVotes, imageSize
        case channels, crop, augmentation, epochs, secondCycle, maxSteps, teacher, batchSize
        case optimizer, learningRate, schedule, warmUpSteps, weightDecay, momentum
        case labelSmoothing, classWeights, gradientClip, syncBatchNorm, earlyStoppingPatience
        case validationSplit, grouping, freeze, freezeEpochs, initialWeights, seed, precision
        case checkpointEvery
        case progressiveResizing = "smallerFirst"
        case warmRestarts = "furtherCycles"
        case emaDecay = "averageDecay"
    }

    public init() {}

    /// - Throws: `UsageError` that names the first value that makes no sense.
    public func validate() throws(UsageError) {
        func require(_ holds: Bool, _ field: String, _ found: Any, _ expected: String)
            throws(UsageError)
        {
            guard holds else { throw UsageError(field, found: "\(found)", expected: expected) }
        }
        try require(epochs >= 1, "epochs", epochs, "at least 1")
        try require(maxSteps ?? 1 >= 1, "max-steps", maxSteps ?? 0, "at least 1")
        try require(
            batchSize >= 2, "batch-size", batchSize,
            "at least 2: batch normalisation needs several images")
        try require(
            learningRate > 0 && learningRate.isFinite, "learning-rate", learningRate, "above 0")
        try require(weightDecay >= 0, "weight-decay", weightDecay, "0 or more")
        try require(0 ..< 1 ~= momentum, "momentum", momentum, "0 up to, not including, 1")
        try require(32 ... 1024 ~= imageSize, "image-size", imageSize, "32 to 1024")
        if let crop {
            try require(FaceCrop.sizes ~= crop.size, "crop-size", crop.size, "16 to 1024")
            try require(FaceCrop.scales ~= crop.scale, "crop-scale", crop.scale, "0.5 to 4")
        }
        if let progressiveResizing {
            try require(
                0 ... epochs ~= progressiveResizing.epochs, "smaller-epochs",
                progressiveResizing.epochs,
                "0 to the \(epochs) of all")
            try require(
                32 ... imageSize ~= progressiveResizing.imageSize, "smaller-size",
                progressiveResizing.imageSize,
                "32 to the \(imageSize) of the other epochs")
        }
        for cycle in cycles {
            try require(cycle.epochs >= 1, "cycle", cycle.epochs, "at least 1 epoch")
            try require(
                32 ... 1024 ~= cycle.imageSize, "cycle", cycle.imageSize,
                "an image size of 32 to 1024")
            try require(
                cycle.learningRate > 0 && cycle.learningRate.isFinite, "cycle",
                cycle.learningRate, "a learning rate above 0")
            try require(
                0 ... 1 ~= cycle.distillationWeight ?? 0, "cycle", cycle.distillationWeight ?? 0,
                "a share of own answers of 0 to 1")
            try require(
                earlyStoppingPatience == nil, "early-stopping", earlyStoppingPatience ?? 0,
                "none with further cycles, whose first epochs are worse by nature")
        }
        if let teacher {
            try require(
                teacher.weight > 0 && teacher.weight <= 1, "teacher-weight", teacher.weight,
                "above 0, up to 1")
        }
        try require(
            validationSplit < 1 && (validationSplit > 0 || learnsFromAllRows), "validation-split",
            validationSplit,
            classical == nil ? "between 0 and 1" : "0 up to, not including, 1")
        try require(
            0 ..< 1 ~= labelSmoothing, "label-smoothing", labelSmoothing, "0 up to, not 1")
        try require(gradientClip ?? 1 > 0, "gradient-clip", gradientClip ?? 0, "above 0")
        try require(
            emaDecay == nil || 0 ..< 1 ~= emaDecay ?? 0, "average-decay",
            emaDecay ?? 0, "0 up to, not including, 1")
        try require(
            earlyStoppingPatience ?? 1 >= 1, "early-stopping", earlyStoppingPatience ?? 0,
            "at least 1 epoch")
        try require(checkpointEvery >= 1, "checkpoint-every", checkpointEvery, "at least 1 step")
        let network = architecture.network(outputs: 2)
        for part in freeze {
            try require(
                network.freezableNodes.contains { network.contains($0, in: part) }, "freeze", part,
                "parts out of \(network.parts.joined(separator: ", "))")
        }
        for size in imageSizes {
            if let error = network.sizeError(size) {
                try require(
                    false, "image-size", size,
                    "one that \(error.network) takes: \(error.node) has \(error.found), needs "
                        + error.expected)
            }
        }
        try require(
            0 ... epochs ~= freezeEpochs ?? 0, "freeze-epochs", freezeEpochs ?? 0,
            "0 to the \(epochs) of all")
        try augmentation.validate()
        guard let classical else { return }
        try classical.validate()
        try require(
            labels != .ferplusVotes, "labels", labels.rawValue,
            "ferplus, ferplus-argmax or fer2013: one label for each row")
        try require(
            classical.kind != .forest || classWeights == .none, "class-weights",
            classWeights.rawValue, "none for a forest")
    }

    /// Whether no training row is held out: inner folds judge a classical classifier.
    var learnsFromAllRows: Bool { classical != nil && validationSplit == 0 }

    /// Parts that keep their weights in an epoch, counted from 0.
    func frozenParts(inEpoch epoch: Int) -> Set<String> {
        epoch < freezeEpochs ?? .max ? Set(freeze) : []
    }

    /// Sides of the model's input in all epochs.
    var imageSizes: [Int] {
        [imageSize] + [progressiveResizing?.imageSize].compactMap(\.self) + cycles.map(\.imageSize)
    }

    /// Of all cycles.
    var allEpochs: Int { cycles.reduce(epochs) { $0 + $1.epochs } }

    /// The further cycles.
    var cycles: [WarmRestart] { warmRestarts ?? secondCycle.map { [$0] } ?? [] }

    /// The further cycle that an epoch belongs to, and its first epoch, both counted from 0.
    func warmRestart(ofEpoch epoch: Int) -> (cycle: WarmRestart, firstEpoch: Int)? {
        var first = epochs
        for cycle in cycles {
            if first ..< first + cycle.epochs ~= epoch { return (cycle, first) }
            first += cycle.epochs
        }
        return nil
    }

    /// The share of the targets that is somebody's answers in an epoch, counted from 0, and whether
    /// they are the model's own.
    func teaching(inEpoch epoch: Int) -> (weight: Double, isOwn: Bool) {
        if let own = warmRestart(ofEpoch: epoch)?.cycle.distillationWeight, own > 0 {
            return (own, true)
        }
        return (teacher?.weight ?? 0, false)
    }

    /// Whether a further cycle begins with an epoch, counted from 0.
    func beginsCycle(inEpoch epoch: Int) -> Bool {
        warmRestart(ofEpoch: epoch)?.firstEpoch == epoch
    }

    /// Side of the model's input in an epoch, counted from 0.
    func imageSize(inEpoch epoch: Int) -> Int {
        if let further = warmRestart(ofEpoch: epoch) { return further.cycle.imageSize }
        guard let progressiveResizing, epoch < progressiveResizing.epochs else { return imageSize }
        return progressiveResizing.imageSize
    }

    /// The learning rate of a step.
    /// - Parameters:
    ///   - step: of all, counted from 0.
    ///   - total: how many there are.
    package func learningRate(step: Int, total: Int, stepsPerEpoch: Int) -> Double {
        let further = warmRestart(ofEpoch: step / stepsPerEpoch)
        let start = (further?.firstEpoch ?? 0) * stepsPerEpoch
        let length = (further?.cycle.epochs ?? epochs) * stepsPerEpoch
        return schedule.schedule.learningRate(
            base: further?.cycle.learningRate ?? learningRate, step: step - start,
            total: min(length, total - start), warmUpSteps: warmUpSteps)
    }

    /// Whether an epoch, counted from 0, begins with an optimizer of its own.
    func beginsAnew(inEpoch epoch: Int) -> Bool {
        frozenParts(inEpoch: epoch) != frozenParts(inEpoch: epoch - 1)
            || beginsCycle(inEpoch: epoch)
    }

    /// Labels by which a model of this recipe is judged: votes are, by their strict majority.
    public var evaluationLabels: LabelProtocol { labels == .ferplusVotes ? .ferplus : labels }
}
