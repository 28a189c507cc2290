import Evaluation
public import Imaging

/// How training images are varied: each is flipped, rotated and scaled once per epoch.
public struct Augmentation: Sendable, Equatable, Codable {
    /// Of mirroring left to right.
    public var flipProbability = 0.5
    /// Rotations are uniform within this many degrees to either side.
    public var rotationDegrees = 10.0
    /// Scales are uniform in this range; above 1 the face appears larger.
    public var scale = 0.9 ... 1.1

    public init() {}

    public static let none: Augmentation = {
        var result = Augmentation()
        result.flipProbability = 0
        result.rotationDegrees = 0
        result.scale = 1 ... 1
        return result
    }()

    /// The warp of one sample in one epoch, a function of these numbers alone.
    public func warp(seed: UInt64, epoch: Int, sample: Int) -> Warp {
        var generator = SeededGenerator(
            seed: seed, stream: Stream.augmentation, UInt64(epoch), UInt64(sample))
        return Warp(
            rotationDegrees: generator.uniform(in: -rotationDegrees ... rotationDegrees),
            scale: generator.uniform(in: scale),
            flipped: generator.uniform() < flipProbability)
    }

    func validate() throws(UsageError) {
        guard 0 ... 1 ~= flipProbability else {
            throw UsageError("flip", found: "\(flipProbability)", expected: "0 to 1")
        }
        guard 0 ... 180 ~= rotationDegrees else {
            throw UsageError("rotation", found: "\(rotationDegrees)", expected: "0 to 180 degrees")
        }
        guard scale.lowerBound >= 0.1, scale.upperBound <= 10 else {
            throw UsageError("scale", found: "\(scale)", expected: "a range within 0.1 and 10")
        }
    }
}

/// Tells the uses of a seed apart.
enum Stream {
    static let order: UInt64 = 1
    static let augmentation: UInt64 = 2
    static let validation: UInt64 = 3
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
