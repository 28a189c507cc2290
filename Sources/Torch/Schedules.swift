import Foundation

/// The learning rate at a step, from the base rate.
public enum Schedule: Sendable, Equatable {
    /// The base rate throughout.
    case constant
    /// From the base rate to zero along half a cosine (Loshchilov and Hutter 2017, equation 5).
    case cosine
    /// PyTorch's `OneCycleLR` with its defaults: from base / 25 up to the base rate over the
    /// first `warmUpFraction` of the steps, then down to base / 250,000, both along cosines
    /// (Smith and Topin 2019).
    case oneCycle(warmUpFraction: Double = 0.3)

    /// - Parameters:
    ///   - step: from 0 up to `total - 1`.
    ///   - warmUpSteps: the rate first rises linearly over so many steps (not with one-cycle,
    ///     which has a rise of its own).
    public func learningRate(
        base: Double, step: Int, total: Int, warmUpSteps: Int = 0
    ) -> Double {
        if case .oneCycle(let fraction) = self {
            return Self.oneCycle(base: base, step: step, total: total, fraction: fraction)
        }
        if step < warmUpSteps { return base * Double(step + 1) / Double(warmUpSteps) }
        guard self == .cosine, total > warmUpSteps else { return base }
        let progress = Double(step - warmUpSteps) / Double(total - warmUpSteps)
        return base * (1 + cos(.pi * progress)) / 2
    }

    private static func oneCycle(base: Double, step: Int, total: Int, fraction: Double) -> Double {
        let initial = base / 25
        let final = initial / 1e4
        let peak = fraction * Double(total) - 1
        let position = Double(step)
        if position <= peak {
            return blend(from: initial, to: base, peak > 0 ? position / peak : 1)
        }
        return blend(from: base, to: final, (position - peak) / (Double(total) - 1 - peak))
    }

    /// Half a cosine from `start` to `end` as `progress` goes from 0 to 1.
    private static func blend(from start: Double, to end: Double, _ progress: Double) -> Double {
        end + (start - end) / 2 * (1 + cos(.pi * min(progress, 1)))
    }
}
