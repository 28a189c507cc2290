import ArgumentParser
import Mien

/// How training images are varied.
struct RecipeAugmentationOptions: ParsableArguments {
    @Option(help: .setting("Probability of mirroring an image", \.augmentation.flipProbability))
    var flip: Double?
    @Option(help: .setting("Largest rotation in degrees", \.augmentation.rotationDegrees))
    var rotation: Double?
    @Option(help: .setting("Range of scales, such as 0.9,1.1", \.augmentation.scaleText))
    var scale: String?
    @Option(
        help: .setting(
            "Largest shift along each axis, as a share of the side", \.augmentation.shift))
    var shift: Double?
    @Option(
        help: .setting(
            "Largest change of brightness, as a share of white", \.augmentation.brightness))
    var brightness: Double?
    @Option(help: .setting("Largest change of contrast, as a share", \.augmentation.contrast))
    var contrast: Double?
    @Option(
        help: .setting("Probability of erasing a rectangle", \.augmentation.erasingProbability))
    var erasing: Double?
    @Option(
        help: .setting(
            "Alpha of mixup: images and targets mixed with others of the batch",
            \.augmentation.mixing))
    var mixing: Double?

    /// The options that were given, each of one value.
    var settings: [RecipeSetting] {
        get throws {
            let scales = try scale.map(Self.range)
            return [
                RecipeSetting("--flip", flip, \.augmentation.flipProbability),
                RecipeSetting("--rotation", rotation, \.augmentation.rotationDegrees),
                RecipeSetting("--scale", scales, \.augmentation.scale),
                RecipeSetting("--shift", shift, \.augmentation.shift),
                RecipeSetting("--brightness", brightness, \.augmentation.brightness),
                RecipeSetting("--contrast", contrast, \.augmentation.contrast),
                RecipeSetting("--erasing", erasing, \.augmentation.erasingProbability),
                RecipeSetting("--mixing", mixing, \.augmentation.mixing),
            ].compactMap(\.self)
        }
    }

    private static func range(_ text: String) throws -> ClosedRange<Double> {
        let parts = text.split(separator: ",").compactMap { Double($0) }
        guard parts.count == 2, parts[0] <= parts[1] else {
            throw UsageError("--scale", found: text, expected: "two numbers such as 0.9,1.1")
        }
        return parts[0] ... parts[1]
    }
}

extension Augmentation {
    /// "0.9,1.1".
    fileprivate var scaleText: String { "\(scale.lowerBound),\(scale.upperBound)" }
}
