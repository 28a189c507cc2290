import Evaluation
import Foundation
public import Torch

/// Trains a network by a recipe. It prints nothing: it reports events and asks whether to go on.
///
/// Use from one thread, on which all work with tensors happens.
public final class Trainer {
    public let start: RunConfiguration
    public let folder: RunFolder
    private let recipe: Recipe
    private let dataset: Dataset
    private var rows: TrainingData
    private let network: NetworkModule
    private let emaNetwork: NetworkModule?
    private let normalization: Normalization
    private var update: TrainingStep
    private let checkpoints: CheckpointStore
    /// Newer checkpoints than the one that the run goes on from, which are not whole.
    private let passedOver: ArraySlice<URL>
    private let initial: InitialNetwork
    private let teacher: Teacher?
    private var progress = TrainingProgress()
    private let world: TrainingWorld
    /// Whether this process was asked to stop, which all processes of a run do at one step.
    private var isAskedToStop = false
    /// Whether any process was asked so before the last step.
    private var stopIsAgreed = false

    /// - Parameters:
    ///   - folder: of a new run, or of one that `resume` continues.
    ///   - initial: the first weights.
    ///   - group: the processes that train together; each makes a trainer alike.
    /// - Throws: what is wrong with the recipe, the data, the teacher, or the checkpoints.
    public init(
        _ start: RunConfiguration, dataset: Dataset, initial: InitialNetwork, folder: RunFolder,
        resume: Bool, group: ProcessGroup? = nil
    ) throws {
        try start.recipe.validate()
        world = TrainingWorld(group)
        try world.requireShares(of: start)
        let device: Device = start.device == "cuda" ? .cuda : .cpu
        try world.take(device)
        self.start = start
        self.folder = folder
        self.dataset = dataset
        recipe = start.recipe
        rows = try TrainingData(recipe, dataset)
        try dataset.requireReadable()
        self.initial = initial
        teacher = try Teacher(of: recipe, classes: rows.classes, in: folder)
        network = initial.network
        network.move(to: device)
        normalization = initial.normalization
        if recipe.emaDecay != nil {
            emaNetwork = NetworkModule(network.network, seed: nil)
            emaNetwork?.move(to: device)
            emaNetwork?.copyTensors(from: network)
        } else {
            emaNetwork = nil
        }
        checkpoints = CheckpointStore(folder: folder.checkpointsURL)
        let saved = resume ? checkpoints.newest() : nil
        passedOver = resume ? checkpoints.available().prefix { $0 != saved?.file } : []
        if let saved, saved.progress.epoch > recipe.allEpochs { throw saved.misfit }
        progress = saved?.progress ?? TrainingProgress()
        update = TrainingStep(
            recipe, epoch: progress.epoch, network: network,
            classWeights: rows.classWeights(recipe.classWeights),
            device: device)
        try saved?.restore(network: network, emaNetwork: emaNetwork, optimizer: update.optimizer)
        try restoreSoftTargets(from: saved)
        try world.requireAgreement(
            on: start, dataset, rows, progress, networks: [network, emaNetwork].compactMap(\.self),
            optimizer: update.optimizer)
        if resume, world.isFirst { try folder.truncateEvents(after: progress.step) }
    }

    /// What is odd about the rows, and what of them stays together, in sentences.
    public var notes: [Advice] {
        let grouping = recipe.grouping ?? .earlier
        var damage: [String] = []
        if !passedOver.isEmpty {
            let names = passedOver.map(\.lastPathComponent).listed()
            let start = progress.step > 0 ? "goes on after step \(progress.step)" : "begins anew"
            damage = ["Damaged checkpoints: \(names). The run \(start)."]
        }
        return (damage + rows.notes).map { Advice($0) }
            + [(try? dataset.rowGroups(grouping))?.note].compactMap(\.self)
    }

    private var optimizer: any Optimizer { update.optimizer }
    private var device: Device { update.device }
    private var precision: DType { update.precision }

    private var stepsPerEpoch: Int { rows.batchCount(recipe.batchSize, in: world) }

    private var totalSteps: Int {
        min(recipe.maxSteps ?? .max, stepsPerEpoch * recipe.allEpochs)
    }

    /// Runs to the end of the recipe and writes the model file.
    /// - Throws: `TrainingError` when stopped or diverged; everything is saved then.
    public func run(_ observe: (TrainingEvent) -> Disposition) throws -> Model {
        guard world.group != nil else { return try runAll(observe) }
        // None of several processes stops alone: see `learn`.
        return try runAll { event in
            if observe(event) == .stop { isAskedToStop = true }
            return .proceed
        }
    }

    private func runAll(_ observe: (TrainingEvent) -> Disposition) throws -> Model {
        let plan = TrainingPlan(
            trainingSamples: rows.training.count, validationSamples: rows.validation.count,
            stepsPerEpoch: stepsPerEpoch, totalSteps: totalSteps, epochs: recipe.allEpochs,
            precision: "\(precision)", threads: Runtime.threadCount, processes: world.size,
            firstStep: progress.step)
        _ = observe(.started(plan))
        while progress.epoch < recipe.allEpochs, !reachedEnd {
            try runEpoch(observe)
            if let patience = recipe.earlyStoppingPatience, let best = progress.bestEpoch,
                progress.epoch - best >= patience, !reachedEnd
            {
                _ = observe(.stoppedEarly(bestEpoch: best))
                break
            }
        }
        var model = makeModel(epoch: progress.epoch - 1)
        model.card.calibration = model.card.validation?.calibration
        try world.group?.barrier()
        guard world.isFirst else { return model }
        model.seen = rows.seen(
            in: dataset, learned: rows.learned(by: recipe, steps: progress.step),
            earlier: [initial.seen, teacher?.model.seen].compactMap(\.self))
        try model.write(to: folder.modelURL)
        try AtomicFile.write(model.card.markdown(), to: folder.modelCardURL)
        try writeCurves()
        return model
    }

    /// The training curves (the paper's figure 2) and their numbers.
    private func writeCurves() throws {
        let figure = TrainingFigure(history: progress.history)
        let url = folder.url.appendingPathComponent(TrainingFigure.name)
        try AtomicFile.write(figure.svg, to: url.appendingPathExtension("svg"))
        try AtomicFile.write(figure.csv, to: url.appendingPathExtension("csv"))
    }

    /// Whether the validated end of the run is reached.
    private var reachedEnd: Bool { progress.step >= totalSteps && progress.batch == 0 }

    private func runEpoch(_ observe: (TrainingEvent) -> Disposition) throws {
        try teachIfDue(observe)
        let batches = rows.batches(
            of: dataset, recipe, epoch: progress.epoch, from: progress.batch,
            count: min(stepsPerEpoch - progress.batch, totalSteps - progress.step), in: world)
        defer { batches.cancel() }
        var clock = ContinuousClock.now
        var waited = batches.waitedSeconds
        while let batch = batches.next() {
            try dataset.requireReadable()
            let report = try trainStep(batch, &clock, waited: batches.waitedSeconds - waited)
            waited = batches.waitedSeconds
            if world.isFirst { try folder.append(report) }
            let disposition = observe(.step(report))
            if disposition == .stop || stopIsAgreed {
                throw TrainingError.interrupted(
                    step: progress.step, checkpoint: try writeCheckpoint(observe))
            }
            let more = progress.batch < stepsPerEpoch && progress.step < totalSteps
            if more, progress.step % recipe.checkpointEvery == 0 {
                _ = try writeCheckpoint(observe)
                clock = .now
            }
        }
        try finishEpoch(observe)
    }

    private func trainStep(
        _ batch: ImageBatch, _ clock: inout ContinuousClock.Instant, waited: Double
    ) throws -> StepReport {
        let rate = learningRate(ofStep: progress.step + 1)
        let (value, correct, images) = try failingAsRun { try learn(batch, rate) }
        guard value.isFinite else {
            throw diverged(step: progress.step + 1, "the loss is \(plain(value))")
        }
        if let decay = recipe.emaDecay { emaNetwork?.moveTensors(towards: network, keep: decay) }

        progress.correct += correct
        progress.seen += images
        progress.lossSum += value * Double(images)
        progress.batch += 1
        progress.step += 1
        let now = ContinuousClock.now
        defer { clock = now }
        return StepReport(
            step: progress.step, epoch: progress.epoch + 1, loss: value,
            epochLoss: progress.lossSum / Double(progress.seen),
            epochAccuracy: Double(progress.correct) / Double(progress.seen), learningRate: rate,
            images: images, seconds: (now - clock) / .seconds(1), waitedSeconds: waited)
    }

    /// Updates the weights by one batch, or by this process's part of it.
    /// - Returns: of the whole batch the mean loss, the right answers, and the images.
    private func learn(
        _ batch: ImageBatch, _ rate: Double
    ) throws -> (loss: Double, correct: Int, images: Int) {
        let images = batch.tensor(normalization, dtype: precision, device: device)
        let target = rows.target(of: batch).to(device: device)
        let seed = recipe.seed &+ UInt64(progress.step)
        func correct(_ logits: Tensor) -> Int {
            let answers = logits.argmax(dimension: 1).integers
            return zip(answers, batch.positions).count { $0 == rows.classNumbers[$1] }
        }
        guard let group = world.group, let part = batch.part else {
            let (logits, value) = update(images, target, learningRate: rate, seed: seed)
            return (value, correct(logits), batch.positions.count)
        }
        let (value, sums) = try update(
            images, target, learningRate: rate, seed: seed, rows: part.place,
            share: rows.lossShare(of: part, target, update.classWeights), in: group
        ) { [Double(correct($0)), isAskedToStop ? 1 : 0] }
        stopIsAgreed = sums[1] > 0
        return (value, Int(sums[0].rounded()), part.positions.count)
    }

    private func finishEpoch(_ observe: (TrainingEvent) -> Disposition) throws {
        optimizer.clearGradients()
        guard try recalibrateBatchNorm(observe), let summary = try validate(observe) else {
            throw TrainingError.interrupted(
                step: progress.step, checkpoint: try writeCheckpoint(observe))
        }
        let report = EpochReport(
            epoch: progress.epoch + 1, step: progress.step,
            trainingLoss: progress.seen > 0 ? progress.lossSum / Double(progress.seen) : 0,
            trainingAccuracy: progress.seen > 0
                ? Double(progress.correct) / Double(progress.seen) : 0,
            validation: summary)
        progress.epoch += 1
        progress.batch = 0
        progress.lossSum = 0
        progress.correct = 0
        progress.seen = 0
        progress.history.append(report)
        beginAnewIfDue()
        if world.isFirst { try folder.append(report) }
        _ = try writeCheckpoint(observe)
        if observe(.epoch(report)) == .stop, progress.epoch < recipe.allEpochs, !reachedEnd {
            throw TrainingError.interrupted(
                step: progress.step, checkpoint: checkpoints.available().first ?? folder.url)
        }
    }

    private func diverged(step: Int, _ found: String) -> TrainingError {
        .diverged(
            step: step, found: found, learningRate: learningRate(ofStep: step),
            lastCheckpoint: checkpoints.available().first)
    }

    /// - Throws: `TrainingError.failed` where libtorch fails, and what `body` throws.
    private func failingAsRun<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try catchingTensorErrors(body)
        } catch let error as TensorError {
            throw TrainingError.failed(
                step: progress.step + 1, error: error,
                lastCheckpoint: checkpoints.available().first)
        }
    }

    /// - Parameter step: counted from 1.
    private func learningRate(ofStep step: Int) -> Double {
        recipe.learningRate(
            step: max(step - 1, 0), total: totalSteps, stepsPerEpoch: stepsPerEpoch)
    }

    /// What is validated and kept is the average where there is one.
    /// - Returns: whether it was not stopped.
    /// - Throws: `TrainingError.diverged` for weights that are not finite.
    private func recalibrateBatchNorm(_ observe: (TrainingEvent) -> Disposition) throws -> Bool {
        if let (name, reason) = StateDict(network).firstUnusable {
            throw diverged(step: progress.step, "\(name): \(reason)")
        }
        guard let emaNetwork else { return true }
        let (count, batches) = rows.plainBatches(
            of: dataset, recipe, epoch: progress.epoch, in: world)
        let isDone = try failingAsRun {
            try emaNetwork.recalibrateBatchNorm(
                over: batches, normalization, precision: precision, device: device, in: world
            ) { observe(.renewing(done: $0, total: count)) == .proceed }
        }
        try dataset.requireReadable()
        return isDone
    }

    /// - Returns: `nil` when stopped.
    private func validate(
        _ observe: (TrainingEvent) -> Disposition
    ) throws -> ValidationSummary? {
        do {
            return try rows.validate(
                makeModel(epoch: progress.epoch), dataset, batchSize: recipe.batchSize,
                precision: precision, device: device, in: world
            ) { done, total in observe(.validating(done: done, total: total)) == .proceed }
        } catch let error as NonFiniteOutput {
            throw diverged(
                step: progress.step,
                "the model's output for the validation image \(error.image) is not finite")
        }
    }

    /// Where other parts are to learn from now on, or a further cycle begins, the optimizer begins
    /// anew, and a cycle with the average of the weights.
    private func beginAnewIfDue() {
        let epoch = progress.epoch
        guard recipe.beginsAnew(inEpoch: epoch) else { return }
        if recipe.beginsCycle(inEpoch: epoch) {
            if let emaNetwork { network.copyTensors(from: emaNetwork) }
            rows.softTargets = nil
        }
        update = TrainingStep(
            recipe, epoch: epoch, network: network,
            classWeights: rows.classWeights(recipe.classWeights), device: device)
    }

    /// The share of the targets that is somebody's answers in the current epoch.
    private var teaching: (weight: Double, isOwn: Bool) {
        recipe.teaching(inEpoch: progress.epoch)
    }

    /// Where the epoch wants it, has the teacher, or the model that begins a cycle, answer the
    /// training images.
    private func teachIfDue(_ observe: (TrainingEvent) -> Disposition) throws {
        guard teaching.weight > 0, rows.softTargets == nil else { return }
        var model = makeModel(epoch: progress.epoch - 1)
        if let teacher, !teaching.isOwn { model = teacher.model }
        model.card.averagesMirrorImage = true
        let predictions = try rows.predictions(
            of: model, dataset, batchSize: recipe.batchSize, precision: precision, device: device,
            in: world
        ) { done, total in observe(.teaching(done: done, total: total)) == .proceed }
        guard let predictions else {
            throw TrainingError.interrupted(
                step: progress.step, checkpoint: try writeCheckpoint(observe))
        }
        rows.softTargets = .init(predictions: predictions, share: Float(teaching.weight))
    }

    /// - Throws: `FileError` where they are missing in the middle of epochs that need them.
    private func restoreSoftTargets(from saved: SavedRun?) throws {
        guard let saved, teaching.weight > 0 else { return }
        let predictions = try saved.predictions(count: rows.training.count * rows.classes.count)
        let epoch = progress.epoch
        let begins = progress.batch == 0 && (epoch == 0 || recipe.beginsCycle(inEpoch: epoch))
        guard predictions != nil || begins else { throw saved.misfit }
        rows.softTargets = predictions.map { .init(predictions: $0, share: Float(teaching.weight)) }
    }

    private func writeCheckpoint(_ observe: (TrainingEvent) -> Disposition) throws -> URL {
        guard world.isFirst else { return folder.checkpointsURL }
        let url = try checkpoints.write(
            progress, network: network, emaNetwork: emaNetwork, optimizer: optimizer,
            predictions: rows.softTargets?.predictions,
            learningRate: learningRate(ofStep: progress.step))
        _ = observe(.checkpoint(url, step: progress.step))
        return url
    }

    /// - Parameter epoch: the last that trained it, counted from 0.
    private func makeModel(epoch: Int) -> Model {
        let input = recipe.input(normalization)
        let unrecorded = initial.unrecorded + (teacher?.model.unrecordedData ?? [])
        let length = RunLength(
            steps: progress.step, planned: stepsPerEpoch * recipe.allEpochs,
            images: rows.learned(by: recipe, steps: progress.step).count)
        return Model(
            network: emaNetwork ?? network,
            card: ModelCard(
                created: Date.now.formatted(.iso8601), architecture: recipe.architecture,
                imageSize: recipe.imageSize(inEpoch: epoch),
                normalization: normalization, inputChannels: recipe.channels,
                crop: input.crop == FaceCrop() ? nil : input.crop, classes: rows.classes,
                head: recipe.head, ownClasses: dataset.classes, positive: recipe.positive,
                labels: recipe.labels,
                initialWeights: start.initialWeights, recipe: recipe, dataSources: start.sources,
                trainedOnSyntheticFaces: dataset.isSynthetic,
                trainingSamples: length.images, classShares: rows.classShares, runLength: length,
                validation: progress.history.last?.validation,
                initialData: unrecorded.isEmpty ? nil : unrecorded)
        )
    }
}

extension Recipe.ScheduleKind {
    var schedule: Schedule {
        switch self {
        case .constant: .constant
        case .cosine: .cosine
        case .oneCycle: .oneCycle()
        }
    }
}
