import Foundation
import Mien
import Networks
import TestSupport
import Testing
import Torch

/// What Golden/resnet18.py wrote.
struct ResNetGolden: Decodable {
    struct Pass: Decodable {
        let logits: [Float]
        let loss: Float
        let bfloat16Logits: [Float]?
        let shapes: [String: [Int]]?
        let gradients: [String: [Double]]
        let buffers: [String: [Double]]
    }
    let training: Pass
    let evaluation: Pass

    static func read() throws -> ResNetGolden {
        let url = try #require(
            Bundle.module.url(forResource: "Golden/resnet18", withExtension: "json"))
        return try JSONDecoder().decode(ResNetGolden.self, from: Data(contentsOf: url))
    }

    static func images() -> Tensor {
        let shape = [2, 3, 64, 64]
        return Tensor(pattern(name: "images", count: shape.reduce(1, *)), shape: shape)
    }

    /// A network with the weights and statistics of the golden file.
    static func network(outputs: Int = 2) -> NetworkModule {
        let network = NetworkModule(Architecture.resnet18.network(outputs: outputs), seed: 0)
        for (path, _, tensor) in network.namedTensors where tensor.dtype == .float32 {
            let (scale, offset) = scaling(of: path, shape: tensor.shape)
            let values = pattern(name: path, count: tensor.count).map { $0 * scale + offset }
            tensor.assign(Tensor(values, shape: tensor.shape))
        }
        return network
    }

    /// Convolutions have the variance of Kaiming's weights (fan out); the rest is near 0 or 1.
    private static func scaling(of path: String, shape: [Int]) -> (Float, Float) {
        if shape.count == 4 {
            return (Float((6 / Double(shape[0] * shape[2] * shape[3])).squareRoot()), 0)
        }
        let isPositive =
            path.hasSuffix("running_var")
            || path.hasSuffix(".weight") && shape.count == 1
        return isPositive ? (0.25, 1) : (0.125, 0)
    }

    /// Values in [-1, 1), a function of the name (FNV-1a of it is the seed).
    static func pattern(name: String, count: Int) -> [Float] {
        patternValues(
            seed: name.utf8.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }, count: count)
    }
}

/// Compares a tensor with its summary: 2-norm, sum, dot product with a pattern, first values.
///
/// All deviations are measured against the norm: a deviation of relative size r changes the sum
/// by at most r norm sqrt(n), and the dot product by at most r norm times the pattern's norm,
/// which for independent roundings is r norm in the mean.
func expectSummary(
    _ tensor: Tensor, _ expected: [Double], relative: Double, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let values = tensor.floats.map(Double.init)
    let direction = ResNetGolden.pattern(name: name + ".direction", count: values.count)
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let dot = zip(values, direction).reduce(0) { $0 + $1.0 * Double($1.1) }
    let got = [norm, values.reduce(0, +), dot] + values.prefix(4)
    let root = Double(values.count).squareRoot()
    #expect(got.count == expected.count, "\(name)", sourceLocation: sourceLocation)
    #expect(expected[0] > 0, "\(name)", sourceLocation: sourceLocation)
    for (index, (a, b)) in zip(got, expected).enumerated() {
        let limit = relative * expected[0] * (index == 1 ? root : 1)
        let part = ["norm", "sum", "dot product"].dropFirst(index).first ?? "value \(index - 3)"
        #expect(
            abs(a - b) <= limit, "\(name), \(part): got \(a), expected \(b) within \(limit)",
            sourceLocation: sourceLocation)
    }
}

extension NetworkModule {
    func logits(of images: Tensor, training: Bool) -> Tensor {
        training ? trained(on: images, seed: 0).logits : self(images)
    }
}
