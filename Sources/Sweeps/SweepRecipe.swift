public import Foundation
public import Mien

/// What a sweep tries: a base, which is `mien train` with some of its options, and the options that vary.
public struct SweepRecipe: Sendable, Equatable {
    /// How trials are chosen.
    public enum Search: String, Sendable, Codable, CaseIterable {
        /// Every combination of the values.
        case grid
        /// A number of draws.
        case random
        /// The trials of a grid or of draws, of which the better part goes on at each rung
        /// (Jamieson and Talwalkar 2016, "Non-stochastic Best Arm Identification").
        case halving
    }

    /// The figure of the validation rows by which trials are ranked.
    public enum Metric: String, Sendable, Codable, CaseIterable {
        case auc, accuracy
        case balancedAccuracy = "balanced-accuracy"
    }

    /// How long trials are at the rungs of successive halving.
    public struct Rungs: Sendable, Codable, Equatable {
        public enum Unit: String, Sendable, Codable, CaseIterable { case epochs, steps }

        /// Ascending; the last is that of a whole trial.
        public let lengths: [Int]
        /// Epochs go on where they paused; steps begin anew at each rung, for a run is validated at
        /// its end alone.
        public let unit: Unit
        /// One trial in so many goes on.
        public let reduction: Int
    }

    /// Options of `mien train` by their names, in the order of the file.
    public let base: [SweepSetting]
    public let search: Search
    public let space: [SweepParameter]
    /// Number of draws; `nil` for a grid.
    public let trials: Int?
    /// Of the draws.
    public let seed: UInt64
    public let metric: Metric
    public let rungs: Rungs?

    /// The most trials of one sweep.
    public static let maximumTrials = 10_000

    /// The trials: what varies, in the order of the space.
    /// - Throws: `UsageError` for more than ``maximumTrials``.
    public func settings() throws(UsageError) -> [[SweepSetting]] {
        if let trials {
            return (0 ..< trials).map { trial in
                space.enumerated().map { $1.draw(seed: seed, trial: trial, position: $0) }
            }
        }
        var combinations: [[SweepSetting]] = [[]]
        for parameter in space {
            let values = parameter.values ?? []
            guard combinations.count * values.count <= Self.maximumTrials else {
                throw UsageError(
                    "space", found: "more than \(Self.maximumTrials) combinations",
                    expected: "fewer", advice: "Draw some of them: search: random, trials: 50.")
            }
            combinations = combinations.flatMap { former in
                values.map { former + [SweepSetting(parameter.name, $0)] }
            }
        }
        return combinations
    }
}

/// An option of `mien train` and its value, as text.
public struct SweepSetting: Sendable, Codable, Equatable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// As the command line takes it; the truth is that of a flag.
    public var argument: String {
        switch value {
        case "true": "--\(name)"
        case "false": "--no-\(name)"
        default: "--\(name)=\(value)"
        }
    }
}
