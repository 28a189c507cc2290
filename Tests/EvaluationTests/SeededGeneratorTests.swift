import Evaluation
import Foundation
import Testing

@Suite struct SeededGeneratorTests {
    /// The vectors that are published with the two algorithms.
    @Test func referenceValues() {
        var generator = SeededGenerator(state: (1, 2, 3, 4))
        #expect(
            (0 ..< 4).map { _ in generator.next() } == [
                11520, 0, 1_509_978_240, 1_215_971_899_390_074_240,
            ])
        var key: UInt64 = 1_234_567
        #expect(SeededGenerator.splitMix(&key) == 6_457_827_717_110_365_317)
        #expect(SeededGenerator.splitMix(&key) == 3_203_168_211_198_807_973)
    }

    @Test func streamsDiffer() {
        let generators = [
            SeededGenerator(seed: 1), SeededGenerator(seed: 2), SeededGenerator(seed: 1, stream: 0),
            SeededGenerator(seed: 1, stream: 1), SeededGenerator(seed: 1, stream: 0, 0),
            SeededGenerator(seed: 1, stream: 0, 1), SeededGenerator(seed: 1, stream: 1, 0),
            SeededGenerator(seed: 2, stream: 0),
        ]
        let first = generators.map { generator in
            var generator = generator
            return generator.next()
        }
        #expect(Set(first).count == generators.count)
        #expect(SeededGenerator(seed: 5, stream: 1, 2) == SeededGenerator(seed: 5, stream: 1, 2))
    }

    @Test func numbersStayInRangeAndAreEven() {
        var generator = SeededGenerator(seed: 8)
        var counts = [Int](repeating: 0, count: 6)
        for _ in 0 ..< 6000 { counts[generator.index(below: 6)] += 1 }
        // 1000 expected, standard deviation 29.
        #expect(counts.allSatisfy { abs($0 - 1000) < 120 }, "\(counts)")
        var sums = (0.0, 0.0, 0.0)
        for _ in 0 ..< 10_000 {
            let number = generator.uniform()
            #expect(number >= 0 && number < 1)
            let normal = generator.normal()
            sums.0 += number
            sums.1 += normal
            sums.2 += normal * normal
        }
        // Standard errors 0.003, 0.01 and 0.014.
        expectClose(sums.0 / 10_000, 0.5, absolute: 0.012)
        expectClose(sums.1 / 10_000, 0, absolute: 0.04)
        expectClose(sums.2 / 10_000, 1, absolute: 0.06)
        #expect((9.0 ... 11).contains(generator.uniform(in: 9 ... 11)))
    }

    @Test func permutationsHoldEveryNumberOnce() {
        var generator = SeededGenerator(seed: 1)
        let permutation = generator.permutation(of: 100)
        #expect(permutation.sorted() == Array(0 ..< 100))
        #expect(permutation != Array(0 ..< 100))
        #expect(generator.permutation(of: 0).isEmpty)
        var firsts = [Int](repeating: 0, count: 3)
        for _ in 0 ..< 3000 { firsts[generator.permutation(of: 3)[0]] += 1 }
        // 1000 expected, standard deviation 26.
        #expect(firsts.allSatisfy { abs($0 - 1000) < 110 }, "\(firsts)")
    }

    @Test func goesOnWhereItWasCoded() throws {
        var generator = SeededGenerator(seed: 3, stream: 9)
        _ = generator.next()
        let data = try JSONEncoder().encode(generator)
        var copy = try JSONDecoder().decode(SeededGenerator.self, from: data)
        #expect(copy == generator)
        #expect(copy.next() == generator.next())
        for text in ["[1,2,3]", "[0,0,0,0]", "{}"] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(SeededGenerator.self, from: Data(text.utf8))
            }
        }
    }
}
