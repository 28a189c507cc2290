import Evaluation
import Foundation

/// How numbers and names are put in reports, model cards and comparisons.
enum Wording {
    private static let locale = Locale(identifier: "en_US")

    /// "3,199".
    static func count(_ number: Int) -> String { number.formatted(.number.locale(locale)) }

    /// "77.1 %".
    static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

    static func decimals(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }

    /// "0.0004", "below 0.0001", "not defined".
    static func pValue(_ value: Double?) -> String {
        guard let value else { return "not defined" }
        return value < 0.0001 ? "below 0.0001" : decimals(value, 4)
    }

    static func metric(_ metric: BinaryMetric) -> String {
        switch metric {
        case .accuracy: "accuracy"
        case .auc: "AUC"
        case .balancedAccuracy: "balanced accuracy"
        case .sensitivity: "sensitivity"
        case .specificity: "specificity"
        case .precision: "precision"
        case .f1: "F1"
        case .mcc: "Matthews correlation"
        case .averagePrecision: "average precision"
        case .brier: "Brier score (0 is best)"
        case .ece: "calibration error (0 is best)"
        case .logLoss: "log loss, nats (0 is best)"
        }
    }

    static func labels(_ labels: LabelProtocol) -> String {
        switch labels {
        case .fer2013: "the data's own emotion; every row that has one"
        case .ferplus:
            "the emotion that more than half of the FER+ votes name, single votes set aside; "
                + "rows without such a majority are left out"
        case .ferplusArgmax: "the emotion with the most FER+ votes; rows without one are left out"
        case .ferplusVotes: "the shares of the FER+ votes over the eight emotions"
        }
    }

    /// "about the score, in a sentence": what it is of.
    static func score(_ mapping: LabelMapping) -> String { "\(mapping.name) expression score" }

    static func day(_ date: Date) -> String {
        date.formatted(.iso8601.year().month().day())
    }

    /// What the score must not be taken for.
    static let notADiagnosis =
        "A face is not a diagnosis. The score says how likely annotators are to have called an "
        + "expression by one of the positive emotions. It measures neither mood nor illness, nor "
        + "what someone feels."

    static let noDecisions =
        "Use no output as a basis for a decision about a person, and read no face without its "
        + "owner's consent."

    static let proxy =
        "The publication that this follows calls the positive class \"depressed\"; that is a proxy "
        + "label made from emotions, and nothing more is claimed for it."
}

extension Split {
    /// "valid split (PublicTest in FER-2013)".
    func inWords(isSynthetic: Bool) -> String {
        "\(rawValue) split" + (isSynthetic ? "" : " (\(usage) in FER-2013)")
    }
}

extension EvaluationReport {
    /// "valid split (PublicTest in FER-2013), n 3,199, labels ferplus".
    func rowsInWords(split: String) -> String {
        let part: String
        if split == EvaluationSession.heldOut {
            part = "training rows held out for validation"
        } else if let used = self.split.used {
            part = used.inWords(isSynthetic: isSynthetic)
        } else {
            part = "all rows"
        }
        return "\(part), n \(Wording.count(metrics.n)), labels \(labels.rawValue)"
    }
}
