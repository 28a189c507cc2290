/// Interpolated linearly between the order statistics, as numpy does.
/// - Parameters:
///   - ascending: at least one value.
///   - probability: 0...1.
package func quantile(_ ascending: [Double], _ probability: Double) -> Double {
    precondition(!ascending.isEmpty, "a quantile needs at least one value, got none")
    let position = probability * Double(ascending.count - 1)
    let below = Int(position)
    let above = min(below + 1, ascending.count - 1)
    let part = position - Double(below)
    return ascending[below] + part * (ascending[above] - ascending[below])
}
