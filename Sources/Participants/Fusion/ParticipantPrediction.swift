import Evaluation
import Foundation
import Mien

/// What a model says of a participant: a PHQ-like score with contributions, and no verdict.
public struct ParticipantPrediction: Sendable, Codable, Equatable {
    public let participant: String
    public let corpus: String
    /// `nil` where the model learnt no scores, or has nothing to say.
    public let score: Double?
    /// The ends of its interval of 90 %, 0 or more.
    public let scoreLow: Double?
    public let scoreHigh: Double?
    /// Of the positive proxy label.
    public let probability: Double?
    /// Log-odds that each modality adds; `nil` for one without values.
    public let contributions: [String: Double?]
    /// The log-odds without any modality.
    public let base: Double
    /// Points of the score that each modality adds; they add up to the score.
    public let scoreContributions: [String: Double?]
    /// Share of the model's columns that are missing.
    public let missing: Double
    /// Why the model abstains; `nil` where it does not.
    public let abstention: String?
    /// Whether the model learnt from this participant.
    public let isKnown: Bool

    private enum CodingKeys: String, CodingKey {
        case participant, corpus, probability, contributions, base, missing, abstention
        case score = "phq_like_score"
        case scoreLow = "phq_like_score_low"
        case scoreHigh = "phq_like_score_high"
        case scoreContributions = "score_contributions"
        case isKnown = "learnt_from"
    }
}

extension ParticipantModel {
    /// Above this share of missing columns the model abstains.
    public static let mostMissing = 0.5

    /// What the model says of each participant of a table.
    /// - Parameters:
    ///   - name: of the table, for messages.
    ///   - leastConfidence: the model abstains where the larger of both probabilities is below.
    /// - Throws: `DataError` for a table without the model's columns.
    public func predict(
        _ table: ParticipantTable, name: String, abstainingBelow leastConfidence: Double = 0
    ) throws -> [ParticipantPrediction] {
        try table.requireParticipantsOnce(name)
        var positions: [[Int]] = []
        for part in parts {
            let own = Dictionary(
                table.positions(of: part.modality).map { (table.columns[$0].name, $0) },
                uniquingKeysWith: { first, _ in first })
            let found = part.columns.compactMap { own[$0] }
            guard found.count == part.columns.count || own.isEmpty else {
                let lacking = part.columns.filter { own[$0] == nil }
                throw DataError(
                    .mismatch, file: name,
                    found: "\(lacking.count) of the model's columns missing, such as "
                        + "\(part.modality.rawValue).\(lacking[0])",
                    expected: "all columns of a modality, or none of it",
                    advice: "Compute the features as for the model's table.")
            }
            positions.append(found)
        }
        guard positions.contains(where: { !$0.isEmpty }) else {
            throw DataError(
                .mismatch, file: name, found: "none of the model's modalities",
                expected: modalities.map(\.rawValue).joined(separator: ", "))
        }
        let known = Set(card.known)
        return table.participants.indices.map { index in
            prediction(
                table.participants[index],
                zip(parts, positions).map { part, positions in
                    positions.isEmpty
                        ? part.columns.map { _ in Double.nan }
                        : positions.map { table.values[index][$0] }
                }, known, leastConfidence)
        }
    }

    private func prediction(
        _ participant: Participant, _ rows: [[Double]], _ known: Set<String>,
        _ leastConfidence: Double
    ) -> ParticipantPrediction {
        let own = zip(parts, rows).map { part, row in
            row.contains(where: \.isFinite)
                ? part.model(row.map { $0.isFinite ? $0 : .nan }) : nil
        }
        let fused = fusion(own)
        let columns = rows.flatMap(\.self)
        let missing = Double(columns.count { !$0.isFinite }) / Double(max(columns.count, 1))
        let probability = fused.map { fusion.calibration.probability(evidence: $0.evidence) }
        var abstention: String?
        if fused == nil {
            abstention = "no values of the model's modalities"
        } else if missing > Self.mostMissing {
            abstention = "more than half of the columns are missing"
        } else if let probability, max(probability, 1 - probability) < leastConfidence {
            abstention = "confidence below \(leastConfidence)"
        }
        let names = parts.map(\.modality.rawValue)
        let shares = fusion.scoreWeights.shares(own.map { $0?.score != nil })
        let points = zip(shares, own).map { share, prediction in
            prediction?.score.map { share * $0 }
        }
        let score = fused?.score
        return ParticipantPrediction(
            participant: participant.id, corpus: participant.corpus, score: score,
            scoreLow: score.flatMap { value in scoreMargin.map { max(0, value - $0) } },
            scoreHigh: score.flatMap { value in scoreMargin.map { value + $0 } },
            probability: probability,
            contributions: Dictionary(
                uniqueKeysWithValues: zip(names, fusion.contributions(own))),
            base: fusion.calibration.intercept,
            scoreContributions: Dictionary(uniqueKeysWithValues: zip(names, points)),
            missing: missing, abstention: abstention,
            isKnown: known.contains(Self.scrambled(participant)))
    }

    /// The predictions as a table.
    public func csv(_ predictions: [ParticipantPrediction]) -> String {
        let names = modalities.map(\.rawValue)
        let header =
            [
                "participant", "corpus", "phq_like_score", "phq_like_score_low",
                "phq_like_score_high", "probability", "abstains", "reason",
            ] + names.map { "logit.\($0)" } + ["logit.base"] + names.map { "score.\($0)" }
            + ["missing", "learnt_from"]
        func text(_ value: Double?) -> String? { value.map { String(format: "%.4f", $0) } }
        return CSV.table(
            header,
            predictions.map { row -> [String?] in
                let isSilent = row.abstention != nil
                var fields: [String?] = [row.participant, row.corpus]
                for value in [row.score, row.scoreLow, row.scoreHigh, row.probability] {
                    fields.append(isSilent ? nil : text(value))
                }
                fields += [isSilent ? "yes" : "no", row.abstention]
                for name in names { fields.append(text(row.contributions[name] ?? nil)) }
                fields.append(text(row.base))
                for name in names { fields.append(text(row.scoreContributions[name] ?? nil)) }
                fields += [text(row.missing), row.isKnown ? "yes" : "no"]
                return fields
            })
    }
}
