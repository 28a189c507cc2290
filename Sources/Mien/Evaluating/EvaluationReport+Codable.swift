import Evaluation
import Foundation

/// A JSON object with the keys of ``BinaryMetrics`` and those below. What could not be measured is
/// an object with a `reason`, or `null` values with one.
extension EvaluationReport: Codable {
    private enum Key: String, CodingKey {
        case labels = "protocol"
        case split
        case splitUsed = "split_used"
        case splitNote = "split_note"
        case positiveClasses = "positive_classes"
        case byEmotion = "by_emotion"
        case baseline
        case neutralShareOfPositives = "neutral_share_of_positives"
        case withoutDuplicates = "without_duplicates"
        case withoutNearDuplicates = "without_near_duplicates"
        case notTrainedOn = "not_trained_on"
        case seenRows = "trained_on"
        case interval, notes
        case intervalBasis = "interval_basis"
        case emotions, human, mappings
        case predictiveValues = "predictive_values"
        case calibration
        case selective = "selective_prediction"
        case groups, corruptions
        case modelSHA256 = "model_sha256"
        case dataSHA256 = "data_sha256"
        case sources, synthetic
        case imagesPerSecond = "images_per_s"
        case computePrecision = "compute_precision"
    }

    private struct NoValue: Codable { let reason: String }

    private static let everyRow = "all"

    public func encode(to encoder: any Encoder) throws {
        try metrics.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(labels, forKey: .labels)
        try container.encode(split.requested, forKey: .split)
        try container.encode(split.used?.usage ?? Self.everyRow, forKey: .splitUsed)
        try container.encodeIfPresent(split.note, forKey: .splitNote)
        try container.encode(positive, forKey: .positiveClasses)
        try container.encode(byEmotion, forKey: .byEmotion)
        try container.encode(baseline, forKey: .baseline)
        try container.encode(neutralShareOfPositives, forKey: .neutralShareOfPositives)
        func encode(_ value: (some Encodable)?, _ key: Key, otherwise reason: String) throws {
            if let value {
                try container.encode(value, forKey: key)
            } else {
                try container.encode(NoValue(reason: reason), forKey: key)
            }
        }
        try encode(
            withoutDuplicates, .withoutDuplicates,
            otherwise: "the data has no training rows to compare with")
        try encode(
            withoutNearDuplicates, .withoutNearDuplicates,
            otherwise: "the data has no training rows to compare with")
        try encode(
            notTrainedOn, .notTrainedOn,
            otherwise: seenRows?.training == 0
                ? "the model was trained on none of these rows"
                : "it is not known which rows the model was trained on")
        try container.encodeIfPresent(seenRows, forKey: .seenRows)
        try container.encodeIfPresent(interval?.text, forKey: .interval)
        try container.encodeIfPresent(interval, forKey: .intervalBasis)
        try container.encode(notes, forKey: .notes)
        try container.encodeIfPresent(emotions, forKey: .emotions)
        try encode(human, .human, otherwise: "the data has no votes")
        try container.encode(mappings, forKey: .mappings)
        try container.encode(predictiveValues, forKey: .predictiveValues)
        try container.encode(calibration, forKey: .calibration)
        try container.encode(selective, forKey: .selective)
        try container.encode(groups, forKey: .groups)
        try encode(corruptions, .corruptions, otherwise: "not asked for")
        try container.encode(modelSHA256, forKey: .modelSHA256)
        try container.encode(sources.isEmpty ? nil : sources.combinedSHA256, forKey: .dataSHA256)
        try container.encode(sources, forKey: .sources)
        try container.encode(isSynthetic, forKey: .synthetic)
        try container.encode(imagesPerSecond, forKey: .imagesPerSecond)
        try container.encode(precision, forKey: .computePrecision)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func decode<Value: Decodable>(_ key: Key) throws -> Value {
            try container.decode(Value.self, forKey: key)
        }
        func decodeUnlessMissing<Value: Decodable>(_ key: Key) throws -> Value? {
            guard container.contains(key) else { return nil }
            if (try? container.decode(NoValue.self, forKey: key)) != nil { return nil }
            return try container.decode(Value.self, forKey: key)
        }
        metrics = try BinaryMetrics(from: decoder)
        labels = try decode(.labels)
        split = ResolvedSplit(
            requested: try decode(.split), used: Split(name: try decode(.splitUsed)),
            note: try container.decodeIfPresent(String.self, forKey: .splitNote))
        positive = try decode(.positiveClasses)
        byEmotion = try decode(.byEmotion)
        baseline = try decode(.baseline)
        neutralShareOfPositives = try decode(.neutralShareOfPositives)
        withoutDuplicates = try decodeUnlessMissing(.withoutDuplicates)
        withoutNearDuplicates = try decodeUnlessMissing(.withoutNearDuplicates)
        notTrainedOn = try decodeUnlessMissing(.notTrainedOn)
        seenRows = try container.decodeIfPresent(SeenRows.Summary.self, forKey: .seenRows)
        interval = try container.decodeIfPresent(IntervalBasis.self, forKey: .intervalBasis)
        notes = try container.decodeIfPresent([Advice].self, forKey: .notes) ?? []
        emotions = try container.decodeIfPresent(MulticlassMetrics.self, forKey: .emotions)
        human = try decodeUnlessMissing(.human)
        mappings = try decode(.mappings)
        predictiveValues = try decode(.predictiveValues)
        calibration = try decode(.calibration)
        selective = try decode(.selective)
        groups = try decode(.groups)
        corruptions = try decodeUnlessMissing(.corruptions)
        modelSHA256 = try decode(.modelSHA256)
        sources = try decode(.sources)
        isSynthetic = try decode(.synthetic)
        imagesPerSecond = try decode(.imagesPerSecond)
        precision = try decode(.computePrecision)
    }
}
