import Foundation

/// Histograms of oriented gradients (Dalal and Triggs 2005, "Histograms of Oriented Gradients for
/// Human Detection"), 900 numbers: cells of 8 x 8 pixels, blocks of 2 x 2 cells at every cell, nine
/// directions over 180 degrees.
///
/// The numbers and their order are those of OpenCV's HOGDescriptor (48x48, 16x16, 8x8, 8x8, 9),
/// but for the precision of its angles.
package struct OrientedGradients: FeatureExtractor {
    private static let cell = 8
    private static let block = 16
    private static let directions = 9
    private static let cellsOfBlock = 4
    private static let blocksAlongSide = 5
    private static var blockLength: Int { cellsOfBlock * directions }

    package var count: Int {
        Self.blocksAlongSide * Self.blocksAlongSide * Self.blockLength
    }

    /// A pixel of a block and its share in one of the block's cells.
    private struct Share {
        /// From the block's first pixel, in the image.
        let offset: Int
        /// Of the cell in the block's histogram.
        let start: Int
        let weight: Float
    }

    /// Gaussian around the block's middle, times the bilinear share of the cell. Cells go column by
    /// column.
    private static let shares: [Share] = (0 ..< block).flatMap { row in
        (0 ..< block).flatMap { column -> [Share] in
            let (down, across) = (Float(row) - 8, Float(column) - 8)
            let gaussian = exp(-(down * down + across * across) / 32)
            return (0 ..< cellsOfBlock).compactMap { cell in
                let weight =
                    gaussian * tent(column, cell: cell / 2) * tent(row, cell: cell % 2)
                guard weight > 0 else { return nil }
                return Share(
                    offset: row * FaceGrid.side + column, start: cell * directions, weight: weight)
            }
        }
    }

    /// The share of a cell at a pixel, by the distance from the cell's middle.
    private static func tent(_ position: Int, cell index: Int) -> Float {
        max(0, 1 - abs((Float(position) + 0.5) / Float(cell) - 0.5 - Float(index)))
    }

    /// Magnitude of a pixel's gradient, split between two neighbouring directions.
    private struct Gradient {
        var first: Int32 = 0
        var second: Int32 = 0
        var firstPart: Float = 0
        var secondPart: Float = 0
    }

    package init() {}

    package func extract(
        _ pixels: UnsafeBufferPointer<UInt8>, into features: UnsafeMutableBufferPointer<Float>
    ) {
        withUnsafeTemporaryAllocation(of: Gradient.self, capacity: FaceGrid.area) { gradients in
            Self.fill(gradients, pixels)
            Self.shares.withUnsafeBufferPointer { shares in
                for block in 0 ..< Self.blocksAlongSide * Self.blocksAlongSide {
                    let (column, row) = block.quotientAndRemainder(
                        dividingBy: Self.blocksAlongSide)
                    let length = Self.blockLength
                    let histogram = UnsafeMutableBufferPointer(
                        rebasing: features[block * length ..< (block + 1) * length])
                    let corner = (row * FaceGrid.side + column) * Self.cell
                    Self.accumulate(
                        UnsafeBufferPointer(rebasing: gradients[corner...]), shares, into: histogram
                    )
                    Self.normalize(histogram)
                }
            }
        }
    }

    /// - Parameter gradients: from the first pixel of the block on.
    private static func accumulate(
        _ gradients: UnsafeBufferPointer<Gradient>, _ shares: UnsafeBufferPointer<Share>,
        into histogram: UnsafeMutableBufferPointer<Float>
    ) {
        histogram.update(repeating: 0)
        for share in shares {
            let gradient = gradients[share.offset]
            histogram[share.start + Int(gradient.first)] += share.weight * gradient.firstPart
            histogram[share.start + Int(gradient.second)] += share.weight * gradient.secondPart
        }
    }

    /// Central differences; beyond the border the image is mirrored without its edge.
    private static func fill(
        _ gradients: UnsafeMutableBufferPointer<Gradient>, _ pixels: UnsafeBufferPointer<UInt8>
    ) {
        let side = FaceGrid.side
        for row in 0 ..< side {
            let above = (row == 0 ? 1 : row - 1) * side
            let below = (row == side - 1 ? row - 1 : row + 1) * side
            for column in 0 ..< side {
                let left = row * side + (column == 0 ? 1 : column - 1)
                let right = row * side + (column == side - 1 ? column - 1 : column + 1)
                let across = Float(Int(pixels[right]) - Int(pixels[left]))
                let down = Float(Int(pixels[below + column]) - Int(pixels[above + column]))
                gradients[row * side + column] = gradient(across, down)
            }
        }
    }

    private static func gradient(_ across: Float, _ down: Float) -> Gradient {
        let magnitude = (across * across + down * down).squareRoot()
        guard magnitude > 0 else { return Gradient() }
        // Opposite directions are one: half a turn is all there is, -0.5 to 8.5.
        let angle = atan2(down, across)
        let position = (angle < 0 ? angle + .pi : angle) * Float(directions) / .pi - 0.5
        let lower = position.rounded(.down)
        let part = magnitude * (position - lower)
        let first = (Int32(lower) + Int32(directions)) % Int32(directions)
        return Gradient(
            first: first, second: (first + 1) % Int32(directions), firstPart: magnitude - part,
            secondPart: part)
    }

    /// To length 1, no number above 0.2, and to length 1 again.
    private static func normalize(_ histogram: UnsafeMutableBufferPointer<Float>) {
        func length() -> Float { histogram.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        let first = 1 / (length() + Float(histogram.count) * 0.1)
        for index in histogram.indices { histogram[index] = min(histogram[index] * first, 0.2) }
        let second = 1 / (length() + 1e-3)
        for index in histogram.indices { histogram[index] *= second }
    }
}
