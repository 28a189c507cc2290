import Foundation

extension ParticipantModel: CustomStringConvertible {
    /// The card for people.
    public var description: String {
        func text(_ value: Double, _ digits: Int = 3) -> String {
            String(format: "%.\(digits)f", value)
        }
        var lines = [
            (card.isSynthetic ? "SYNTHETIC participants. " : "")
                + "Fitted on \(card.participants) participants, \(card.positives) positive, of "
                + card.corpora.joined(separator: ", ") + ".",
            "Modality, columns, weight, strength C, ridge penalty:",
        ]
        for (part, weight) in zip(parts, fusion.weights.weights) {
            let penalty = part.model.penalty.map { ", \(text($0, 0))" } ?? ", no scores"
            lines.append(
                "  \(part.modality.rawValue), \(part.columns.count), \(text(weight)), "
                    + "\(part.model.strength)" + penalty)
        }
        if let area = card.innerAUC {
            lines.append(
                "AUC by inner folds, n \(card.participants), no interval: \(text(area)). Fusion and "
                    + "calibration saw these participants; an evaluation gives the honest number.")
        }
        if let scoreMargin {
            lines.append("90 % of scores lay within \(text(scoreMargin, 1)) by inner folds.")
        }
        if let terms = card.terms { lines.append("\(terms).") }
        return (lines + [card.intendedUse]).joined(separator: "\n")
    }
}
