package import Torch

extension Module {
    /// Takes over all values of a network of the same kind.
    package func copyTensors(from other: Self) {
        for (own, theirs) in zip(namedTensors, other.namedTensors) {
            own.tensor.assign(theirs.tensor)
        }
    }

    /// Exponential moving average: parameters keep `keep` of themselves, buffers are taken over.
    package func moveTensors(towards other: Self, keep: Double) {
        for (own, theirs) in zip(namedTensors, other.namedTensors) {
            if own.role == .parameter {
                own.tensor.interpolate(towards: theirs.tensor, weight: 1 - keep)
            } else {
                own.tensor.assign(theirs.tensor)
            }
        }
    }
}
