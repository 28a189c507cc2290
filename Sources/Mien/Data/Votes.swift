/// How many taggers chose what for one face: FER+'s ten columns, which are the eight emotions in
/// the order of ``Emotion``, then "unknown" and "NF" (not a face).
public struct Votes: Sendable, Hashable {
    public static let columnCount = 10

    private var storage: SIMD16<UInt8>

    /// - Parameter counts: ten numbers, in the order of the columns.
    public init(_ counts: [UInt8]) {
        precondition(
            counts.count == Self.columnCount,
            "expected \(Self.columnCount) vote counts, got \(counts.count)")
        storage = .zero
        for (column, count) in counts.enumerated() { storage[column] = count }
    }

    /// Ten taggers who all say that there is no face.
    public static let notAFace = Votes([0, 0, 0, 0, 0, 0, 0, 0, 0, 10])

    public var counts: [UInt8] { (0 ..< Self.columnCount).map { storage[$0] } }

    /// 0 for a class that is none of the eight emotions.
    public subscript(emotion: Emotion) -> Int { emotion.column.map { Int(storage[$0]) } ?? 0 }

    public var unknown: Int { Int(storage[8]) }

    public var notFace: Int { Int(storage[9]) }

    /// The votes of all ten columns together.
    public var total: Int { Emotion.allCases.reduce(unknown + notFace) { $0 + self[$1] } }

    /// The same votes less one for `emotion`.
    func removingOne(_ emotion: Emotion) -> Votes {
        guard let column = emotion.column, storage[column] > 0 else {
            preconditionFailure("there is no vote for \(emotion) to remove")
        }
        var result = self
        result.storage[column] -= 1
        return result
    }

    /// Counts of at most 1 are taken for slips and set to 0.
    private var withoutSingleVotes: Votes {
        var result = self
        result.storage.replace(with: 0, where: storage .<= 1)
        return result
    }
}

extension Votes {
    /// The label of FER+'s "majority" mode (Barsoum et al., 2016, arXiv:1608.01041, and the
    /// program published with it): single votes are dropped, and one emotion must then hold
    /// strictly more than half of what is left in all ten columns. `nil` where none does.
    public var majority: Emotion? {
        let kept = withoutSingleVotes
        let total = kept.total
        return Emotion.allCases.first { 2 * kept[$0] > total }
    }

    /// The emotion with the most votes, the first of the columns on a tie. `nil` without any vote
    /// for an emotion.
    public var mostVoted: Emotion? {
        var best: Emotion?
        for emotion in Emotion.allCases where self[emotion] > (best.map { self[$0] } ?? 0) {
            best = emotion
        }
        return best
    }

    /// The share of each of the eight emotions among the votes for emotions; they add up to 1.
    /// `nil` where no vote is left.
    /// - Parameter keepSingleVotes: if false, single votes are set to 0 first.
    public func distribution(keepSingleVotes: Bool = false) -> [Double]? {
        let kept = keepSingleVotes ? self : withoutSingleVotes
        let total = kept.total - kept.unknown - kept.notFace
        guard total > 0 else { return nil }
        return Emotion.allCases.map { Double(kept[$0]) / Double(total) }
    }
}

/// Coded as its ten counts.
extension Votes: Codable {
    public init(from decoder: any Decoder) throws {
        let counts = try [UInt8](from: decoder)
        guard counts.count == Self.columnCount else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription:
                        "found \(counts.count) vote counts, expected \(Self.columnCount)"))
        }
        self.init(counts)
    }

    public func encode(to encoder: any Encoder) throws { try counts.encode(to: encoder) }
}
