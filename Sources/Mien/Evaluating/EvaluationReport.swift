public import Evaluation

/// What a model does on the rows of one split: every number with its interval, and what it was
/// measured on.
public struct EvaluationReport: Sendable {
    /// The results on the rows of one emotion.
    public struct EmotionRow: Sendable, Codable {
        public let emotion: String
        public let n: Int
        /// Whether the mapping counts it as positive.
        public let positive: Bool
        /// Of the binary decision.
        public let accuracy: Estimate
        public let meanScore: Double

        enum CodingKeys: String, CodingKey {
            case emotion, n, positive, accuracy
            case meanScore = "mean_score"
        }
    }

    /// What people reach on the same faces and the same question.
    public struct Human: Sendable, Codable {
        /// One tagger against the strict majority of the others.
        public let singleTaggerAccuracy: Estimate
        public let singleTaggerSensitivity: Estimate
        public let singleTaggerSpecificity: Estimate
        public let comparisons: Int
        public let faces: Int
        public let panels: [AnnotatorPanel]

        enum CodingKeys: String, CodingKey {
            case singleTaggerAccuracy = "single_tagger_accuracy"
            case singleTaggerSensitivity = "single_tagger_sensitivity"
            case singleTaggerSpecificity = "single_tagger_specificity"
            case comparisons, faces, panels
        }
    }

    /// The temperature of the model file and what it does on these rows.
    public struct CalibrationReport: Sendable, Codable {
        /// 1 without calibration.
        public let temperature: Double
        /// What it was fitted on; `nil` for a model without one.
        public let fit: Calibration?
        /// With a temperature of 1.
        public let before: CalibrationMeasures
        /// As the model file says: what the rest of the report is of.
        public let after: CalibrationMeasures
        /// A sentence where before and after are no fair comparison.
        public let note: String?

        enum CodingKeys: String, CodingKey {
            case temperature, before, after, note
            case fit = "fitted_on"
        }
    }

    public let metrics: BinaryMetrics
    public let labels: LabelProtocol
    public let split: ResolvedSplit
    public let positive: LabelMapping
    public let byEmotion: [EmotionRow]
    public let baseline: BaseRate
    /// How much of the positive class is neutral faces.
    public let neutralShareOfPositives: Estimate
    /// Without the rows whose pixels also occur in the training split; `nil` where the data has
    /// no training rows.
    public let withoutDuplicates: BinaryMetrics?
    /// Without those either whose picture nearly occurs there; `nil` likewise.
    public let withoutNearDuplicates: BinaryMetrics?
    /// Without the rows that the model was trained on; `nil` where it was on none, or that is not
    /// known.
    public let notTrainedOn: BinaryMetrics?
    /// What the model did with these rows before; `nil` in reports of earlier versions.
    public let seenRows: SeenRows.Summary?
    /// How intervals are made; `nil` in reports of earlier versions, which made them by rows.
    public let interval: IntervalBasis?
    /// What a reader must know beside the numbers, in sentences.
    public let notes: [Advice]
    /// The decision between all emotions, for a model that has them.
    public let emotions: MulticlassMetrics?
    /// `nil` for data without votes.
    public let human: Human?
    public let mappings: AlternativeMappings
    public let predictiveValues: PredictiveValues
    public let calibration: CalibrationReport
    public let selective: SelectivePrediction
    public let groups: GroupReport
    /// `nil` unless asked for.
    public let corruptions: RobustnessReport?
    public let modelSHA256: String
    public let sources: [Dataset.Source]
    public let isSynthetic: Bool
    public let imagesPerSecond: Double
    public let precision: String
}
