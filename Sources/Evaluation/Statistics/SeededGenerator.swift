/// The random generator of Mien: xoshiro256** (Blackman and Vigna, 2018), its state filled by
/// SplitMix64 (Steele, Lea and Flood, 2014).
///
/// What it draws is a function of the seed and the stream alone, on every platform and in every
/// version of Swift, as long as its own methods are used: the algorithms behind the standard
/// library's `shuffle(using:)` and `random(in:using:)` may change.
///
///     var generator = SeededGenerator(seed: 7, stream: epoch, index)
public struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable {
    package private(set) var state: (UInt64, UInt64, UInt64, UInt64)

    /// - Parameters:
    ///   - seed: any number; neighbouring seeds give unrelated sequences.
    ///   - stream: numbers that tell one use of the seed from another (an epoch, an index). The
    ///     order counts; no stream is the plain generator of the seed.
    public init(seed: UInt64, stream: UInt64...) {
        var key = seed
        for (position, word) in stream.enumerated() {
            key = Self.mixed(key &+ Self.increment) ^ Self.mixed(word &+ UInt64(position + 1))
        }
        state = (0, 0, 0, 0)
        state.0 = Self.splitMix(&key)
        state.1 = Self.splitMix(&key)
        state.2 = Self.splitMix(&key)
        state.3 = Self.splitMix(&key)
    }

    package init(state: (UInt64, UInt64, UInt64, UInt64)) {
        precondition(state != (0, 0, 0, 0), "the state of xoshiro256** must not be all zero")
        self.state = state
    }

    public mutating func next() -> UInt64 {
        let result = Self.rotated(state.1 &* 5, by: 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = Self.rotated(state.3, by: 45)
        return result
    }

    /// A whole number in `0 ..< bound`: the high word of a product, so its bias is below
    /// `bound` / 2^64.
    public mutating func index(below bound: Int) -> Int {
        precondition(bound > 0, "index(below:) needs a bound of at least 1, got \(bound)")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A number in `0 ..< 1`, a multiple of 2^-53.
    public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A number between the ends of `range`.
    public mutating func uniform(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// A draw from the normal distribution of mean 0 and variance 1.
    public mutating func normal() -> Double {
        // Half a step is added so that 0, whose quantile is infinite, is never asked for.
        normalQuantile(uniform() + 0x1p-54)
    }

    /// The numbers `0 ..< count` in a random order (Fisher and Yates).
    public mutating func permutation(of count: Int) -> [Int] {
        precondition(count >= 0, "permutation(of:) needs a count of at least 0, got \(count)")
        var result = Array(0 ..< count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            result.swapAt(last, index(below: last + 1))
        }
        return result
    }

    public static func == (left: Self, right: Self) -> Bool { left.state == right.state }

    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func rotated(_ word: UInt64, by bits: UInt64) -> UInt64 {
        word << bits | word >> (64 - bits)
    }

    package static func splitMix(_ key: inout UInt64) -> UInt64 {
        key &+= increment
        return mixed(key)
    }

    private static func mixed(_ word: UInt64) -> UInt64 {
        var word = word
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

/// Coded as its four words, so that a checkpoint can go on where it stopped.
extension SeededGenerator: Codable {
    public init(from decoder: any Decoder) throws {
        let words = try [UInt64](from: decoder)
        guard words.count == 4, words.contains(where: { $0 != 0 }) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription:
                        "a generator's state is four words, not all zero; found \(words)"))
        }
        state = (words[0], words[1], words[2], words[3])
    }

    public func encode(to encoder: any Encoder) throws {
        try [state.0, state.1, state.2, state.3].encode(to: encoder)
    }
}
