import Foundation

/// How much each place of an image counts for a target: a grid that covers the model's input, the
/// centred square of the image.
public struct HeatMap: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// `height` x `width` values, row after row from the top left; 0 or more, in units of the
    /// target times what the method makes of it.
    public let values: [Float]

    /// Why a map shows nothing.
    public enum Emptiness: String, Sendable, Codable {
        /// No place speaks for the target.
        case nothingPositive = "no place speaks for the class"
        /// All places count the same.
        case constant = "all places count the same"
        /// A weight or an activation of the model is not a number.
        case notFinite = "the values are not finite"
    }

    /// - Parameter values: what is below 0 becomes 0.
    public init(width: Int, height: Int, values: [Float]) {
        precondition(
            width > 0 && height > 0 && values.count == width * height,
            "expected \(width) x \(height) = \(width * height) values, got \(values.count)")
        self.width = width
        self.height = height
        self.values = values.map { $0.isNaN ? $0 : max($0, 0) }
    }

    public var maximum: Float { values.max() ?? 0 }

    /// `nil` for a map that shows something. Such a map is never drawn in colour.
    public var emptiness: Emptiness? {
        guard values.allSatisfy(\.isFinite) else { return .notFinite }
        guard maximum > 0 else { return .nothingPositive }
        // Equal values can differ in the last places of float32 sums over hundreds of channels.
        let spread = maximum - (values.min() ?? 0)
        return spread <= 1e-5 * maximum ? .constant : nil
    }

    public var isEmpty: Bool { emptiness != nil }

    /// The same map on another grid, bilinear; cell centres correspond as with PyTorch's
    /// `interpolate(mode="bilinear", align_corners=False)`.
    public func resized(width newWidth: Int, height newHeight: Int) -> HeatMap {
        guard newWidth != width || newHeight != height else { return self }
        let columns = Self.taps(from: width, to: newWidth)
        let rows = Self.taps(from: height, to: newHeight)
        var result = [Float](repeating: 0, count: newWidth * newHeight)
        for (y, row) in rows.enumerated() {
            for (x, column) in columns.enumerated() {
                func line(_ start: Int) -> Float {
                    let left = values[start * width + column.low]
                    return left + (values[start * width + column.high] - left) * column.part
                }
                let top = line(row.low)
                result[y * newWidth + x] = top + (line(row.high) - top) * row.part
            }
        }
        return HeatMap(width: newWidth, height: newHeight, values: result)
    }

    /// For each new position the two old ones around it and the part of the second.
    private static func taps(from count: Int, to newCount: Int) -> [(
        low: Int, high: Int, part: Float
    )] {
        (0 ..< newCount).map { index in
            let place = (Double(index) + 0.5) * Double(count) / Double(newCount) - 0.5
            let inside = max(0, place)
            let low = min(Int(inside), count - 1)
            return (low, min(low + 1, count - 1), Float(inside - Double(low)))
        }
    }

    /// The grid as csv, one line per row, without a header, unscaled.
    public var csv: String {
        stride(from: 0, to: values.count, by: width).map { start in
            values[start ..< start + width].map { "\($0)" }.joined(separator: ",") + "\n"
        }.joined()
    }
}
