import CScoring
import Common
import Foundation
import Networks

/// What scores: oneDNN behind its C header, loaded at the first use.
let scoring = cs_load().pointee

/// Why the engine does not compute a network.
public struct InferenceError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }

    /// With oneDNN's words on the last failure on this thread.
    static var last: InferenceError {
        InferenceError(scoring.last_error().map { String(cString: $0) } ?? "")
    }
}

/// A folded network in oneDNN. Any number of threads may use it at once.
final class ScoringGraph: @unchecked Sendable {
    let handle: cs_graph
    /// The layers in the order of the graph's nodes.
    let names: [String]
    let resultCount: Int

    /// Packs the weights of `network`, which is not needed after.
    /// - Parameters:
    ///   - size: side of the images that it packs for; `nil` where sizes vary from image to image.
    /// - Throws: `InferenceError` with oneDNN's reason.
    init(_ network: FoldedNetwork, dtype: DType, size: Int?) throws(InferenceError) {
        names = network.layers.map(\.name)
        resultCount = network.results.count
        var tensors = [Network.input: Int32(0)]
        for (index, name) in names.enumerated() { tensors[name] = Int32(index + 1) }
        func tensor(_ name: String) -> Int32 {
            guard let number = tensors[name] else {
                preconditionFailure("expected a layer \(name)")
            }
            return number
        }
        let inputs = network.layers.map { $0.inputs.map(tensor) }
        let results = network.results.map { tensor($0) - 1 }
        let probes = network.probes.map { tensor($0) - 1 }
        // Blocks of numbers and of bytes, so that the pointers into them hold for the whole call.
        let allInputs = inputs.flatMap(\.self)
        let numbers = network.layers.flatMap {
            ($0.weights?.factors ?? []) + ($0.weights?.bias ?? [])
        }
        var handle: cs_graph?
        let weights = network.layers.map { $0.weights?.weight.bytes ?? Data() }
        let pixels = network.pixels
        let status = Self.withBytes(of: weights) { weights in
            numbers.withUnsafeBufferPointer { numbers in
                allInputs.withUnsafeBufferPointer { allInputs in
                    var (nextNumber, nextInput) = (numbers.baseAddress, allInputs.baseAddress)
                    let nodes = network.layers.indices.map { index in
                        let layer = network.layers[index]
                        var node = cs_node(layer)
                        node.inputs = nextInput
                        node.input_count = Int32(inputs[index].count)
                        nextInput = nextInput?.advanced(by: inputs[index].count)
                        node.added = layer.addend.map(tensor) ?? -1
                        if let folded = layer.weights {
                            node.weight = weights[index]
                            node.factors = nextNumber
                            node.bias = nextNumber?.advanced(by: folded.factors.count)
                            nextNumber = nextNumber?.advanced(by: 2 * folded.factors.count)
                        }
                        return node
                    }
                    return pixels.scales.withUnsafeBufferPointer { scales in
                        pixels.offsets.withUnsafeBufferPointer { offsets in
                            nodes.withUnsafeBufferPointer { nodes in
                                results.withUnsafeBufferPointer { results in
                                    probes.withUnsafeBufferPointer { probes in
                                        var description = cs_description()
                                        description.dtype = dtype.rawValue
                                        description.input = cs_input(network)
                                        description.input.scale = scales.baseAddress
                                        description.input.offset = offsets.baseAddress
                                        description.nodes = nodes.baseAddress
                                        description.node_count = Int32(nodes.count)
                                        description.results = results.baseAddress
                                        description.result_count = Int32(results.count)
                                        description.probes = probes.baseAddress
                                        description.probe_count = Int32(probes.count)
                                        description.height = Int32(size ?? 0)
                                        description.width = Int32(size ?? 0)
                                        description.sizes_vary = size == nil
                                        return scoring.graph_create(&handle, &description)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        guard status == CS_OK, let handle else { throw .last }
        self.handle = handle
    }

    deinit { scoring.graph_free(handle) }

    /// Shape of a result for one image: channels, height, width.
    func shape(
        ofResult index: Int, height: Int, width: Int
    ) throws(InferenceError) -> (channels: Int, rows: Int, columns: Int) {
        var shape: (Int32, Int32, Int32) = (0, 0, 0)
        let status = withUnsafeMutableBytes(of: &shape) {
            scoring.graph_shape(
                handle, Int32(index), Int32(height), Int32(width),
                $0.assumingMemoryBound(to: Int32.self).baseAddress)
        }
        guard status == CS_OK else { throw .last }
        return (Int(shape.0), Int(shape.1), Int(shape.2))
    }

    /// Calls `body` with the addresses of all of these bytes.
    private static func withBytes<Result>(
        of blocks: [Data], _ addresses: [UnsafeRawPointer?] = [],
        _ body: ([UnsafeRawPointer?]) -> Result
    ) -> Result {
        guard addresses.count < blocks.count else { return body(addresses) }
        return blocks[addresses.count].withUnsafeBytes {
            withBytes(of: blocks, addresses + [$0.baseAddress], body)
        }
    }
}

extension cs_input {
    fileprivate init(_ network: FoldedNetwork) {
        self.init()
        let pixels = network.pixels
        planes = Int32(pixels.scales.count)
        has_ones = pixels.hasOnes
        cell = 1
        if let first = network.first {
            cell = Int32(first.cell)
            let (size, space) = (first.specification.kernel, first.specification.padding)
            kernel = (Int32(size.height), Int32(size.width))
            padding = (Int32(space.height), Int32(space.width))
        }
        range = pixels.range
    }
}

extension cs_node {
    fileprivate init(_ layer: FoldedNetwork.Layer) {
        self.init()
        activation = Int32(layer.activation.code)
        rectifies_sum = layer.rectifiesSum
        groups = 1
        kernel = (1, 1)
        stride = 1
        switch layer.operation {
        case .convolution(let convolution), .transposedConvolution(let convolution):
            let isTransposed = layer.operation == .transposedConvolution(convolution)
            operation = Int32(isTransposed ? CS_TRANSPOSED_CONVOLUTION : CS_CONVOLUTION)
            groups = Int32(convolution.groups)
            outputs = Int32(convolution.outputs)
            if let weights = layer.weights {
                let shape = weights.weight.shape
                source = Int32(isTransposed ? shape[0] : shape[1] * convolution.groups)
                kernel = (Int32(shape[2]), Int32(shape[3]))
                stride = Int32(weights.stride)
                padding = (Int32(weights.padding.height), Int32(weights.padding.width))
            }
        case .linear(let inputs, let width):
            operation = Int32(CS_LINEAR)
            source = Int32(inputs)
            outputs = Int32(width)
        case .maxPool(let window): set(CS_MAX_POOL, window)
        case .averagePool(let window, let countsPadding):
            set(countsPadding ? CS_AVERAGE_POOL : CS_AVERAGE_POOL_INSIDE, window)
        case .adaptiveAveragePool(let side):
            operation = Int32(CS_ADAPTIVE_AVERAGE_POOL)
            outputs = Int32(side)
        case .globalAveragePool: operation = Int32(CS_GLOBAL_AVERAGE_POOL)
        case .concatenate: operation = Int32(CS_CONCATENATE)
        case .add: operation = Int32(CS_ADD)
        case .relu, .sigmoid: operation = Int32(CS_ACTIVATION)
        case .batchNorm, .flatten, .dropout:
            preconditionFailure("expected \(layer.operation) to be folded")
        }
        dtype = layer.weights?.weight.dtype.rawValue ?? 0
        is_mapped = layer.weights?.weight.isMapped ?? false
        output_range = layer.weights?.outputRange ?? 0
    }

    private mutating func set(_ code: Int, _ window: Window) {
        operation = Int32(code)
        kernel = (Int32(window.side), Int32(window.side))
        stride = Int32(window.stride)
        padding = (Int32(window.padding), Int32(window.padding))
        covers_edge = window.coversEdge
    }
}

extension FoldedNetwork.Activation {
    fileprivate var code: Int {
        switch self {
        case .identity: CS_IDENTITY
        case .relu: CS_RELU
        case .logistic: CS_LOGISTIC
        }
    }
}
