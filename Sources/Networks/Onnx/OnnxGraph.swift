/// The computation of an ONNX file: nodes in order, and the float32 tensors that they use.
///
/// Of the format (github.com/onnx/onnx, onnx.proto, version 9) as much is read as networks of
/// convolutions need; what is of another kind is left out.
package struct OnnxGraph {
    package struct Node {
        package var operation = ""
        package var inputs: [String] = []
        package var outputs: [String] = []
        package var integers: [String: [Int]] = [:]
        package var floats: [String: Float] = [:]
    }

    package struct Tensor {
        package var shape: [Int] = []
        package var values: [Float] = []

        package init(shape: [Int] = [], values: [Float] = []) {
            self.shape = shape
            self.values = values
        }
    }

    package private(set) var nodes: [Node] = []
    package private(set) var tensors: [String: Tensor] = [:]

    /// - Parameter bytes: of the file.
    /// - Throws: `OnnxError` where they are no such file.
    package init(_ bytes: UnsafeRawBufferPointer) throws(OnnxError) {
        try ProtobufMessage(bytes).forEachField { number, value throws(OnnxError) in
            if number == 7 { try readGraph(value.message) }
        }
        guard !nodes.isEmpty else { throw OnnxError("it is no ONNX file") }
    }

    private mutating func readGraph(_ message: ProtobufMessage) throws(OnnxError) {
        try message.forEachField { number, value throws(OnnxError) in
            switch number {
            case 1: nodes.append(try Node(value.message))
            case 5:
                let (name, tensor) = try Tensor.read(value.message)
                if let tensor { tensors[name] = tensor }
            default: break
            }
        }
    }
}

/// Why an ONNX file cannot be used.
package struct OnnxError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

extension OnnxGraph.Node {
    fileprivate init(_ message: ProtobufMessage) throws(OnnxError) {
        try message.forEachField { number, value throws(OnnxError) in
            switch number {
            case 1: inputs.append(try value.text)
            case 2: outputs.append(try value.text)
            case 4: operation = try value.text
            case 5: try readAttribute(value.message)
            default: break
            }
        }
    }

    private mutating func readAttribute(_ message: ProtobufMessage) throws(OnnxError) {
        var name = ""
        var integers: [Int] = []
        try message.forEachField { number, value throws(OnnxError) in
            switch number {
            case 1: name = try value.text
            case 2: floats[name] = try value.float
            case 3, 8: integers += try value.integers
            default: break
            }
        }
        if !integers.isEmpty { self.integers[name] = integers }
    }
}

extension OnnxGraph.Tensor {
    /// - Returns: no tensor where its elements are not float32.
    fileprivate static func read(
        _ message: ProtobufMessage
    ) throws(OnnxError) -> (name: String, tensor: Self?) {
        var name = ""
        var kind = 0
        var tensor = Self()
        try message.forEachField { number, value throws(OnnxError) in
            switch number {
            case 1: tensor.shape += try value.integers
            case 2: kind = try value.integers.first ?? 0
            case 4, 9: tensor.values = try value.floats
            case 8: name = try value.text
            default: break
            }
        }
        guard kind == 1 else { return (name, nil) }
        var count = 1
        for side in tensor.shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: side)
            guard side >= 0, !overflow else {
                throw OnnxError("tensor \(name) has the shape \(tensor.shape)")
            }
            count = product
        }
        guard count == tensor.values.count else {
            throw OnnxError(
                "tensor \(name) of shape \(tensor.shape) has \(tensor.values.count) values")
        }
        return (name, tensor)
    }
}
