/// p values adjusted for many tests by Holm's step-down method (Holm, 1979), in the order given.
///
/// An adjusted value at or below alpha rejects its hypothesis with the chance of any false
/// rejection held at alpha, whatever the dependence between the tests.
public func holmAdjusted(_ pValues: [Double]) -> [Double] {
    for (index, value) in pValues.enumerated() {
        precondition((0 ... 1).contains(value), "p value \(index) lies outside 0...1: \(value)")
    }
    var adjusted = pValues
    var largest = 0.0
    let ascending = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    for (rank, index) in ascending.enumerated() {
        largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
        adjusted[index] = largest
    }
    return adjusted
}
