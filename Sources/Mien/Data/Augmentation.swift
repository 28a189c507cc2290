import Evaluation
import Foundation
import Imaging

/// How training images are varied: each is flipped, rotated, scaled and shifted once per epoch,
/// its brightness and contrast changed and a part of it erased, where these are asked for.
public struct Augmentation: Sendable, Equatable, Codable {
    /// Of mirroring left to right.
    public var flipProbability = 0.5
    /// Rotations are uniform within this many degrees to either side.
    public var rotationDegrees = 10.0
    /// Scales are uniform in this range; above 1 the face appears larger.
    public var scale = 0.9 ... 1.1
    /// Shifts along each axis are uniform within this share of the side.
    public var shift = 0.0
    /// What is added to all grey levels is uniform within this share of white.
    public var brightness = 0.0
    /// Distances from middle grey are multiplied by a factor uniform within 1 +- this.
    public var contrast = 0.0
    /// Of replacing a rectangle of 2 to 20 % of the area by one grey level
    /// (Zhong 2020, "Random Erasing Data Augmentation", algorithm 1).
    public var erasingProbability = 0.0
    /// Alpha of mixup (Zhang 2018, "mixup: Beyond Empirical Risk Minimization", equation 1): each
    /// image and its target keep a share drawn from Beta(alpha, alpha), at least one half, and
    /// take the rest from another image of the batch. 0 is no mixing.
    public var mixing = 0.0

    public init() {}

    public static let none: Augmentation = {
        var result = Augmentation()
        result.flipProbability = 0
        result.rotationDegrees = 0
        result.scale = 1 ... 1
        return result
    }()

    /// The variation of one sample in one epoch, a function of these numbers alone.
    public func variation(seed: UInt64, epoch: Int, sample: Int) -> SampledTransform {
        var generator = SeededGenerator(
            seed: seed, stream: Stream.augmentation, UInt64(epoch), UInt64(sample))
        var result = SampledTransform(
            warp: Warp(
                rotationDegrees: generator.uniform(in: -rotationDegrees ... rotationDegrees),
                scale: generator.uniform(in: scale),
                flipped: generator.uniform() < flipProbability))
        if shift > 0 {
            result.warp.shiftX = generator.uniform(in: -shift ... shift)
            result.warp.shiftY = generator.uniform(in: -shift ... shift)
        }
        if brightness > 0 || contrast > 0 {
            result.brightness = Float(generator.uniform(in: -brightness ... brightness))
            result.contrast = Float(generator.uniform(in: 1 - contrast ... 1 + contrast))
        }
        if erasingProbability > 0, generator.uniform() < erasingProbability {
            let area = generator.uniform(in: 0.02 ... 0.2)
            let aspect = exp(generator.uniform(in: log(0.3) ... log(1 / 0.3)))
            let (width, height) = (
                min((area * aspect).squareRoot(), 1), min((area / aspect).squareRoot(), 1)
            )
            result.erased = .init(
                x: generator.uniform() * (1 - width), y: generator.uniform() * (1 - height),
                width: width, height: height, level: Float(generator.uniform() * 255))
        }
        return result
    }

    /// The share that a sample keeps of itself in one epoch, or `nil` without mixing.
    package func keptShare(seed: UInt64, epoch: Int, sample: Int) -> Float? {
        guard mixing > 0 else { return nil }
        var generator = SeededGenerator(
            seed: seed, stream: Stream.mixing, UInt64(epoch), UInt64(sample))
        // Joehnk 1964: accepted pairs divide in the proportion of a Beta variable.
        while true {
            let own = pow(generator.uniform(), 1 / mixing)
            let other = pow(generator.uniform(), 1 / mixing)
            if own + other > 0, own + other <= 1 {
                return Float(max(own, other) / (own + other))
            }
        }
    }

    func validate() throws(UsageError) {
        func require(_ range: ClosedRange<Double>, _ field: String, _ found: Double)
            throws(UsageError)
        {
            guard range ~= found else {
                throw UsageError(
                    field, found: "\(found)",
                    expected: "\(range.lowerBound) to \(range.upperBound)")
            }
        }
        try require(0 ... 1, "flip", flipProbability)
        try require(0 ... 180, "rotation", rotationDegrees)
        try require(0 ... 1, "shift", shift)
        try require(0 ... 1, "brightness", brightness)
        try require(0 ... 1, "contrast", contrast)
        try require(0 ... 1, "erasing", erasingProbability)
        // Above 1 the draw by rejection gets slow, and nobody mixes so much.
        try require(0 ... 1, "mixing", mixing)
        guard scale.lowerBound >= 0.1, scale.upperBound <= 10 else {
            throw UsageError("scale", found: "\(scale)", expected: "a range within 0.1 and 10")
        }
    }
}

extension Augmentation {
    /// Recipes that were written before a value existed have its default.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        flipProbability = try values.decode(Double.self, forKey: .flipProbability)
        rotationDegrees = try values.decode(Double.self, forKey: .rotationDegrees)
        scale = try values.decode(ClosedRange<Double>.self, forKey: .scale)
        shift = try values.decodeIfPresent(Double.self, forKey: .shift) ?? 0
        brightness = try values.decodeIfPresent(Double.self, forKey: .brightness) ?? 0
        contrast = try values.decodeIfPresent(Double.self, forKey: .contrast) ?? 0
        erasingProbability =
            try values.decodeIfPresent(Double.self, forKey: .erasingProbability) ?? 0
        mixing = try values.decodeIfPresent(Double.self, forKey: .mixing) ?? 0
    }
}

/// Tells the uses of a seed apart.
enum Stream {
    static let order: UInt64 = 1
    static let augmentation: UInt64 = 2
    static let validation: UInt64 = 3
    static let mixing: UInt64 = 4
    static let folds: UInt64 = 5
    static let crossValidation: UInt64 = 6
    static let adaptation: UInt64 = 7
}

/// The order of `count` samples in an epoch, a function of these numbers alone.
package func shuffledOrder(count: Int, seed: UInt64, epoch: Int) -> [Int] {
    var generator = SeededGenerator(seed: seed, stream: Stream.order, UInt64(epoch))
    var order = Array(0 ..< count)
    for index in stride(from: count - 1, to: 0, by: -1) {
        order.swapAt(index, generator.index(below: index + 1))
    }
    return order
}
