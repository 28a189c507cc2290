/// The rule of a class activation map: what a channel's activation at a place is multiplied with
/// before the channels are added up.
///
/// All of them give ReLU(sum over channels c of w_c(i) A_c(i)) for the places i of a layer with
/// activations A and gradients G of the target with respect to A.
package protocol ActivationWeighting: Sendable {
    /// Fills `weights` for one channel; all three hold one value per place.
    func weigh(
        _ activations: UnsafeBufferPointer<Float>, _ gradients: UnsafeBufferPointer<Float>,
        into weights: UnsafeMutableBufferPointer<Float>)
}

extension ActivationWeighting {
    /// The map of one image.
    /// - Parameters:
    ///   - activations: [channels, height, width], as are `gradients`.
    package func map(
        activations: UnsafeBufferPointer<Float>, gradients: UnsafeBufferPointer<Float>,
        channels: Int, height: Int, width: Int
    ) -> HeatMap {
        let places = height * width
        precondition(
            activations.count == channels * places && gradients.count == activations.count,
            "expected \(channels) x \(height) x \(width) activations and gradients, got "
                + "\(activations.count) and \(gradients.count)")
        var sum = [Float](repeating: 0, count: places)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: places) { weights in
            for channel in 0 ..< channels {
                let range = channel * places ..< (channel + 1) * places
                let values = UnsafeBufferPointer(rebasing: activations[range])
                weigh(values, UnsafeBufferPointer(rebasing: gradients[range]), into: weights)
                for place in 0 ..< places { sum[place] += weights[place] * values[place] }
            }
        }
        return HeatMap(width: width, height: height, values: sum)
    }
}

/// Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391): equation 1, a channel weighs the mean of
/// its gradients; equation 2 is the ReLU of the weighted sum.
package struct GradCAM: ActivationWeighting {
    package init() {}

    package func weigh(
        _ activations: UnsafeBufferPointer<Float>, _ gradients: UnsafeBufferPointer<Float>,
        into weights: UnsafeMutableBufferPointer<Float>
    ) {
        weights.update(repeating: gradients.reduce(0, +) / Float(gradients.count))
    }
}

/// Grad-CAM++ (Chattopadhay et al. 2018, arXiv:1710.11063): the closed form for the exponential of
/// the target, whose factor common to all places is left out.
package struct GradCAMPlusPlus: ActivationWeighting {
    package init() {}

    package func weigh(
        _ activations: UnsafeBufferPointer<Float>, _ gradients: UnsafeBufferPointer<Float>,
        into weights: UnsafeMutableBufferPointer<Float>
    ) {
        let total = activations.reduce(0, +)
        var weight: Float = 0
        for gradient in gradients where gradient > 0 {
            // G^2 / (2 G^2 + sum(A) G^3), shortened by G^2.
            let divisor = 2 + total * gradient
            if divisor != 0 { weight += gradient / divisor }
        }
        weights.update(repeating: weight)
    }
}

/// Layer-CAM (Jiang et al. 2021, IEEE TIP 30): each place weighs its own gradient where that is
/// positive.
package struct LayerCAM: ActivationWeighting {
    package init() {}

    package func weigh(
        _ activations: UnsafeBufferPointer<Float>, _ gradients: UnsafeBufferPointer<Float>,
        into weights: UnsafeMutableBufferPointer<Float>
    ) {
        for place in gradients.indices { weights[place] = max(gradients[place], 0) }
    }
}

/// HiRes-CAM (Draelos and Carin 2020, arXiv:2011.08891): each place weighs its own gradient.
package struct HiResCAM: ActivationWeighting {
    package init() {}

    package func weigh(
        _ activations: UnsafeBufferPointer<Float>, _ gradients: UnsafeBufferPointer<Float>,
        into weights: UnsafeMutableBufferPointer<Float>
    ) {
        _ = weights.update(from: gradients)
    }
}
