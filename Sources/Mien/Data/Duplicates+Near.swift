extension Duplicates {
    /// Fingerprints this far apart, in bits of 63, are looked at. On FER-2013 nine in ten pairs of
    /// one picture are within it; beyond it pairs of two pictures soon prevail.
    package static let largestDistance = 7
    /// Images that correlate this much at 16 x 16 are one picture: on FER-2013 none of those
    /// looked at was of two.
    static let leastCorrelation: Float = 0.95

    /// Which images show one picture: pixel for pixel, or nearly (saved again, cut or sized a little
    /// differently, mirrored). Images that are linked through others count as one.
    ///
    /// Candidates are found by their fingerprints in four tables of 16 bits (Norouzi, Punjani and
    /// Fleet, 2012): of two that differ in at most 7 bits, some quarter differs in at most one.
    /// - Complexity: about O(images).
    public init(nearlyIn dataset: Dataset, exact: Duplicates) {
        var search = NearSearch(dataset, exact)
        search.collapseEqual()
        search.run()
        var links = search.links
        self.init(first: (0 ..< dataset.count).map { links.root(of: $0) })
    }
}

private struct NearSearch {
    private let dataset: Dataset
    private let prints: [ImageFingerprint]
    private(set) var links: DisjointSets
    /// Images of different content, then of different fingerprint, that hold a picture.
    private var images: [Int]
    private var small: [Int: SmallImage] = [:]

    init(_ dataset: Dataset, _ exact: Duplicates) {
        self.dataset = dataset
        let prints = dataset.fingerprints()
        self.prints = prints
        links = DisjointSets(count: dataset.count)
        links.unite(by: exact.first.map(Optional.some))
        images = exact.first.indices.filter { exact.first[$0] == $0 && prints[$0].hasPicture }
    }

    /// Of images with one fingerprint that are alike, the first goes on alone: however many frames
    /// of a still scene there are, they are not compared each with each.
    mutating func collapseEqual() {
        var known: [ImageFingerprint: Int] = [:]
        images = images.filter { image in
            guard let first = known[prints[image]] else {
                known[prints[image]] = image
                return true
            }
            guard areAlike(first, image, mirrored: false) else { return true }
            links.unite(first, image)
            return false
        }
    }

    mutating func run() {
        let tables = (0 ..< 4).map { quarter in
            QuarterTable(images.map { prints[$0].quarter(quarter) })
        }
        for (number, image) in images.enumerated() {
            for isMirrored in [false, true] {
                let wanted = isMirrored ? prints[image].mirrored : prints[image]
                for quarter in 0 ..< 4 {
                    let word = wanted.quarter(quarter)
                    for probe in [word] + (0 ..< 16).map({ word ^ 1 << $0 }) {
                        for candidate in tables[quarter][probe] where candidate < number {
                            compare(image, images[candidate], wanted, isMirrored)
                        }
                    }
                }
            }
        }
    }

    private mutating func compare(
        _ image: Int, _ other: Int, _ wanted: ImageFingerprint, _ mirrored: Bool
    ) {
        guard wanted.distance(to: prints[other]) <= Duplicates.largestDistance,
            links.root(of: image) != links.root(of: other),
            areAlike(image, other, mirrored: mirrored)
        else { return }
        links.unite(image, other)
    }

    private mutating func areAlike(_ left: Int, _ right: Int, mirrored: Bool) -> Bool {
        guard let a = smallImage(left), let b = smallImage(right) else { return false }
        return a.correlation(with: b, mirrored: mirrored) >= Duplicates.leastCorrelation
    }

    private mutating func smallImage(_ index: Int) -> SmallImage? {
        // Those of files are at hand.
        if dataset.isOnDisk { return dataset.smallImage(at: index) }
        if let known = small[index] { return known }
        small[index] = dataset.smallImage(at: index)
        return small[index]
    }
}

/// Which images have a word of 16 bits.
private struct QuarterTable {
    private let starts: [Int]
    private let images: [Int]

    /// - Parameter words: one for each image.
    init(_ words: [UInt16]) {
        var ends = [Int](repeating: 0, count: 1 << 16)
        for word in words { ends[Int(word)] += 1 }
        var total = 0
        var starts = [Int](repeating: 0, count: ends.count + 1)
        for word in ends.indices {
            starts[word] = total
            total += ends[word]
        }
        starts[ends.count] = total
        var places = starts
        var images = [Int](repeating: 0, count: words.count)
        for (image, word) in words.enumerated() {
            images[places[Int(word)]] = image
            places[Int(word)] += 1
        }
        self.starts = starts
        self.images = images
    }

    subscript(word: UInt16) -> ArraySlice<Int> {
        images[starts[Int(word)] ..< starts[Int(word) + 1]]
    }
}

extension ImageFingerprint {
    fileprivate func quarter(_ number: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: bits >> UInt64(16 * number))
    }
}
