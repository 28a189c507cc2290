import Evaluation
import Foundation
package import Imaging

/// A way in which pictures go bad, at five severities, after the benchmark of Hendrycks and
/// Dietterich (2019). The amounts are Mien's own, chosen for faces of 48 x 48 pixels; lengths
/// grow with the side of the image.
public enum Corruption: String, Sendable, Codable, CaseIterable {
    /// Gaussian noise in each pixel.
    case noise
    /// A Gaussian blur.
    case blur
    /// Encoding as JPEG and back.
    case jpeg
    /// Every pixel brighter.
    case brightness
    /// Every pixel nearer to the mean.
    case contrast
    /// A turn about the centre to a random side; the edges go on.
    case rotation
    /// A square at a random place, filled with the mean.
    case occlusion

    public static let severities = 1 ... 5

    /// What ``amount(severity:)`` is measured in.
    public var unit: String {
        switch self {
        case .noise: "standard deviation, share of the grey range"
        case .blur: "standard deviation, pixels of a 48 x 48 image"
        case .jpeg: "quality"
        case .brightness: "added, share of the grey range"
        case .contrast: "factor of the distance from the mean"
        case .rotation: "degrees"
        case .occlusion: "side of the square, share of the image's side"
        }
    }

    /// The strength of the corruption at a severity of 1 to 5.
    public func amount(severity: Int) -> Double {
        precondition(
            Self.severities.contains(severity), "a severity lies in 1...5, got \(severity)")
        let amounts: [Double] =
            switch self {
            case .noise: [0.04, 0.08, 0.12, 0.15, 0.18]
            case .blur: [0.5, 0.75, 1, 1.5, 2]
            case .jpeg: [60, 40, 25, 15, 8]
            case .brightness: [0.1, 0.2, 0.3, 0.4, 0.5]
            case .contrast: [0.6, 0.45, 0.3, 0.2, 0.1]
            case .rotation: [5, 10, 15, 20, 30]
            case .occlusion: [0.15, 0.25, 0.35, 0.45, 0.55]
            }
        return amounts[severity - 1]
    }

    /// The grey image gone bad; one that is not square gives its middle.
    ///
    /// The draws depend on the seed and the sample, not on the severity: the noise of a worse
    /// image is the same noise, louder.
    package func applied(
        to image: Image, severity: Int, seed: UInt64, sample: Int
    ) throws -> Image {
        let amount = amount(severity: severity)
        let square = image.grey().centreSquare()
        let side = square.width
        var generator = SeededGenerator(
            seed: seed, stream: 3, UInt64(Self.allCases.firstIndex(of: self) ?? 0),
            UInt64(sample))
        let pixels = square.pixels.map(Double.init)
        let mean = pixels.reduce(0, +) / Double(pixels.count)
        switch self {
        case .noise:
            return square.with(pixels.map { $0 + 255 * amount * generator.normal() })
        case .blur:
            return square.with(blurred(pixels, side, by: amount * Double(side) / 48))
        case .jpeg:
            return try Image(decoding: square.encoded(as: .jpeg(quality: Int(amount)))).grey()
        case .brightness:
            return square.with(pixels.map { $0 + 255 * amount })
        case .contrast:
            return square.with(pixels.map { mean + ($0 - mean) * amount })
        case .rotation:
            let degrees = generator.uniform() < 0.5 ? -amount : amount
            return square.warped(by: Warp(rotationDegrees: degrees), size: side)
        case .occlusion:
            let length = max(1, Int((amount * Double(side)).rounded()))
            let left = Int(generator.uniform() * Double(side - length + 1))
            let top = Int(generator.uniform() * Double(side - length + 1))
            var covered = pixels
            for y in top ..< top + length {
                for x in left ..< left + length { covered[y * side + x] = mean }
            }
            return square.with(covered)
        }
    }
}

extension Image {
    /// The same square with other values, to the nearest levels.
    fileprivate func with(_ values: [Double]) -> Image {
        Image(
            width: width, height: height, channels: 1,
            pixels: values.map { UInt8(level: $0) })
    }
}

/// A Gaussian blur along both axes, cut off at four standard deviations; edge pixels go on for
/// ever outside.
private func blurred(_ pixels: [Double], _ side: Int, by deviation: Double) -> [Double] {
    let reach = max(1, Int((4 * deviation).rounded()))
    let weights = (-reach ... reach).map {
        exp(-Double($0 * $0) / (2 * deviation * deviation))
    }
    let total = weights.reduce(0, +)
    func along(_ values: [Double], step: Int, other: Int) -> [Double] {
        var result = values
        for line in 0 ..< side {
            for place in 0 ..< side {
                var sum = 0.0
                for (offset, weight) in zip(-reach ... reach, weights) {
                    let from = min(max(place + offset, 0), side - 1)
                    sum += weight * values[line * other + from * step]
                }
                result[line * other + place * step] = sum / total
            }
        }
        return result
    }
    return along(along(pixels, step: 1, other: side), step: side, other: 1)
}
