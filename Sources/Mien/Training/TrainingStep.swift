package import Torch

/// The arithmetic of one training step by a recipe: forward pass, loss, backward pass, update.
package struct TrainingStep {
    package let network: ResNet
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
        _ recipe: Recipe, epoch: Int = 0, network: ResNet, classWeights: Tensor?, device: Device
    ) {
        let frozen = recipe.frozenParts(inEpoch: epoch)
        func isFrozen(_ path: String) -> Bool { frozen.contains(ResNet.part(of: path)) }
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
    ///   - images: as `GreyBatch.tensor` makes them.
    ///   - target: class indices [N] or probabilities [N, classes], on the device.
    /// - Returns: logits [N, classes] and the loss. Where that is not finite nothing was updated.
    package func callAsFunction(
        _ images: Tensor, _ target: Tensor, learningRate: Double
    ) -> (logits: Tensor, loss: Double) {
        let logits = withAutocast(to: precision, on: device) { network(images, training: true) }
        let loss = crossEntropy(
            logits, target, classWeights: classWeights, labelSmoothing: labelSmoothing)
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
