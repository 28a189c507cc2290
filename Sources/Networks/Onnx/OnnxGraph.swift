/// The computation of an ONNX file: nodes in order, and the float32 and int64 tensors that they use.
///
/// Of the format (github.com/onnx/onnx, onnx.proto, version 9) as much is read as networks of
/// convolutions need; what is of another kind is left out.
package struct OnnxGraph {
    package struct Node {
        package var name = ""
        package var operation = ""
        package var inputs: [String] = []
        package var outputs: [String] = []
        package var integers: [String: [Int]] = [:]
        package var floats: [String: Float] = [:]
        package var texts: [String: String] = [:]
        package var tensors: [String: Tensor] = [:]
    }

    package struct Tensor {
        package var shape: [Int] = []
        package var values: [Float] = []
        /// Of an int64 tensor, which has no `values`.
        package var integers: [Int] = []

        package init(shape: [Int] = [], values: [Float] = []) {
            self.shape = shape
            self.values = values
        }
    }

    /// What goes in or comes out, by name; a side is `nil` where the file leaves it open.
    package struct Place {
        package var name = ""
        package var shape: [Int?] = []
    }

    package private(set) var nodes: [Node] = []
    package private(set) var inputs: [Place] = []
    package private(set) var outputs: [Place] = []
    package private(set) var tensors: [String: Tensor] = [:]
    /// The types (onnx.proto, TensorProto.DataType) of the other tensors, by name.
    package private(set) var unread: [String: Int] = [:]

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
                let (name, kind, tensor) = try Tensor.read(value.message)
                tensors[name] = tensor
                if tensor == nil { unread[name] = kind }
            case 11: inputs.append(try Place(value.message))
            case 12: outputs.append(try Place(value.message))
            default: break
            }
        }
    }
}

/// Why an ONNX file cannot be used.
public struct OnnxError: Error, Sendable, CustomStringConvertible {
    public let description: String

    package init(_ description: String) { self.description = description }
}

extension OnnxGraph.Node {
    fileprivate init(_ message: ProtobufMessage) throws(OnnxError) {
        try message.forEachField { number, value throws(OnnxError) in
            switch number {
            case 1: inputs.append(try value.text)
            case 2: outputs.append(try value.text)
            case 3: name = try value.text
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
            case 4: texts[name] = try value.text
            case 5: tensors[name] = try OnnxGraph.Tensor.read(value.message).tensor
            default: break
            }
        }
        if !integers.isEmpty { self.integers[name] = integers }
    }
}

extension OnnxGraph.Tensor {
    /// - Returns: no tensor where its elements are neither float32 nor int64.
    fileprivate static func read(
        _ message: ProtobufMessage
    ) throws(OnnxError) -> (name: String, kind: Int, tensor: Self?) {
        var name = ""
        var kind = 0
        var tensor = Self()
        var raw: ProtobufMessage.Value?
        try message.forEachField { number, value throws(OnnxError) in
            switch number {
            case 1: tensor.shape += try value.integers
            case 2: kind = try value.integers.first ?? 0
            case 4: tensor.values += try value.floats
            case 7: tensor.integers += try value.integers
            case 9: raw = value
            case 8: name = try value.text
            default: break
            }
        }
        switch kind {
        case 1: tensor.values += try raw?.floats ?? []
        case 7: tensor.integers += try raw?.longs ?? []
        default: return (name, kind, nil)
        }
        var count = 1
        for side in tensor.shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: side)
            guard side >= 0, !overflow else {
                throw OnnxError("tensor \(name) has the shape \(tensor.shape)")
            }
            count = product
        }
        let found = kind == 1 ? tensor.values.count : tensor.integers.count
        guard count == found else {
            throw OnnxError("tensor \(name) of shape \(tensor.shape) has \(found) values")
        }
        return (name, kind, tensor)
    }
}

extension OnnxGraph.Place {
    fileprivate init(_ message: ProtobufMessage) throws(OnnxError) {
        try message.forEachField { number, value throws(OnnxError) in
            switch number {
            case 1: name = try value.text
            case 2: try readType(value.message)
            default: break
            }
        }
    }

    /// Type -> tensor -> shape -> dimensions.
    private mutating func readType(_ message: ProtobufMessage) throws(OnnxError) {
        try message.forEachField { number, value throws(OnnxError) in
            guard number == 1 else { return }
            try value.message.forEachField { number, value throws(OnnxError) in
                guard number == 2 else { return }
                try value.message.forEachField { number, value throws(OnnxError) in
                    guard number == 1 else { return }
                    var side: Int?
                    try value.message.forEachField { number, value throws(OnnxError) in
                        if number == 1 { side = try value.integers.first }
                    }
                    shape.append(side.flatMap { $0 > 0 ? $0 : nil })
                }
            }
        }
    }
}
