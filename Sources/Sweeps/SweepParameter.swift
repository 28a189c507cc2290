import Evaluation
import Foundation

/// An option of `mien train` that varies, and the values that it takes.
public struct SweepParameter: Sendable, Equatable {
    public enum Distribution: Sendable, Equatable {
        /// Each as likely.
        case choice([String])
        case uniform(ClosedRange<Double>)
        /// Uniform in the logarithm.
        case logUniform(ClosedRange<Double>)
    }

    public let name: String
    public let distribution: Distribution

    public init(_ name: String, _ distribution: Distribution) {
        self.name = name
        self.distribution = distribution
    }

    /// The values of a grid; `nil` for a range.
    var values: [String]? {
        if case .choice(let values) = distribution { values } else { nil }
    }

    /// A value that is a function of seed, trial and position in the space alone: more trials leave
    /// the first as they are.
    func draw(seed: UInt64, trial: Int, position: Int) -> SweepSetting {
        var generator = SeededGenerator(seed: seed, stream: UInt64(trial), UInt64(position))
        let value =
            switch distribution {
            case .choice(let values): values[generator.index(below: values.count)]
            case .uniform(let range): Self.text(generator.uniform(in: range))
            case .logUniform(let range):
                Self.text(
                    exp(generator.uniform(in: log(range.lowerBound) ... log(range.upperBound))))
            }
        return SweepSetting(name, value)
    }

    /// Four digits: the table shows exactly what was used.
    static func text(_ value: Double) -> String { String(format: "%.4g", value) }
}
