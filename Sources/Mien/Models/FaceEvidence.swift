public import Evaluation
import Foundation

/// How a model tells faces from what only resembles one: log-odds that are linear in what its
/// last layers see of a crop. They are added to those of the face detector where these alone leave
/// doubt, so that faces are found that the detector is not sure of, and textures are not.
public struct FaceEvidence: Sendable, Equatable {
    /// [``ResNet/Depth/features``]
    public let weights: [Float]
    public let bias: Float
    /// Crops that it was fitted on.
    public let faces, others: Int
    /// How well they are told apart, each by what was fitted on others: area under the ROC curve.
    public let auc: Estimate

    package init(weights: [Float], bias: Float, faces: Int, others: Int, auc: Estimate) {
        self.weights = weights
        self.bias = bias
        self.faces = faces
        self.others = others
        self.auc = auc
    }

    /// The most that is added to the detector's log-odds or taken from them.
    private static let limit = 2.0

    /// The detector's confidences about which evidence can decide, where a face is to have a
    /// confidence of at least `minimum`.
    package static func doubt(about minimum: Double) -> Range<Double> {
        let odds = logOdds(minimum)
        return logistic(odds - limit) ..< logistic(odds + limit)
    }

    /// The detector's confidence with the evidence, 0...1.
    package static func confidence(_ detector: Double, with evidence: Double) -> Double {
        logistic(logOdds(detector) + min(max(evidence, -limit), limit))
    }

    private static func logOdds(_ confidence: Double) -> Double {
        log(confidence / (1 - confidence))
    }

    static func logistic(_ odds: Double) -> Double { 1 / (1 + exp(-odds)) }
}

extension FaceEvidence: Codable {
    private enum CodingKeys: String, CodingKey { case weights, bias, faces, others, auc }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let bytes = try container.decode(Data.self, forKey: .weights)
        weights = stride(from: 0, to: bytes.count - bytes.count % 4, by: 4).map { start in
            Float(
                bitPattern: bytes[start ..< start + 4].reversed().reduce(0) {
                    $0 << 8 | UInt32($1)
                })
        }
        bias = try container.decode(Float.self, forKey: .bias)
        faces = try container.decode(Int.self, forKey: .faces)
        others = try container.decode(Int.self, forKey: .others)
        auc = try container.decode(Estimate.self, forKey: .auc)
        guard weights.count == ResNet.Depth.features, (weights + [bias]).allSatisfy(\.isFinite)
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .weights, in: container,
                debugDescription:
                    "found \(weights.count) weights, expected \(ResNet.Depth.features) numbers")
        }
    }

    /// The weights as base64 of float32, little-endian.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let bytes = weights.flatMap { number in
            (0 ..< 4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) }
        }
        try container.encode(Data(bytes), forKey: .weights)
        try container.encode(bias, forKey: .bias)
        try container.encode(faces, forKey: .faces)
        try container.encode(others, forKey: .others)
        try container.encode(auc, forKey: .auc)
    }
}

extension FaceEvidence: CustomStringConvertible {
    public var description: String {
        "told from what only resembles one by the network's features, fitted on \(faces) crops "
            + "of faces and \(others) others: AUC \(auc), each crop by a fit on others"
    }
}
