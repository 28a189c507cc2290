/// Which images of a data set are the same: pixel for pixel, or nearly (``init(nearlyIn:exact:)``).
public struct Duplicates: Sendable, Equatable {
    /// For each image the number of the first one that it is the same as: itself where it is the
    /// first.
    public let first: [Int]

    init(first: [Int]) { self.first = first }

    /// Compares all images: by a hash, then by their pixels.
    /// - Complexity: O(bytes of all pixels).
    public init(in dataset: Dataset) {
        var first = Array(0 ..< dataset.count)
        // One image of each content per hash; further contents of the same hash are chained.
        var heads: [UInt64: Int] = [:]
        heads.reserveCapacity(dataset.count)
        var nextContent = [Int?](repeating: nil, count: dataset.count)
        for index in 0 ..< dataset.count {
            let hash = dataset.contentHash(of: index)
            guard let head = heads[hash] else {
                heads[hash] = index
                continue
            }
            var candidate = head
            while true {
                if dataset.haveSamePixels(candidate, index) {
                    first[index] = candidate
                    break
                }
                guard let further = nextContent[candidate] else {
                    nextContent[candidate] = index
                    break
                }
                candidate = further
            }
        }
        self.first = first
    }

    /// Those of `rows` whose pixels also occur among `others`.
    public func shared(_ rows: [Int], with others: [Int]) -> [Int] {
        let contents = Set(others.map { first[$0] })
        return rows.filter { contents.contains(first[$0]) }
    }

    /// Those of `rows` that repeat an earlier one of `rows`.
    public func repeated(in rows: [Int]) -> [Int] {
        var seen: Set<Int> = []
        return rows.filter { !seen.insert(first[$0]).inserted }
    }
}

extension Dataset {
    fileprivate func contentHash(of index: Int) -> UInt64 {
        facts?.hashes[index]
            ?? withPixels(of: index) { Mien.contentHash($0, width: $1, height: $2) }
    }

    fileprivate func haveSamePixels(_ left: Int, _ right: Int) -> Bool {
        guard size(of: left) == size(of: right) else { return false }
        if files?.areSame(left, right) == true { return true }
        return withPixels(of: left) { leftPixels, _, _ in
            withPixels(of: right) { rightPixels, _, _ in leftPixels.elementsEqual(rightPixels) }
        }
    }
}
