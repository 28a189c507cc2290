import Foundation
import TestSupport
import Testing
import Torch

/// Values in [-1, 1), those of `pattern` of Golden/pattern.py.
func pattern(_ seed: UInt32, _ shape: [Int]) -> Tensor {
    Tensor(patternValues(seed: seed, count: shape.reduce(1, *)), shape: shape)
}

/// A float32 tensor from literals.
func floats(_ values: [Float], shape: [Int]) -> Tensor { Tensor(values, shape: shape) }

/// An int64 tensor from literals.
func integers(_ values: [Int64], shape: [Int]) -> Tensor { Tensor(values, shape: shape) }

/// Shape and row-major values of a tensor in a golden file.
struct GoldenTensor: Decodable {
    let shape: [Int]
    let values: [Float]

    var tensor: Tensor { Tensor(values, shape: shape) }
}

func readGolden<Content: Decodable>(_ name: String) throws -> Content {
    let url = try #require(
        Bundle.module.url(forResource: "Golden/\(name)", withExtension: "json"))
    return try JSONDecoder().decode(Content.self, from: Data(contentsOf: url))
}

/// Same shape, and no element further off than `relative` times the largest expected magnitude:
/// an element that is a sum may cancel to nearly zero, its rounding error does not.
///
/// Both sides run the same operations in the same order; 1e-5, some 80 units in the last place
/// of float32, leaves room for the kernels that libtorch picks by processor and thread count.
func expectClose(
    _ got: Tensor, _ expected: GoldenTensor, relative: Float = 1e-5, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(got.shape == expected.shape, "\(what)", sourceLocation: sourceLocation)
    let error = zip(got.floats, expected.values).map { abs($0 - $1) }
    let scale = expected.values.map(abs).max() ?? 0
    // Not `error > limit`, which a NaN would pass.
    let isClose = error.allSatisfy { $0 <= relative * scale }
    #expect(
        isClose, "\(what): off by \(error.max() ?? 0), largest value \(scale)",
        sourceLocation: sourceLocation)
}

extension Tensor {
    /// The same values as a leaf that gets a gradient.
    func asLeaf() -> Tensor {
        let leaf = detached().clone()
        leaf.requiresGradient = true
        return leaf
    }
}
