/// Union-find with path halving; the smaller number becomes the root.
struct DisjointSets {
    private var parents: [Int]

    init(count: Int) { parents = Array(0 ..< count) }

    mutating func root(of element: Int) -> Int {
        var element = element
        while parents[element] != element {
            parents[element] = parents[parents[element]]
            element = parents[element]
        }
        return element
    }

    mutating func unite(_ left: Int, _ right: Int) {
        let (a, b) = (root(of: left), root(of: right))
        parents[max(a, b)] = min(a, b)
    }

    /// Unites all elements with an equal key; those without one stay as they are.
    mutating func unite<Key: Hashable>(by keys: some Sequence<Key?>) {
        var first: [Key: Int] = [:]
        for (element, key) in keys.enumerated() {
            guard let key else { continue }
            unite(element, first[key, default: element])
            first[key] = first[key] ?? element
        }
    }
}
