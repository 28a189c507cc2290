import Evaluation

/// Images whose names share a prefix with a counter, such as S010_004_00000017: taken for frames of
/// one sequence.
///
/// Numbered images are common, so names count only where there are several prefixes, each of them
/// with a part of the images and with numbers that lie close together, and where pictures of one
/// prefix are not as unlike as others.
struct NameSequences {
    /// For each image its sequence; `nil` for one that is in none.
    let keys: [String?]
    let note: Advice

    private static let fewestSequences = 3
    /// The share of the images that sequences of two or more must hold.
    private static let leastShare = 0.5
    /// No sequence holds more of them than this.
    private static let largestShare = 0.5
    /// Half of the numbers that follow each other in a sequence are this far apart at most.
    private static let largestStep = 30

    /// - Returns: `nil` where names show no sequences.
    init?(_ names: [ImageName], in dataset: Dataset) {
        let counters = names.map(\.counters)
        let depth = counters.lazy.map(\.count).max() ?? 0
        for level in 0 ..< depth {
            for withFolder in [false, true] {
                let places = names.indices.map { index in
                    counters[index].count > level
                        ? Place(names[index], counters[index][level], withFolder: withFolder) : nil
                }
                guard let sequences = Self.sequences(places),
                    Self.areAlike(sequences, in: dataset)
                else { continue }
                var keys = [String?](repeating: nil, count: names.count)
                for (key, members) in sequences { for index in members { keys[index] = key } }
                self.keys = keys
                let example = sequences[0].members[0]
                note =
                    "\(sequences.count) groups of names share a prefix with a counter, such as "
                    + "\(sequences[0].key) of \(names[example].last): they are taken for frames of "
                    + "one sequence, which stay together. \(setting: "subject-pattern") REGEX "
                    + "reads subjects "
                    + "from names, \(setting: "no-group-by-name") turns this off."
                return
            }
        }
        return nil
    }

    private struct Place {
        let key: String
        let number: Int

        /// `nil` where the prefix says nothing: it is empty, or the name of a class or a split.
        init?(_ name: ImageName, _ counter: (prefix: Substring, number: Int), withFolder: Bool) {
            number = counter.number
            guard withFolder else {
                let word = String(counter.prefix.filter(\.isLetter))
                guard !counter.prefix.isEmpty, Emotion(name: word) == nil, Split(name: word) == nil
                else { return nil }
                key = String(counter.prefix)
                return
            }
            guard !name.folders.isEmpty else { return nil }
            key = "\(name.folders)/\(counter.prefix)"
        }
    }

    private typealias Frames = (key: String, members: [Int])

    /// Those of two images or more, in the order of their numbers; `nil` where they are not like
    /// sequences.
    private static func sequences(_ places: [Place?]) -> [Frames]? {
        var members: [String: [Int]] = [:]
        for (index, place) in places.enumerated() {
            if let place { members[place.key, default: []].append(index) }
        }
        var steps: [Int] = []
        var found: [Frames] = []
        for (key, indices) in members where indices.count > 1 {
            func number(_ index: Int) -> Int { places[index]?.number ?? 0 }
            let sorted = indices.sorted { (number($0), $0) < (number($1), $1) }
            let numbers = sorted.map(number)
            steps += zip(numbers, numbers.dropFirst()).map {
                $1.subtractingReportingOverflow($0).partialValue
            }
            found.append((key, sorted))
        }
        let all = Double(places.count)
        let sizes = found.map { Double($0.members.count) }
        guard found.count >= fewestSequences, sizes.reduce(0, +) >= leastShare * all,
            sizes.max() ?? 0 <= largestShare * all,
            steps.sorted()[steps.count / 2] <= largestStep
        else { return nil }
        return found.sorted { $0.key < $1.key }
    }

    private static let mostPairs = 300
    private static let fewestPairs = 10
    /// The share of neighbours that must be more alike than nine in ten pairs of others.
    private static let alikeShare = 0.3

    /// Whether neighbours in a sequence look more alike than images of different ones; where too few
    /// hold a picture, names decide.
    private static func areAlike(_ sequences: [Frames], in dataset: Dataset) -> Bool {
        var pairs = sequences.flatMap { zip($0.members, $0.members.dropFirst()) }
        let stride = max(1, pairs.count / mostPairs)
        pairs = pairs.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
        var maker = FingerprintMaker()
        func correlation(_ left: Int, _ right: Int) -> Float? {
            let prints = [left, right].map { index in
                maker.fingerprint(of: index, in: dataset)
            }
            guard prints.allSatisfy(\.hasPicture), let a = dataset.smallImage(at: left),
                let b = dataset.smallImage(at: right)
            else { return nil }
            return a.correlation(with: b)
        }
        let neighbours = pairs.compactMap { correlation($0.0, $0.1) }
        var generator = SeededGenerator(seed: 0)
        let others = (0 ..< mostPairs).compactMap { _ -> Float? in
            let one = generator.index(below: sequences.count)
            let two = (one + 1 + generator.index(below: sequences.count - 1)) % sequences.count
            let (a, b) = (sequences[one].members, sequences[two].members)
            return correlation(
                a[generator.index(below: a.count)], b[generator.index(below: b.count)])
        }.sorted()
        guard neighbours.count >= fewestPairs, others.count >= fewestPairs else { return true }
        let high = others[others.count * 9 / 10]
        let alike = neighbours.count { $0 > high }
        return Double(alike) >= alikeShare * Double(neighbours.count)
    }
}
