import Imaging
import Mien

/// A table that may be evaluated: what would fool its reader is refused.
struct EvaluationTable: Sendable {
    let table: ParticipantTable
    let modalities: [Modality]
    /// In sentences.
    let notes: [String]

    /// - Parameter name: of the table, for messages.
    /// - Throws: `DataError` for a table that cannot be evaluated.
    init(_ given: ParticipantTable, name: String, _ options: ParticipantOptions) throws {
        try given.requireParticipantsOnce(name)
        let positions = given.participants.indices.filter { given.participants[$0].label != nil }
        let table = ParticipantTable(
            participants: positions.map { given.participants[$0] }, columns: given.columns,
            values: positions.map { given.values[$0] })
        var notes: [String] = []
        if positions.count < given.participants.count {
            notes.append(
                "\(given.participants.count - positions.count) participants without a label are "
                    + "left out.")
        }
        modalities = try given.modalities(options.modalities, name)
        if modalities.contains(.face), given.columns.contains(where: LandmarkActivity.isOwn) {
            notes.append("\(LandmarkModel.terms).")
        }
        try table.requireNoAnswers(modalities, name, options)
        let labels = table.participants.compactMap(\.label)
        let fewest = options.division == .official ? 4 : max(4, options.folds)
        guard labels.fewestOfAClass >= fewest else {
            let positives = labels.count { $0 }
            throw DataError(
                .request, file: name,
                found: "\(positives) positive and \(labels.count - positives) other participants",
                expected: "at least \(fewest) of each",
                advice: "Fewer folds need fewer participants.")
        }
        if options.division == .official { try table.requireSeparateSplits(name) }
        if options.division == .corpus, Set(table.participants.map(\.corpus)).count < 2 {
            throw DataError(
                .request, file: name, found: "one corpus", expected: "two or more, to hold one out",
                advice: "Divide by folds.")
        }
        self.table = table
        self.notes = notes
    }
}

extension ParticipantTable {
    /// The modalities that are asked for, or all that there are but probes.
    /// - Throws: `DataError` for one that the table lacks.
    func modalities(_ wanted: [Modality]?, _ name: String) throws -> [Modality] {
        let present = Modality.allCases.filter { $0 != .probe && !positions(of: $0).isEmpty }
        for modality in wanted ?? [] where !present.contains(modality) {
            throw DataError(
                .request, file: name, found: "no columns \(modality.rawValue)....",
                expected: "modalities among \(present.map(\.rawValue).joined(separator: ", "))",
                advice: modality == .probe ? "Probes always take part, and never as features." : "")
        }
        guard !present.isEmpty else {
            throw DataError(
                .request, file: name, found: "no columns of a modality",
                expected: "columns such as voice.f0_mean")
        }
        return wanted.map { wanted in present.filter(wanted.contains) } ?? present
    }

    /// A participant in two rows would stand on both sides of a fold, or count twice.
    func requireParticipantsOnce(_ name: String) throws {
        var seen: [String: Int] = [:]
        for (index, person) in participants.enumerated() {
            let key = person.corpus + "\u{0}" + person.id
            if let former = seen[key] {
                throw DataError(
                    .request, file: name,
                    found:
                        "participant \(person.id) of \(person.corpus) in the rows \(former + 1) and "
                        + "\(index + 1)",
                    expected: "one row a participant",
                    advice:
                        "Rows of windows, chunks or sessions are not evaluated: a person would be on "
                        + "both sides of a fold. Join them to one row.")
            }
            seen[key] = index
        }
    }

    /// - Throws: `DataError` where a column holds the label's own questions, or the label or score.
    fileprivate func requireNoAnswers(
        _ modalities: [Modality], _ name: String, _ options: ParticipantOptions
    ) throws {
        let used = columns.indices.filter { modalities.contains(columns[$0].modality) }
        let items = used.filter {
            columns[$0].modality == .questionnaire && columns[$0].name.lowercased().hasPrefix("phq")
        }
        if let first = items.first, !options.hasClinicianLabel {
            throw DataError(
                .request, file: name, column: columns[first].fullName,
                found: "\(items.count) columns of a PHQ as features of a label made of a PHQ",
                expected: "features that do not hold the answer",
                advice:
                    "Choose modalities without the questionnaire, or say that the label is a "
                    + "clinician's.")
        }
        let targets: [(String, [Double?])] = [
            ("score", participants.map(\.score)),
            ("label", participants.map { $0.label.map { $0 ? 1 : 0 } }),
        ]
        for column in used {
            for (target, truths) in targets {
                let pairs = zip(values, truths).compactMap { row, truth in
                    truth.flatMap { row[column].isFinite ? (row[column], $0) : nil }
                }
                guard pairs.count > 10, pairs.contains(where: { $0.1 != pairs[0].1 }),
                    pairs.allSatisfy({ $0.0 == $0.1 })
                else { continue }
                throw DataError(
                    .request, file: name, column: columns[column].fullName,
                    found: "the values of the \(target)",
                    expected: "features that do not hold the answer",
                    advice: "Leave the column out.")
            }
        }
    }

    /// - Throws: `DataError` for a group on both sides, or for splits that are missing.
    fileprivate func requireSeparateSplits(_ name: String) throws {
        for split in [Split.train, .test]
        where !participants.contains(where: { $0.split == split }) {
            throw DataError(
                .request, file: name,
                found: "no labelled participants of the split \(split.rawValue)",
                expected: "train and test with labels",
                advice: "Without labels of the test split, divide by folds.")
        }
        let training = participants.filter { $0.split == .train }
        guard training.map({ $0.label == true }).fewestOfAClass >= 4 else {
            throw DataError(
                .request, file: name, found: "fewer than 4 training participants of a label",
                expected: "at least 4 of each")
        }
        let byGroup = Dictionary(grouping: participants.filter { $0.split != nil }, by: \.group)
        let crossing = byGroup.filter { Set($0.value.map(\.split)).count > 1 }.keys.sorted()
        if let first = crossing.first {
            throw DataError(
                .request, file: name, column: "group",
                found: "groups in two splits, \(crossing.count) of them, such as \(first)",
                expected: "each group in one split",
                advice:
                    "A person who is in two corpora stays on one side: leave one of the corpora out, "
                    + "or divide by folds.")
        }
    }

    /// The blocks of modalities, of all of them joined, and of the probes that have something to
    /// read, with labels and scores.
    func study(_ modalities: [Modality]) -> (
        study: Study, contest: Contest, absent: [Probe: String]
    ) {
        var blocks = modalities.compactMap { block(of: $0) }
        var contest = Contest(modalities: Array(blocks.indices))
        if blocks.count > 1,
            let joined = block("early fusion", of: modalities.flatMap { positions(of: $0) })
        {
            contest.early = blocks.count
            blocks.append(joined)
        }
        var absent: [Probe: String] = [:]
        for probe in Probe.allCases where !probe.isConstant {
            switch block(of: probe) {
            case .success(let block):
                contest.probes.append((probe, blocks.count))
                blocks.append(block)
            case .failure(let absence): absent[probe] = absence.reason
            }
        }
        let study = Study(
            blocks: blocks, participants: participants,
            labels: participants.map { $0.label ?? false },
            scores: participants.map { $0.score ?? .nan })
        return (study, contest, absent)
    }
}
