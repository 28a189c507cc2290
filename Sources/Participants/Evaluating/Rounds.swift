import Evaluation
import Mien

/// The divisions of a study, one after the other: each with the folds within its training rows.
struct Rounds: Sendable {
    struct Round: Sendable {
        let division: Division
        let inner: Folds
    }

    /// The rounds of a protocol.
    /// - Parameter permutation: 0 for the true labels; folds are drawn anew for each permutation,
    ///   as for the true labels.
    static func rounds(
        of study: Study, _ options: ParticipantOptions, permutation: Int = 0
    ) -> [Round] {
        (0 ..< options.repeats).flatMap { turn -> [Round] in
            let folds = Folds(
                count: options.folds, seed: options.seed,
                stream: [SeedStream.folds, UInt64(permutation), UInt64(turn)])
            let divisions: [Division]
            switch options.division {
            case .nested: divisions = Division.outer(of: study, folds)
            case .official:
                divisions = [
                    .given(
                        of: study, training: study.positions { $0.split == .train },
                        heldOut: study.positions { $0.split == .test || $0.split == .valid })
                ]
            case .corpus:
                divisions = Set(study.participants.map(\.corpus)).sorted().map { name in
                    .given(
                        of: study, training: study.positions { $0.corpus != name },
                        heldOut: study.positions { $0.corpus == name })
                }
            }
            return divisions.enumerated().map { number, division in
                Round(
                    division: division,
                    inner: folds.inner(count: options.innerFolds, of: number))
            }
        }
    }
}

/// Tells the uses of a seed from each other.
enum SeedStream {
    static let folds: UInt64 = 0x70_01
    static let permutation: UInt64 = 0x70_02
}

extension Study {
    func positions(_ isWanted: (Participant) -> Bool) -> [Int] {
        participants.indices.filter { isWanted(participants[$0]) }
    }
}
