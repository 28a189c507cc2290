import CTorch

/// How per-sample losses become one number.
public enum Reduction: Int32, Sendable {
    case none = 0
    case mean = 1
    case sum = 2
}

/// Cross-entropy of the softmax over `logits` [N, K] against `target`: class indices [N] (int64)
/// or class probabilities [N, K] (float32).
///
/// As in PyTorch, the mean over class indices is weighted by `classWeights` [K], the mean over
/// probabilities is over N; `labelSmoothing` mixes the target with the uniform distribution.
public func crossEntropy(
    _ logits: Tensor, _ target: Tensor, classWeights: Tensor? = nil,
    reduction: Reduction = .mean, labelSmoothing: Double = 0
) -> Tensor {
    tensor {
        ct.cross_entropy(
            &$0, logits.handle, target.handle, classWeights?.handle, reduction.rawValue,
            labelSmoothing)
    }
}
