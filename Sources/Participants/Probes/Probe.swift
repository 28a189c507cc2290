/// A prediction from what says nothing of how a person feels. Evidence that is no better than
/// these is no evidence.
public enum Probe: String, Sendable, Codable, CaseIterable {
    /// The majority label for all.
    case majority
    /// The positive label for all.
    case alwaysPositive = "always positive"
    /// The mean score of the training participants.
    case meanScore = "train mean score"
    /// The median score of the training participants.
    case medianScore = "train median score"
    case gender = "gender only"
    /// How long the recording is.
    case duration = "duration only"
    /// How many words there are.
    case words = "word count only"
    /// Which values and modalities are missing.
    case missingness = "missingness only"
    case corpus = "corpus only"
    /// What the interviewer says.
    case interviewer = "interviewer only"

    /// How the names of its columns begin, among those of the modality `probe`.
    var columnPrefix: String? {
        switch self {
        case .duration: "duration"
        case .words: "word"
        case .missingness: "missing"
        case .interviewer: "interviewer"
        default: nil
        }
    }

    /// Whether it gives one answer for all.
    var isConstant: Bool {
        switch self {
        case .majority, .alwaysPositive, .meanScore, .medianScore: true
        default: false
        }
    }
}

extension ParticipantTable {
    /// What a probe reads, or why there is nothing to read.
    func block(of probe: Probe) -> Result<FeatureBlock, ProbeAbsence> {
        switch probe {
        case .gender:
            let values = participants.map { person in
                person.gender.map { $0 == .female ? 1.0 : 0 } ?? .nan
            }
            return block(probe, ["gender"], [values])
        case .corpus:
            let names = Set(participants.map(\.corpus)).sorted()
            return block(
                probe, names,
                names.map { name in participants.map { $0.corpus == name ? 1 : 0 } })
        case .missingness:
            let computed = Modality.allCases.filter { $0 != .probe }.flatMap(shareMissing)
            let own = probeColumns(probe)
            return block(
                probe, computed.map(\.name) + own.map(\.name),
                computed.map(\.values) + own.map(\.values))
        case .duration, .words, .interviewer:
            let own = probeColumns(probe)
            guard !own.isEmpty else {
                return .failure(
                    ProbeAbsence(
                        reason: "no column probe.\(probe.columnPrefix ?? "")... in the table"))
            }
            return block(probe, own.map(\.name), own.map(\.values))
        case .majority, .alwaysPositive, .meanScore, .medianScore:
            return .failure(ProbeAbsence(reason: "it reads no columns"))
        }
    }

    private typealias Column = (name: String, values: [Double])

    private func probeColumns(_ probe: Probe) -> [Column] {
        guard let prefix = probe.columnPrefix else { return [] }
        return positions(of: .probe).filter { columns[$0].name.hasPrefix(prefix) }.map { position in
            (columns[position].name, values.map { $0[position] })
        }
    }

    private func shareMissing(_ modality: Modality) -> [Column] {
        let positions = positions(of: modality)
        guard !positions.isEmpty else { return [] }
        let shares = values.map { row in
            Double(positions.count { !row[$0].isFinite }) / Double(positions.count)
        }
        return [
            ("\(modality.rawValue) missing", shares.map { $0 == 1 ? 1 : 0 }),
            ("\(modality.rawValue) share missing", shares),
        ]
    }

    /// Columns that vary, as rows.
    private func block(
        _ probe: Probe, _ names: [String], _ columns: [[Double]]
    ) -> Result<FeatureBlock, ProbeAbsence> {
        let varying = columns.indices.filter { column in
            let known = columns[column].filter(\.isFinite)
            return known.contains { $0 != known[0] }
        }
        guard !varying.isEmpty else {
            return .failure(ProbeAbsence(reason: "the same for all participants"))
        }
        return .success(
            FeatureBlock(
                name: probe.rawValue, columnNames: varying.map { names[$0] },
                rows: participants.indices.map { row in varying.map { columns[$0][row] } }))
    }
}

/// Why a probe has nothing to read.
struct ProbeAbsence: Error, Equatable {
    let reason: String
}
