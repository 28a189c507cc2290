import Networks
package import Torch

/// The arithmetic of one training step by a recipe: forward pass, loss, backward pass, update.
package struct TrainingStep {
    package let network: NetworkModule
    package let optimizer: any Optimizer
    package let precision: DType
    package let device: Device
    package let classWeights: Tensor?
    private let sharesStatistics: Bool
    private let labelSmoothing: Double
    private let gradientClip: Double?

    /// Freezes the parts that the recipe names for an epoch; the optimizer has the other parameters.
    /// - Parameters:
    ///   - epoch: counted from 0.
    ///   - classWeights: of the loss, [classes].
    package init(
        _ recipe: Recipe, epoch: Int = 0, network: NetworkModule, classWeights: Tensor?,
        device: Device
    ) {
        let frozen = recipe.frozenParts(inEpoch: epoch)
        func isFrozen(_ path: String) -> Bool {
            frozen.contains { network.network.contains(path, in: $0) }
        }
        network.move(to: device)
        for (path, tensor) in network.namedParameters { tensor.requiresGradient = !isFrozen(path) }
        self.network = network
        optimizer = recipe.makeOptimizer(network.namedParameters.filter { !isFrozen($0.path) })
        precision = recipe.precision.resolved(on: device)
        self.device = device
        self.classWeights = classWeights?.to(device: device)
        labelSmoothing = recipe.labelSmoothing
        gradientClip = recipe.gradientClip
        sharesStatistics = recipe.syncBatchNorm == true
    }

    /// - Parameters:
    ///   - images: as `ImageBatch.tensor` makes them.
    ///   - target: class indices [N] or probabilities [N, classes], on the device.
    ///   - seed: of what dropout sets to zero.
    /// - Returns: logits [N, classes] and the loss. Where that is not finite nothing was updated.
    package func callAsFunction(
        _ images: Tensor, _ target: Tensor, learningRate: Double, seed: UInt64 = 0
    ) -> (logits: Tensor, loss: Double) {
        let (logits, loss) = forward(images, target, seed, nil)
        let value = Double(loss.scalar)
        guard value.isFinite else { return (logits.detached(), value) }
        optimizer.clearGradients()
        loss.backward()
        update(learningRate)
        return (logits.detached(), value)
    }

    /// One step that several processes take together, each with its rows of the batch.
    /// - Parameters:
    ///   - share: of these rows in the mean loss of the batch.
    ///   - counts: from the logits of these rows, what is to be summed over all.
    /// - Returns: the loss of the whole batch, and the sums. Where the loss is not finite nothing was
    ///   updated in any process.
    /// - Throws: `ProcessGroupError` where a process is missing.
    package func callAsFunction(
        _ images: Tensor, _ target: Tensor, learningRate: Double, seed: UInt64, rows: RowPlace,
        share: Double, in group: ProcessGroup, counts: (_ logits: Tensor) -> [Double]
    ) throws -> (loss: Double, sums: [Double]) {
        optimizer.clearGradients()
        func gradients() -> [Double] {
            let (logits, loss) = forward(images, target, seed, rows)
            let part = loss.scaled(by: share)
            part.backward()
            return [Double(part.scalar)] + counts(logits.detached())
        }
        // A process that cannot compute its part sends nothing: the others then name it.
        let own = try catchingTensorErrors {
            sharesStatistics ? group.withSharedStatistics(gradients) : gradients()
        }
        let buffers = network.namedTensors.filter {
            $0.role == .buffer && $0.tensor.dtype == .float32
        }
        // One message: the loss and the running statistics go with the gradients.
        let sums = try group.sumStep(
            parameters: optimizer.parameters.map(\.tensor), buffers: buffers.map(\.tensor),
            values: own)
        if sums[0].isFinite { update(learningRate) }
        return (sums[0], Array(sums.dropFirst()))
    }

    private func forward(
        _ images: Tensor, _ target: Tensor, _ seed: UInt64, _ rows: RowPlace?
    ) -> (logits: Tensor, loss: Tensor) {
        let output = withAutocast(to: precision, on: device) {
            network.trained(on: images, seed: seed, rows: rows)
        }
        let loss = loss(of: output.logits, target)
        guard let auxiliary = output.auxiliary else { return (output.logits, loss) }
        return (
            output.logits, loss + self.loss(of: auxiliary, target).scaled(by: Self.auxiliaryShare)
        )
    }

    private func update(_ learningRate: Double) {
        if let gradientClip {
            _ = clipGradientNorm(of: optimizer.parameters.map(\.tensor), to: gradientClip)
        }
        optimizer.step(learningRate: learningRate)
    }

    /// The share of a second head in the loss, as in torchvision's training of Inception-v3.
    private static let auxiliaryShare = 0.4

    private func loss(of logits: Tensor, _ target: Tensor) -> Tensor {
        crossEntropy(logits, target, classWeights: classWeights, labelSmoothing: labelSmoothing)
    }
}

extension Recipe {
    func makeOptimizer(_ parameters: [(path: String, tensor: Tensor)]) -> any Optimizer {
        switch optimizer {
        case .adam: Adam(parameters, weightDecay: weightDecay)
        case .adamw: Adam(parameters, weightDecay: weightDecay, decoupledWeightDecay: true)
        case .sgd: SGD(parameters, momentum: momentum, weightDecay: weightDecay)
        }
    }
}
