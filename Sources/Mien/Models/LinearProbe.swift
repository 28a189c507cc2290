public import Evaluation
import Foundation

/// Log-odds that a crop is of one of two kinds, linear in what the stages of the network before the
/// last see of it: the means over space of their outputs. The last stage, trained to tell
/// expressions, knows less of anything else (docs/experiments).
public struct LinearProbe: Sendable, Equatable {
    /// Channels of what the stages before the last put out, together; of ResNet-18 and ResNet-34.
    public static let inputs = 64 + 128 + 256

    /// [``inputs``]
    public let weights: [Float]
    public let bias: Float
    /// Crops of either kind that it was fitted on.
    public let positives, negatives: Int
    /// How well they are told apart, each by what was fitted on others: area under the ROC curve.
    public let auc: Estimate

    package init(weights: [Float], bias: Float, positives: Int, negatives: Int, auc: Estimate) {
        self.weights = weights
        self.bias = bias
        self.positives = positives
        self.negatives = negatives
        self.auc = auc
    }

    /// The log-odds of a crop.
    /// - Parameter means: see ``Model/Output/pooledFeatures``.
    package func callAsFunction(_ means: [Float]) -> Double {
        zip(weights, means).reduce(Double(bias)) { $0 + Double($1.0) * Double($1.1) }
    }

    /// What was fitted on, and how well it tells.
    func inWords(_ positives: String, _ negatives: String) -> String {
        "by the network's stages before the last, fitted on \(self.positives) crops of "
            + "\(positives) and \(self.negatives) of \(negatives): AUC \(auc), each crop by a fit "
            + "on others"
    }
}

extension LinearProbe: Codable {
    fileprivate enum CodingKeys: String, CodingKey { case weights, bias, positives, negatives, auc }

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
        guard weights.count == Self.inputs, (weights + [bias]).allSatisfy(\.isFinite)
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .weights, in: container,
                debugDescription:
                    "found \(weights.count) weights, expected \(Self.inputs) numbers")
        }
        positives = try container.decode(Int.self, forKey: .positives)
        negatives = try container.decode(Int.self, forKey: .negatives)
        auc = try container.decode(Estimate.self, forKey: .auc)
    }

    /// The weights as base64 of float32, little-endian.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let bytes = weights.flatMap { number in
            (0 ..< 4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) }
        }
        try container.encode(Data(bytes), forKey: .weights)
        try container.encode(bias, forKey: .bias)
        try container.encode(positives, forKey: .positives)
        try container.encode(negatives, forKey: .negatives)
        try container.encode(auc, forKey: .auc)
    }
}

extension KeyedDecodingContainer {
    /// What the decoding of ``ModelCard`` calls. A line through the last stage, as files had it
    /// before, is left out: the model has none until it is fitted again.
    func decodeIfPresent(_ type: LinearProbe.Type, forKey key: Key) throws -> LinearProbe? {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        let line = try nestedContainer(keyedBy: LinearProbe.CodingKeys.self, forKey: key)
        return line.contains(.positives) ? try decode(type, forKey: key) : nil
    }
}
