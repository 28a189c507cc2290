import Evaluation
import Mien

@testable import Participants

/// Tables of made-up participants with planted effects and leaks.
struct TableMaker {
    var people = 120
    var seed: UInt64 = 1
    /// Share of positive participants.
    var share = 0.35
    /// Cohen's d of one latent of each modality.
    var effects: [Modality: Double] = [:]
    /// Columns of a modality that carry its latent, of 6.
    var carriers = 3
    /// How many people have no values of a modality.
    var missing: [Modality: Double] = [:]
    /// A change of the table's participants or values by label.
    var leak: (inout Participant, inout [Double], Bool, inout SeededGenerator) -> Void = {
        _, _, _, _ in
    }
    var probeColumns = ["duration", "words"]

    static let modalities: [Modality] = [.face, .voice, .text]

    func table() -> ParticipantTable {
        var generator = SeededGenerator(seed: seed)
        let columns =
            Self.modalities.flatMap { modality in
                (0 ..< 6).map { FeatureColumn(name: "c\($0)", modality: modality) }
            } + probeColumns.map { FeatureColumn(name: $0, modality: .probe) }
        var participants: [Participant] = []
        var values: [[Double]] = []
        let order = generator.permutation(of: people)
        for index in 0 ..< people {
            let isPositive = Double(order[index]) < share * Double(people)
            var person = Participant(
                id: "\(300 + index)", corpus: "made", label: isPositive,
                score: max(0, min(24, (isPositive ? 14 : 6) + 3 * generator.normal())),
                gender: generator.uniform() < 0.5 ? .female : .male)
            person.split = index % 3 == 0 ? .test : .train
            var row: [Double] = []
            for modality in Self.modalities {
                let shift = isPositive ? effects[modality] ?? 0 : 0
                let latent = shift + generator.normal()
                let isMissing = generator.uniform() < missing[modality] ?? 0
                for column in 0 ..< 6 {
                    let noise = generator.normal()
                    let value = column < carriers ? latent + 0.3 * noise : noise
                    row.append(isMissing ? .nan : value)
                }
            }
            row += probeColumns.map { _ in generator.normal() }
            leak(&person, &row, isPositive, &generator)
            participants.append(person)
            values.append(row)
        }
        return ParticipantTable(participants: participants, columns: columns, values: values)
    }
}

extension ParticipantOptions {
    /// Few repeats and no permutations: quick.
    static func quick(_ change: (inout ParticipantOptions) -> Void = { _ in }) -> ParticipantOptions
    {
        var options = ParticipantOptions()
        options.repeats = 1
        options.permutations = 0
        options.resamples = 100
        change(&options)
        return options
    }
}

extension ParticipantReport.Part {
    func row(_ name: String) -> RowResult? { rows.first { $0.name == name } }
    func auc(_ name: String) -> Double { row(name)?.auc.value ?? .nan }
}

func evaluate(
    _ table: ParticipantTable, _ options: ParticipantOptions = .quick()
) throws -> ParticipantReport.Part {
    let evaluation = try ParticipantEvaluation(
        table, name: "made.csv", sha256: "0", options: options)
    let report = try evaluation.run(threads: 2, store: nil) { _ in .proceed }
    guard let part = report?.parts.last else { throw NoReport() }
    return part
}

struct NoReport: Error {}
