import Foundation

/// Histograms of uniform local binary patterns (Ahonen, Hadid and Pietikainen 2006, "Face
/// Description with Local Binary Patterns: Application to Face Recognition"), 2,891 numbers: 59
/// labels in 7 x 7 cells, each histogram of sum 1.
///
/// Labels are those of scikit-image's `local_binary_pattern(image, 8, 1, "nri_uniform")`.
package struct LocalBinaryPatterns: FeatureExtractor {
    private static let labels = 59
    private static let cells = 7
    private static let points = 8
    /// Columns and rows at which cells begin.
    private static let borders = [0, 7, 14, 21, 27, 34, 41, 48]

    package var count: Int { Self.cells * Self.cells * Self.labels }

    package init() {}

    package func extract(
        _ pixels: UnsafeBufferPointer<UInt8>, into features: UnsafeMutableBufferPointer<Float>
    ) {
        features.update(repeating: 0)
        let labels = Self.labels(of: pixels)
        for cell in 0 ..< Self.cells * Self.cells {
            let (down, across) = cell.quotientAndRemainder(dividingBy: Self.cells)
            let rows = Self.borders[down] ..< Self.borders[down + 1]
            let columns = Self.borders[across] ..< Self.borders[across + 1]
            let share = 1 / Float(rows.count * columns.count)
            for row in rows {
                for column in columns {
                    let label = Int(labels[row * FaceGrid.side + column])
                    features[cell * Self.labels + label] += share
                }
            }
        }
    }

    /// The label of each pixel, 0 to 58.
    static func labels(of pixels: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        let (side, width) = (FaceGrid.side, FaceGrid.side + 2)
        // With a border of zeros.
        var padded = [Double](repeating: 0, count: width * width)
        for row in 0 ..< side {
            for column in 0 ..< side {
                padded[(row + 1) * width + column + 1] = Double(pixels[row * side + column])
            }
        }
        return padded.withUnsafeBufferPointer { padded in
            (0 ..< FaceGrid.area).map { pixel in
                let (row, column) = pixel.quotientAndRemainder(dividingBy: side)
                let place = (row + 1) * width + column + 1
                let centre = padded[place]
                var bits = 0
                for point in 0 ..< points
                where value(of: point, padded, place, row, column) >= centre {
                    bits |= 1 << point
                }
                return labelOfPattern[bits]
            }
        }
    }

    /// The point number k lies at 45 k degrees, upwards positive, at a distance of 1: on a pixel, or
    /// between four. The arithmetic is scikit-image's to the last bit: in flat areas it decides.
    private static func value(
        of point: Int, _ padded: UnsafeBufferPointer<Double>, _ place: Int, _ row: Int,
        _ column: Int
    ) -> Double {
        let width = FaceGrid.side + 2
        switch point {
        case 0: return padded[place + 1]
        case 2: return padded[place - width]
        case 4: return padded[place - 1]
        case 6: return padded[place + width]
        default: break
        }
        let (isAbove, isRight) = (point < 4, point == 1 || point == 7)
        let (down, across) = (isAbove ? -diagonal : diagonal, isRight ? diagonal : -diagonal)
        let rowShare = Double(row) + down - Double(isAbove ? row - 1 : row)
        let columnShare = Double(column) + across - Double(isRight ? column : column - 1)
        let corner = place + (isAbove ? -width : 0) + (isRight ? 0 : -1)
        let top = (1 - columnShare) * padded[corner] + columnShare * padded[corner + 1]
        let bottom =
            (1 - columnShare) * padded[corner + width] + columnShare * padded[corner + width + 1]
        return (1 - rowShare) * top + rowShare * bottom
    }

    /// Half the root of 2, to the five digits that scikit-image keeps.
    private static let diagonal = 0.70711

    /// 0 for no bit, 57 for all; for n neighbouring bits 1 + 8 (n - 1) + r, where r is how often the
    /// pattern of the n lowest bits is rotated; 58 for the rest.
    private static let labelOfPattern: [UInt8] = {
        var result = [UInt8](repeating: 58, count: 1 << points)
        result[0] = 0
        result[255] = 57
        for bits in 1 ..< points {
            for rotation in 0 ..< points {
                let lowest = (1 << bits) - 1
                let pattern = (lowest >> rotation | lowest << (points - rotation)) & 255
                result[pattern] = UInt8(1 + points * (bits - 1) + rotation)
            }
        }
        return result
    }()
}
