import Evaluation

/// Maps that know nothing of the model. Both are made on the grid of the map they are compared
/// with, so that they differ from it in where they point and not in how fine they are.
package enum BaselineMaps {
    /// Uniform values.
    static func random(
        width: Int, height: Int, using generator: inout SeededGenerator
    ) -> HeatMap {
        HeatMap(
            width: width, height: height,
            values: (0 ..< width * height).map { _ in Float(generator.uniform()) })
    }

    /// The mean strength of the edges in each cell.
    static func edges(of plane: ArraySlice<Float>, size: Int, width: Int, height: Int) -> HeatMap {
        let strength = sobel(Array(plane), size: size)
        let values = (0 ..< width * height).map { cell -> Float in
            let rows = cell / width * size / height ..< (cell / width + 1) * size / height
            let columns = cell % width * size / width ..< (cell % width + 1) * size / width
            let sum = rows.reduce(Float(0)) { sum, row in
                columns.reduce(sum) { $0 + strength[row * size + $1] }
            }
            return sum / Float(max(1, rows.count * columns.count))
        }
        return HeatMap(width: width, height: height, values: values)
    }

    /// The length of the gradient by Sobel's two filters; the edge pixels go on outside.
    package static func sobel(_ plane: [Float], size: Int) -> [Float] {
        func at(_ x: Int, _ y: Int) -> Float {
            plane[max(0, min(y, size - 1)) * size + max(0, min(x, size - 1))]
        }
        return plane.indices.map { index in
            let (x, y) = (index % size, index / size)
            let right = at(x + 1, y - 1) + 2 * at(x + 1, y) + at(x + 1, y + 1)
            let left = at(x - 1, y - 1) + 2 * at(x - 1, y) + at(x - 1, y + 1)
            let below = at(x - 1, y + 1) + 2 * at(x, y + 1) + at(x + 1, y + 1)
            let above = at(x - 1, y - 1) + 2 * at(x, y - 1) + at(x + 1, y - 1)
            let (across, down) = (right - left, below - above)
            return (across * across + down * down).squareRoot()
        }
    }
}
