import Networks
package import Torch

/// The arithmetic of one training step by a recipe: forward pass, loss, backward pass, update.
package struct TrainingStep {
    package let network: NetworkModule
    package let optimizer: any Optimizer
    package let precision: DType
    package let device: Device
    private let classWeights: Tensor?
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
        for (path, tensor) in network.namedParameters { tensor.requiresGradient = !isFrozen(path) }
        self.network = network
        optimizer = recipe.makeOptimizer(network.namedParameters.filter { !isFrozen($0.path) })
        precision = recipe.precision.resolved(on: device)
        self.device = device
        self.classWeights = classWeights
        labelSmoothing = recipe.labelSmoothing
        gradientClip = recipe.gradientClip
    }

    /// - Parameters:
    ///   - images: as `ImageBatch.tensor` makes them.
    ///   - target: class indices [N] or probabilities [N, classes], on the device.
    ///   - seed: of what dropout sets to zero.
    /// - Returns: logits [N, classes] and the loss. Where that is not finite nothing was updated.
    package func callAsFunction(
        _ images: Tensor, _ target: Tensor, learningRate: Double, seed: UInt64 = 0
    ) -> (logits: Tensor, loss: Double) {
        let output = withAutocast(to: precision, on: device) {
            network.trained(on: images, seed: seed)
        }
        let logits = output.logits
        var loss = loss(of: logits, target)
        if let auxiliary = output.auxiliary {
            loss = loss + self.loss(of: auxiliary, target).scaled(by: Self.auxiliaryShare)
        }
        let value = Double(loss.scalar)
        guard value.isFinite else { return (logits.detached(), value) }
        optimizer.clearGradients()
        loss.backward()
        if let gradientClip {
            _ = clipGradientNorm(of: optimizer.parameters.map(\.tensor), to: gradientClip)
        }
        optimizer.step(learningRate: learningRate)
        return (logits.detached(), value)
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
