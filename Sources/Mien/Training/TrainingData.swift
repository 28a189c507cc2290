import Evaluation
import Foundation
package import Torch

/// The rows a run learns from and those it holds out, with their targets.
package struct TrainingData {
    package let training: LabelledSubset
    /// By the recipe's evaluation labels: one emotion each.
    package let validation: LabelledSubset
    let head: Recipe.Head
    let mapping: LabelMapping
    /// Names of the model's outputs.
    package let classes: [String]
    /// The output that is right for each training row; under soft votes the most voted.
    package let classNumbers: [Int64]
    /// [rows, classes] row by row, for soft votes only.
    private let shares: [Float]
    /// What a model answered on the training rows, for a cycle in which it teaches.
    package var softTargets: SoftTargets?

    /// Predictions [rows, classes] row by row, and their share of the targets.
    package struct SoftTargets {
        let predictions: [Float]
        let share: Float

        package init(predictions: [Float], share: Float) {
            self.predictions = predictions
            self.share = share
        }
    }

    package init(_ recipe: Recipe, _ dataset: Dataset) throws {
        try self.init(recipe, dataset, duplicates: KnownDuplicates(dataset))
    }

    init(_ recipe: Recipe, _ dataset: Dataset, duplicates: KnownDuplicates) throws {
        let split = try dataset.resolve(split: "train")
        let labelled = dataset.rows(
            of: try dataset.labelled(
                by: recipe.labels, keepSingleVotes: recipe.keepSingleVotes), in: split)
        let parts =
            recipe.learnsFromAllRows
            ? (training: labelled, validation: labelled.selecting([]))
            : try dataset.validationSplit(
                of: labelled, fraction: recipe.validationSplit, seed: recipe.seed,
                duplicates: duplicates, grouping: recipe.grouping ?? .earlier)
        training = parts.training
        let held = Set(parts.validation.indices)
        let judged = try dataset.labelled(by: recipe.evaluationLabels)
        validation = judged.selecting(
            judged.indices.indices.filter { held.contains(judged.indices[$0]) })
        head = recipe.head
        mapping = recipe.positive
        _ = try LabelSpace(classes: dataset.classes ?? Emotion.allCases, positive: mapping)
        classes =
            head == .emotions
            ? training.classes.map(\.name) : ["other", recipe.positive.name]
        classNumbers =
            head == .emotions
            ? training.classNumbers.map(Int64.init)
            : training.positiveShares(mapping).map { $0 >= 0.5 ? 1 : 0 }
        guard training.isSoft else {
            shares = []
            return
        }
        shares =
            head == .emotions
            ? training.distributions : training.positiveShares(mapping).flatMap { [1 - $0, $0] }
    }

    /// Batches of an epoch: the last may be smaller, but never of one image, which batch
    /// normalisation cannot take, in any of the processes that share it.
    package func batchCount(_ size: Int, in world: TrainingWorld = .alone) -> Int {
        let rest = training.count % size
        return training.count / size + (rest >= 2 * world.size ? 1 : 0)
    }

    /// This process's parts of the batches of an epoch from number `first` on, made ahead on a
    /// thread of their own.
    package func batches(
        of dataset: Dataset, _ recipe: Recipe, epoch: Int, from first: Int, count: Int,
        in world: TrainingWorld = .alone
    ) -> Prefetcher<ImageBatch> {
        let positionsOfBatch = positions(of: recipe, epoch: epoch)
        let indices = training.indices
        return Prefetcher(count: count) { number in
            let whole = positionsOfBatch(first + number)
            let part = world.part(of: whole.count)
            var positions = Array(whole[part])
            // The last image of a part is mixed with the first of the next one.
            let isExtended = recipe.augmentation.mixing > 0 && part.count < whole.count
            if isExtended { positions.append(whole[part.upperBound % whole.count]) }
            let samples = positions.map { indices[$0] }
            let augmentation = recipe.augmentation
            var batch = recipe.input().batch(
                of: dataset, positions: positions, samples: samples,
                side: recipe.imageSize(inEpoch: epoch)
            ) { augmentation.variation(seed: recipe.seed, epoch: epoch, sample: $0) }
            let kept = samples.compactMap {
                augmentation.keptShare(seed: recipe.seed, epoch: epoch, sample: $0)
            }
            if !kept.isEmpty { batch.mix(keeping: kept) }
            if isExtended { batch.removeLast() }
            if world.group != nil { batch.part = BatchPart(of: part, in: whole) }
            return batch
        }
    }

    /// For each batch of an epoch, by its number from 0, the positions of its rows in `training`.
    func positions(of recipe: Recipe, epoch: Int) -> @Sendable (_ batch: Int) -> [Int] {
        let order = shuffledOrder(count: training.count, seed: recipe.seed, epoch: epoch)
        let size = recipe.batchSize
        return { Array(order[$0 * size ..< min(($0 + 1) * size, order.count)]) }
    }

    /// What the images of a batch are to be answered with.
    package func target(of batch: ImageBatch) -> Tensor {
        target(batch.positions, mixUpLambda: batch.mixUpLambda, following: batch.following)
    }

    /// Class numbers [N], or where votes are soft, images mixed or a model teaches, probabilities
    /// [N, K].
    /// - Parameter following: the position that the last image is mixed with; `nil` for the first.
    package func target(
        _ positions: [Int], mixUpLambda: [Float]? = nil, following: Int? = nil
    ) -> Tensor {
        guard training.isSoft || mixUpLambda != nil || softTargets != nil else {
            return Tensor(positions.map { classNumbers[$0] }, shape: [positions.count])
        }
        let own = positions.map(distribution)
        let others = own.dropFirst() + [following.map(distribution) ?? own[0]]
        let shape = [positions.count, classes.count]
        guard let mixUpLambda else { return Tensor(own.flatMap { $0 }, shape: shape) }
        var mixed: [Float] = []
        for (kept, (own, other)) in zip(mixUpLambda, zip(own, others)) {
            for (mine, next) in zip(own, other) { mixed.append(kept * mine + (1 - kept) * next) }
        }
        return Tensor(mixed, shape: shape)
    }

    private func distribution(_ position: Int) -> [Float] {
        let width = classes.count
        let range = position * width ..< (position + 1) * width
        let labelled =
            shares.isEmpty
            ? (0 ..< width).map { Int64($0) == classNumbers[position] ? 1 : 0 }
            : Array(shares[range])
        guard let softTargets else { return labelled }
        return zip(labelled, softTargets.predictions[range]).map {
            (1 - softTargets.share) * $0 + softTargets.share * $1
        }
    }

    /// What a model answers on the training rows, [rows, classes] row by row; `nil` when `progress`
    /// says stop.
    func predictions(
        of model: Model, _ dataset: Dataset, batchSize: Int, precision: DType, device: Device,
        in world: TrainingWorld = .alone, progress: (_ done: Int, _ total: Int) -> Bool
    ) throws -> [Float]? {
        try model.probabilities(
            of: training.indices, in: dataset, batchSize: batchSize, precision: precision,
            device: device, world: world, progress: { progress($0, training.count) })?
            .flatMap { $0 }
    }

    /// By output, the mean of the training rows' targets.
    var classShares: [Double] {
        var sums = [Double](repeating: 0, count: classes.count)
        if shares.isEmpty {
            for number in classNumbers { sums[Int(number)] += 1 }
        } else {
            for (index, share) in shares.enumerated() {
                sums[index % classes.count] += Double(share)
            }
        }
        return sums.map { $0 / Double(max(training.count, 1)) }
    }

    package func classWeights(_ kind: Recipe.ClassWeights) -> Tensor? {
        guard kind == .balanced else { return nil }
        var counts = [Float](repeating: 0, count: classes.count)
        for number in classNumbers { counts[Int(number)] += 1 }
        let present = counts.filter { $0 > 0 }.count
        let weights = counts.map {
            $0 > 0 ? Float(classNumbers.count) / (Float(present) * $0) : 0
        }
        return Tensor(weights, shape: [classes.count])
    }

    /// Scores the validation rows; `nil` when `progress` says stop.
    func validate(
        _ model: Model, _ dataset: Dataset, batchSize: Int, precision: DType, device: Device,
        in world: TrainingWorld = .alone, progress: (_ done: Int, _ total: Int) -> Bool
    ) throws -> ValidationSummary? {
        let probabilities = try model.probabilities(
            of: validation.indices, in: dataset, batchSize: batchSize, precision: precision,
            device: device, world: world, progress: { progress($0, validation.count) })
        guard let probabilities else { return nil }
        let labels = validation.positives(mapping)
        let metrics = try BinaryMetrics(
            scores: probabilities.map { model.score($0) }, labels: labels,
            bootstrap: Bootstrap(resamples: 0))
        let wanted =
            head == .emotions ? validation.classNumbers : labels.map { $0 ? 1 : 0 }
        let losses = zip(probabilities, wanted).map { -log(max(Double($0[$1]), 1e-12)) }
        let right = zip(probabilities, wanted).count { row, answer in
            row.indices.max { row[$0] < row[$1] } == answer
        }
        return ValidationSummary(
            n: validation.count, positives: metrics.positives,
            loss: losses.reduce(0, +) / Double(max(losses.count, 1)),
            accuracy: metrics.accuracy.value ?? 0, auc: metrics.auc.value, aucEstimate: metrics.auc,
            emotionAccuracy: head == .emotions
                ? Double(right) / Double(max(validation.count, 1)) : nil,
            // One class says nothing of how sure to be of another.
            calibration: Set(wanted).count < 2
                ? nil
                : try Calibration(
                    probabilities: probabilities, answers: wanted, rows: Calibration.heldOut,
                    dataSHA256: dataset.sources.first?.sha256),
            confusion: metrics.confusion)
    }
}

extension TrainingData {
    /// The pictures of these rows, for the model's file.
    /// - Parameter learned: the training rows that were learned from; `nil` for all.
    func seen(
        in dataset: Dataset, learned: LabelledSubset? = nil, earlier: [SeenPictures]
    ) -> SeenPictures {
        var maker = FingerprintMaker()
        return SeenPictures(
            training: (learned ?? training).indices.map { maker.fingerprint(of: $0, in: dataset) },
            validation: validation.indices.map { maker.fingerprint(of: $0, in: dataset) },
            earlier: earlier)
    }

    /// What is odd about the labels of these rows, in sentences.
    package var notes: [String] {
        [("training", training), ("validation", validation)].flatMap { name, rows in
            rows.notes("\(name) rows", mapping, emotionsToo: head == .emotions)
        }
    }
}
