import Foundation

/// A feature with its meaning: the one place where it is described.
public struct FeatureDefinition: Sendable, Equatable {
    public let column: FeatureColumn
    /// What is computed, in a phrase.
    public let meaning: String

    init(
        _ modality: Modality, _ name: String, _ unit: String, _ source: String, _ meaning: String
    ) {
        column = FeatureColumn(name: name, modality: modality, unit: unit, source: source)
        self.meaning = meaning
    }

    /// "voice.f0_mean".
    var key: String { "\(column.modality.rawValue).\(column.name)" }
}

/// All features that can be computed, in the order of a table's columns.
public enum FeatureCatalogue {
    public static let all: [FeatureDefinition] =
        TimingFeatures.definitions + TextFeatures.definitions + VoiceFeatures.definitions
        + WaveFeatures.definitions + FaceFeatures.definitions + EmotionActivity.definitions
        + questionnaire + ProbeFeatures.definitions

    private static let questionnaire: [FeatureDefinition] =
        PHQ.itemNames.enumerated().map { index, name in
            FeatureDefinition(
                .questionnaire, "phq_\(index + 1)", "0 to 3", "10.1016/j.jad.2008.06.026",
                "item \(index + 1) of PHQ-8: \(name)")
        } + [
            FeatureDefinition(
                .questionnaire, "phq8_score", "0 to 24", "10.1016/j.jad.2008.06.026",
                "sum of items 1 to 8; one missing item pro rata")
        ]

    /// The table of all features as a page of Markdown.
    public static func markdown() -> String {
        var lines = [
            "# Features of participants", "",
            "Made by `mien participants features --markdown`. A value is missing where its file is.",
            "Sources are identifiers of papers (DOI, arXiv) or the program whose columns are summarised.",
            "Columns `landmarks_` need the model of Debian's package libdlib-data. Its training set, 300-W,",
            "excludes commercial use. Numbers in brackets are its points, from 0.",
        ]
        for modality in Modality.allCases {
            let members = all.filter { $0.column.modality == modality }
            lines += [
                "", "## \(modality.rawValue.capitalized) (\(members.count))", "",
                "| name | unit | feature | source |", "| --- | --- | --- | --- |",
            ]
            lines += members.map {
                "| `\($0.column.name)` | \($0.column.unit) | \($0.meaning) | \($0.column.source) |"
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// Values of features by ``FeatureDefinition/key``; what is missing is not there or `nan`.
typealias FeatureValues = [String: Double]
