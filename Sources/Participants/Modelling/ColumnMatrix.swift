/// Numbers in columns, each filled up with zeros to whole lanes of eight.
struct ColumnMatrix: Sendable {
    let count: Int
    let columns: Int
    /// Numbers from the start of a column to that of the next; a multiple of 8.
    let stride: Int
    var values: [Double]

    init(count: Int, columns: Int) {
        self.count = count
        self.columns = columns
        stride = (count + 7) / 8 * 8
        values = [Double](repeating: 0, count: stride * columns)
    }

    subscript(row: Int, column: Int) -> Double { values[column * stride + row] }

    /// Rows become columns.
    var transposed: ColumnMatrix {
        var result = ColumnMatrix(count: columns, columns: count)
        for column in 0 ..< columns {
            for row in 0 ..< count {
                result.values[row * result.stride + column] = values[column * stride + row]
            }
        }
        return result
    }

    /// The products of each two columns, row by row: [columns, columns].
    var products: [Double] {
        var result = [Double](repeating: 0, count: columns * columns)
        values.withUnsafeBufferPointer { values in
            guard let base = values.baseAddress else { return }
            for row in 0 ..< columns {
                for column in 0 ... row {
                    let product = sumOfProducts(
                        base + row * stride, base + column * stride, stride)
                    result[row * columns + column] = product
                    result[column * columns + row] = product
                }
            }
        }
        return result
    }
}

/// The sum of the products of two sequences.
/// - Parameter count: a multiple of 8.
@inline(__always)
func sumOfProducts(
    _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, _ count: Int
) -> Double {
    let (left, right) = (UnsafeRawPointer(left), UnsafeRawPointer(right))
    var sums = SIMD8<Double>()
    var offset = 0
    while offset < count * 8 {
        sums +=
            left.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
            * right.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
        offset += 64
    }
    return sums.sum()
}

/// The sum of the products of parts of two sequences, of any length.
@inline(__always)
func sumOfAnyProducts(
    _ left: UnsafeBufferPointer<Double>, from leftStart: Int,
    _ right: UnsafeBufferPointer<Double>, from rightStart: Int, _ count: Int
) -> Double {
    guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else { return 0 }
    let (left, right) = (leftBase + leftStart, rightBase + rightStart)
    let (leftBytes, rightBytes) = (UnsafeRawPointer(left), UnsafeRawPointer(right))
    var sums = SIMD4<Double>()
    var index = 0
    while index + 4 <= count {
        sums +=
            leftBytes.loadUnaligned(fromByteOffset: 8 * index, as: SIMD4<Double>.self)
            * rightBytes.loadUnaligned(fromByteOffset: 8 * index, as: SIMD4<Double>.self)
        index += 4
    }
    var sum = sums.sum()
    while index < count {
        sum += left[index] * right[index]
        index += 1
    }
    return sum
}
