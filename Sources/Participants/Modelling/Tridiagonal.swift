/// A symmetric matrix as Q T Q', with T tridiagonal.
struct Tridiagonal {
    let size: Int
    private var diagonal: [Double]
    /// Next to the diagonal; the last is 0.
    private var beside: [Double]
    /// Of each reflection its vector, from the row after its own on.
    private var reflections: [[Double]] = []

    init(_ matrix: [Double], _ size: Int) {
        self.size = size
        var a = matrix
        diagonal = [Double](repeating: 0, count: size)
        beside = diagonal
        var product = diagonal
        for k in 0 ..< size {
            diagonal[k] = a[k * size + k]
            let rest = size - k - 1
            guard rest > 0 else { break }
            var v = (k + 1 ..< size).map { a[$0 * size + k] }
            let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard rest > 1, length > 0 else {
                beside[k] = v[0]
                reflections.append([])
                continue
            }
            beside[k] = v[0] > 0 ? -length : length
            v[0] -= beside[k]
            let norm = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard norm > 0 else {
                reflections.append([])
                continue
            }
            for i in 0 ..< rest { v[i] /= norm }
            // A - 2 v w' - 2 w v', with p = A v and w = p - (v'p) v.
            a.withUnsafeMutableBufferPointer { a in
                v.withUnsafeBufferPointer { v in
                    product.withUnsafeMutableBufferPointer { p in
                        var along = 0.0
                        for i in 0 ..< rest {
                            let row = (k + 1 + i) * size + k + 1
                            let sum = sumOfAnyProducts(
                                UnsafeBufferPointer(a), from: row, v, from: 0, rest)
                            p[i] = sum
                            along += sum * v[i]
                        }
                        for i in 0 ..< rest { p[i] = 2 * (p[i] - along * v[i]) }
                        for i in 0 ..< rest {
                            let row = (k + 1 + i) * size + k + 1
                            let (vi, pi) = (v[i], p[i])
                            for j in 0 ..< rest { a[row + j] -= vi * p[j] + pi * v[j] }
                        }
                    }
                }
            }
            reflections.append(v)
        }
    }

    /// In no order.
    var eigenvalues: [Double] {
        var (d, e) = (diagonal, beside)
        for low in 0 ..< size {
            for _ in 0 ..< 60 {
                var m = low
                while m < size - 1, abs(e[m]) > .ulpOfOne * (abs(d[m]) + abs(d[m + 1])) { m += 1 }
                guard m > low else { break }
                var g = (d[low + 1] - d[low]) / (2 * e[low])
                var r = (g * g + 1).squareRoot()
                g = d[m] - d[low] + e[low] / (g + (g < 0 ? -r : r))
                var (s, c, p) = (1.0, 1.0, 0.0)
                var i = m - 1
                var isSplit = false
                while i >= low {
                    let f = s * e[i]
                    let b = c * e[i]
                    r = (f * f + g * g).squareRoot()
                    e[i + 1] = r
                    if r == 0 {
                        d[i + 1] -= p
                        e[m] = 0
                        isSplit = true
                        break
                    }
                    s = f / r
                    c = g / r
                    g = d[i + 1] - p
                    r = (d[i] - g) * s + 2 * c * b
                    p = s * r
                    d[i + 1] = g + p
                    g = c * r - b
                    i -= 1
                }
                if isSplit { continue }
                d[low] -= p
                e[low] = g
                e[m] = 0
            }
        }
        return d
    }

    /// - Parameter values: descending eigenvalues.
    func vectors(of values: [Double]) -> [[Double]] {
        let scale = max(
            diagonal.indices.map { abs(diagonal[$0]) + 2 * abs(beside[$0]) }.max() ?? 0,
            .leastNormalMagnitude)
        var own: [[Double]] = []
        for (number, value) in values.enumerated() {
            // A fixed start without a preferred direction.
            var x = (0 ..< size).map {
                0.5 + Double(($0 &* 7919 &+ number &* 104_729) % 1009) / 1009
            }
            for _ in 0 ..< 3 {
                x = solve(shifted: value, x, tiny: scale * .ulpOfOne)
                for (other, former) in own.enumerated()
                where abs(values[other] - value) < 1e-3 * scale {
                    let along = zip(x, former).reduce(0) { $0 + $1.0 * $1.1 }
                    for i in 0 ..< size { x[i] -= along * former[i] }
                }
                let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
                for i in 0 ..< size { x[i] /= length }
            }
            own.append(x)
        }
        return own.map(rotatedBack)
    }

    /// (T - value I) x = right, by elimination with exchange of rows.
    private func solve(shifted value: Double, _ right: [Double], tiny: Double) -> [Double] {
        var x = right
        var first = diagonal.map { $0 - value }
        var second = beside
        var third = [Double](repeating: 0, count: size)
        for i in 0 ..< size - 1 {
            let below = beside[i]
            if abs(below) > abs(first[i]) {
                let factor = first[i] / below
                let (next, after) = (first[i + 1], i + 2 < size ? beside[i + 1] : 0)
                first[i] = below
                let upper = second[i]
                second[i] = next
                third[i] = after
                first[i + 1] = upper - factor * next
                second[i + 1] = -factor * after
                x.swapAt(i, i + 1)
                x[i + 1] -= factor * x[i]
            } else {
                let pivot = first[i] == 0 ? tiny : first[i]
                first[i] = pivot
                let factor = below / pivot
                first[i + 1] -= factor * second[i]
                x[i + 1] -= factor * x[i]
            }
        }
        for i in stride(from: size - 1, through: 0, by: -1) {
            var sum = x[i]
            if i + 1 < size { sum -= second[i] * x[i + 1] }
            if i + 2 < size { sum -= third[i] * x[i + 2] }
            let pivot = abs(first[i]) < tiny ? (first[i] < 0 ? -tiny : tiny) : first[i]
            x[i] = sum / pivot
        }
        // Near an eigenvalue the solution is long.
        let largest = x.reduce(0) { max($0, abs($1)) }
        return largest > 0 ? x.map { $0 / largest } : right
    }

    private func rotatedBack(_ vector: [Double]) -> [Double] {
        var x = vector
        for k in stride(from: reflections.count - 1, through: 0, by: -1) {
            let v = reflections[k]
            guard !v.isEmpty else { continue }
            x.withUnsafeMutableBufferPointer { x in
                v.withUnsafeBufferPointer { v in
                    let along =
                        2
                        * sumOfAnyProducts(
                            UnsafeBufferPointer(x), from: k + 1, v, from: 0, v.count)
                    for i in v.indices { x[k + 1 + i] -= along * v[i] }
                }
            }
        }
        return x
    }
}
