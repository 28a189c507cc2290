import Foundation

/// What the int8 weights of a model were made from, and what that changed.
public struct Quantization: Sendable, Codable, Equatable {
    /// SHA-256 of the float model's file.
    public let modelSHA256: String
    /// The images whose largest activations the scales are from.
    public let calibrationRows: Int
    /// The split of the data that they are of.
    public let calibrationSplit: String
    public let dataSHA256: String?
    /// Decides which rows.
    public let seed: UInt64
    /// With the float model, on rows that were not calibrated on; `nil` where there were none.
    public var agreement: Agreement?

    /// How like the scores of the int8 and the float model are.
    public struct Agreement: Sendable, Codable, Equatable {
        public let rows: String
        public let n: Int
        /// The share of rows with the same decision at 0.5.
        public let sameDecision: Double
        public let meanDifference: Double
        public let largestDifference: Double
        /// What the float model scored in.
        public let reference: String
    }
}

extension ModelFileError {
    /// An int8 model where gradients or trained weights are needed.
    public static func needsFloat(_ path: String, to purpose: String) -> ModelFileError {
        ModelFileError(
            path: path, reason: "an int8 model cannot \(purpose)",
            advice: "Give the float model that it was made from.")
    }
}

extension Quantization: CustomStringConvertible {
    public var description: String {
        let made =
            "int8, calibrated on \(calibrationRows) images (\(calibrationSplit), seed \(seed))"
        guard let agreement else { return "\(made); not compared with the float model" }
        return made
            + String(
                format: "; against the float model in \(agreement.reference) on %d rows "
                    + "(\(agreement.rows)): same decision %.4f, score differs by %.4f in the "
                    + "mean, %.4f at most",
                agreement.n, agreement.sameDecision, agreement.meanDifference,
                agreement.largestDifference)
    }
}
