import Evaluation
import Foundation
import Mien

/// A drawn participant: label, answers, and what lies behind voice, face, words and timing.
struct SyntheticPerson {
    let id: String
    let index: Int
    let split: Split
    let label: Bool
    let items: [Int]
    let gender: Participant.Gender
    let age: Int
    /// Of unit variance in each group; the means differ by the effect.
    let latents: [Modality: Double]
    /// Of the voice, in hertz.
    let pitch: Double
    /// Modalities without files.
    let missing: Set<Modality>
    let seed: UInt64

    var score: Int { items.reduce(0, +) }

    init(id: String, index: Int, of people: Int, study: SyntheticStudy) {
        self.id = id
        self.index = index
        seed = study.seed
        var generator = SeededGenerator(seed: study.seed, stream: 11, UInt64(index))
        // Two of five are positive, in each split: by position, so that splits are alike.
        label = index % 5 == 1 || index % 5 == 3
        let place = Double(index) / Double(people)
        split = place < 0.6 ? .train : place < 0.8 ? .valid : .test
        items = Self.answers(isPositive: label, using: &generator)
        let womanly = study.leaks.contains(.gender) ? (label ? 0.9 : 0.1) : 0.5
        gender = generator.uniform() < womanly ? .female : .male
        age = 18 + generator.index(below: 48)
        var latents: [Modality: Double] = [:]
        for modality in SyntheticStudy.effectModalities {
            let effect = study.effects[modality] ?? 0
            latents[modality] = generator.normal() + (label ? effect : 0)
        }
        self.latents = latents
        let centre = gender == .female ? 205.0 : 120.0
        pitch = centre * exp2((generator.normal() * 0.8 - (latents[.voice] ?? 0) * 0.4) / 12)
        var missing: Set<Modality> = []
        let rate = study.leaks.contains(.missing) ? (label ? 0.8 : 0.1) : 0
        if generator.uniform() < rate { missing.insert(.face) }
        self.missing = missing
    }

    /// Eight answers whose sum fits the label.
    private static func answers(
        isPositive: Bool, using generator: inout SeededGenerator
    ) -> [Int] {
        let sum = isPositive ? 10 + generator.index(below: 11) : generator.index(below: 10)
        var items = [Int](repeating: 0, count: 8)
        var rest = sum
        while rest > 0 {
            let item = generator.index(below: 8)
            if items[item] < 3 {
                items[item] += 1
                rest -= 1
            }
        }
        return items
    }

    /// A generator of this person's own for one use.
    func generator(_ use: UInt64) -> SeededGenerator {
        SeededGenerator(seed: seed, stream: 12, UInt64(index), use)
    }
}
