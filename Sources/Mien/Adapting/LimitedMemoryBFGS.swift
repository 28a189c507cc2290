/// Minimises a smooth function by L-BFGS with ten stored steps and a backtracking line search (Nocedal
/// and Wright 2006, "Numerical Optimization", algorithm 7.4).
package enum LimitedMemoryBFGS {
    private static let memory = 10
    private static let mostSteps = 200

    /// - Parameters:
    ///   - start: the first point.
    ///   - objective: the value at a point, and the gradient there.
    /// - Returns: the point of the lowest value found.
    package static func minimum(
        from start: [Double], _ objective: ([Double]) -> (value: Double, gradient: [Double])
    ) -> [Double] {
        var point = start
        var (value, gradient) = objective(point)
        var pairs: [(step: [Double], change: [Double], inverse: Double)] = []
        for _ in 0 ..< mostSteps {
            guard dot(gradient, gradient).squareRoot() > 1e-7 else { break }
            var direction = descent(gradient, pairs)
            var slope = dot(direction, gradient)
            if !(slope < 0) {
                pairs.removeAll()
                direction = gradient.map { -$0 }
                slope = -dot(gradient, gradient)
            }
            var length = pairs.isEmpty ? min(1, 1 / dot(gradient, gradient).squareRoot()) : 1
            var next = (point: point, value: value, gradient: gradient)
            var isLower = false
            for _ in 0 ..< 40 {
                next.point = zip(point, direction).map { $0 + length * $1 }
                (next.value, next.gradient) = objective(next.point)
                if next.value <= value + 1e-4 * length * slope {
                    isLower = true
                    break
                }
                length /= 2
            }
            guard isLower else { break }
            let step = zip(next.point, point).map { $0 - $1 }
            let change = zip(next.gradient, gradient).map { $0 - $1 }
            let curvature = dot(step, change)
            if curvature > 1e-12 {
                pairs.append((step, change, 1 / curvature))
                if pairs.count > memory { pairs.removeFirst() }
            }
            let gain = value - next.value
            (point, value, gradient) = (next.point, next.value, next.gradient)
            if gain < 1e-10 * max(1, abs(value)) { break }
        }
        return point
    }

    /// The two-loop recursion.
    private static func descent(
        _ gradient: [Double], _ pairs: [(step: [Double], change: [Double], inverse: Double)]
    ) -> [Double] {
        var result = gradient.map { -$0 }
        var shares: [Double] = []
        for pair in pairs.reversed() {
            let share = pair.inverse * dot(pair.step, result)
            shares.append(share)
            add(-share, pair.change, to: &result)
        }
        if let last = pairs.last {
            let scale = 1 / (last.inverse * dot(last.change, last.change))
            for index in result.indices { result[index] *= scale }
        }
        for (pair, share) in zip(pairs, shares.reversed()) {
            add(share - pair.inverse * dot(pair.change, result), pair.step, to: &result)
        }
        return result
    }

    private static func dot(_ one: [Double], _ other: [Double]) -> Double {
        one.withUnsafeBufferPointer { one in
            other.withUnsafeBufferPointer { other in
                var sum = 0.0
                for index in one.indices { sum += one[index] * other[index] }
                return sum
            }
        }
    }

    private static func add(_ factor: Double, _ vector: [Double], to sum: inout [Double]) {
        for index in sum.indices { sum[index] += factor * vector[index] }
    }
}
