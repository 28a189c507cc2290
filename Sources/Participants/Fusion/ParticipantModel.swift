import Evaluation
public import Foundation
import Imaging
import Mien

/// A model of participants, kept as one JSON file: a few hundred numbers with the names of their
/// columns, for which a file of tensors would be larger and harder to read.
public struct ParticipantModel: Sendable, Codable, Equatable {
    /// What is known of the model besides its numbers.
    public struct Card: Sendable, Codable, Equatable {
        public let created: String
        public let mienVersion: String
        public let table: String
        public let tableSHA256: String
        public let participants: Int
        public let positives: Int
        public let corpora: [String]
        public let seed: UInt64
        /// AUC of the fusion on training participants whom inner folds held out. Fusion weights and
        /// calibration saw these participants: an evaluation gives the honest number.
        public let innerAUC: Double?
        /// Numbers of training participants, scrambled, to tell known ones again.
        public let known: [String]
        public let isSynthetic: Bool
        public let intendedUse: String
        /// Terms of models that made the columns; `nil` for none.
        public let terms: String?

        private enum CodingKeys: String, CodingKey {
            case created, table, participants, positives, corpora, seed, known, terms
            case mienVersion = "mien_version"
            case tableSHA256 = "table_sha256"
            case innerAUC = "inner_auc"
            case isSynthetic = "synthetic"
            case intendedUse = "intended_use"
        }
    }

    /// The model of a modality.
    struct Part: Sendable, Codable, Equatable {
        let modality: Modality
        /// Names of the columns, without the modality.
        let columns: [String]
        let model: BlockModel
    }

    static let currentFormat = 1
    static let kindName = "mien participant model"

    let format: Int
    let kind: String
    public let card: Card
    let parts: [Part]
    let fusion: LateFusion
    /// Half the width of the interval of a predicted score: 90 % of the training participants lay
    /// within when inner folds held them out.
    let scoreMargin: Double?

    private enum CodingKeys: String, CodingKey {
        case format, kind, card, parts, fusion
        case scoreMargin = "score_margin"
    }

    public var modalities: [Modality] { parts.map(\.modality) }

    /// Fits a model on all labelled participants of a table.
    /// - Parameters:
    ///   - name: of the table, for messages and the card.
    ///   - sha256: of its file.
    /// - Throws: `DataError`, `UsageError` for a table that cannot be learnt from.
    public init(
        fitting table: ParticipantTable, name: String, sha256: String,
        options: ParticipantOptions = ParticipantOptions()
    ) throws {
        try options.validate()
        var folding = options
        folding.division = .nested
        folding.folds = options.innerFolds
        let input = try EvaluationTable(table, name: name, folding)
        let (study, contest, _) = input.table.study(input.modalities)
        let training = TrainingData(all: study)
        let inner = training.divisions(
            Folds(count: options.innerFolds, seed: options.seed, stream: [SeedStream.folds]))
        var fitted: [FittedBlock] = []
        var parts: [Part] = []
        for (modality, block) in zip(input.modalities, contest.modalities) {
            guard
                let model = FittedBlock.fit(training, block: block, inner: inner, isFinal: true)
            else { continue }
            fitted.append(model)
            parts.append(
                Part(
                    modality: modality,
                    columns: study.blocks[block].columnNames.map {
                        String($0.dropFirst(modality.rawValue.count + 1))
                    }, model: model.model))
        }
        guard !fitted.isEmpty else {
            throw DataError(
                .request, file: name, found: "no modality with enough participants of each label",
                expected: "at least 4 of each in one modality")
        }
        let fusion = LateFusion.fit(training, blocks: fitted.map(\.outOfFold))
        let labels = training.labels
        let fused = labels.indices.map { row in fusion(fitted.map { $0.outOfFold[row] }) }
        let known = labels.indices.filter { fused[$0] != nil }
        let distances = zip(fused, training.scores).compactMap { prediction, truth in
            prediction?.score.flatMap { truth.isFinite ? abs($0 - truth) : nil }
        }.sorted()
        self.init(
            format: Self.currentFormat, kind: Self.kindName,
            card: Card(
                created: Date.now.formatted(.iso8601), mienVersion: currentMienVersion,
                table: name, tableSHA256: sha256, participants: labels.count,
                positives: labels.count { $0 },
                corpora: Set(study.participants.map(\.corpus)).sorted(), seed: options.seed,
                innerAUC: RankArea(
                    scores: known.compactMap { fused[$0]?.evidence },
                    labels: known.map { labels[$0] }
                ).value(), known: study.participants.map(Self.scrambled).sorted(),
                isSynthetic: study.participants.contains {
                    $0.corpus.lowercased().contains("synthetic")
                },
                intendedUse: "Research on groups of participants. A PHQ-like score is no verdict "
                    + "on a person and no basis for a decision about one.",
                terms: Self.terms(of: parts)),
            parts: parts, fusion: fusion, scoreMargin: Self.margin(distances))
    }

    private init(
        format: Int, kind: String, card: Card, parts: [Part], fusion: LateFusion,
        scoreMargin: Double?
    ) {
        (self.format, self.kind, self.card) = (format, kind, card)
        (self.parts, self.fusion, self.scoreMargin) = (parts, fusion, scoreMargin)
    }

    private static func terms(of parts: [Part]) -> String? {
        parts.contains { part in
            part.columns.contains {
                LandmarkActivity.isOwn(FeatureColumn(name: $0, modality: part.modality))
            }
        } ? LandmarkModel.terms : nil
    }

    /// The distance that 90 % do not exceed, with the count of one more participant.
    private static func margin(_ ascending: [Double]) -> Double? {
        guard ascending.count >= 20 else { return nil }
        let rank = Int((0.9 * Double(ascending.count + 1)).rounded(.up)) - 1
        return ascending[min(rank, ascending.count - 1)]
    }

    /// Twelve digits of a hash of corpus and id.
    static func scrambled(_ participant: Participant) -> String {
        String(Data("\(participant.corpus)\u{0}\(participant.id)".utf8).sha256.prefix(12))
    }
}

extension ParticipantModel {
    /// The content of the file.
    public var data: Data {
        get throws { try JSONEncoder.readable.encode(self) }
    }

    /// - Throws: `DataError` for what is no model of participants.
    public init(contentsOf url: URL) throws {
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            throw DataError(
                .unreadable, file: url.path, found: "a file that cannot be read",
                expected: "a model of participants")
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch {
            throw DataError(
                .unknownForm, file: url.path, found: "another content",
                expected: "a model of participants, which mien participants fit writes")
        }
        guard kind == Self.kindName, format <= Self.currentFormat, format >= 1 else {
            throw DataError(
                .unknownForm, file: url.path, found: "\(kind.prefix(40)), format \(format)",
                expected: "\(Self.kindName), format \(Self.currentFormat) or older",
                advice: "A newer version of Mien may read it.")
        }
        let isWhole = parts.allSatisfy { $0.isWhole }
        guard !parts.isEmpty, isWhole, fusion.weights.weights.count == parts.count,
            fusion.scoreWeights.weights.count == parts.count
        else {
            throw DataError(
                .damaged, file: url.path, found: "numbers that do not fit together",
                expected: "a whole model of participants", advice: "Fit it again.")
        }
    }
}

extension ParticipantModel.Part {
    /// Whether formulas read columns that there are.
    fileprivate var isWhole: Bool {
        [model.logistic, model.ridge].compactMap(\.self).allSatisfy { formula in
            formula.weights.count == formula.columns.count
                && formula.medians.count == formula.columns.count
                && formula.flagWeights.count == formula.flagged.count
                && (formula.columns + formula.flagged).allSatisfy(columns.indices.contains)
        }
    }
}
