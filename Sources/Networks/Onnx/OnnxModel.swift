/// An ONNX file in the making: nodes, tensors, inputs, outputs, metadata.
///
/// Field numbers are those of onnx.proto (github.com/onnx/onnx, IR version 4 to 10).
struct OnnxModel {
    /// The version of the operators, 9 to 21.
    let operatorSet: Int
    private var nodes: [ProtobufWriter] = []
    private var tensors: [(name: String, shape: [Int], values: [Float])] = []
    private var inputs: [(name: String, shape: [Dimension])] = []
    private var outputs: [(name: String, shape: [Dimension])] = []

    enum Dimension {
        case fixed(Int)
        case symbol(String)
    }

    enum Attribute {
        case integer(Int)
        case integers([Int])
        case float(Float)
    }

    init(operatorSet: Int) { self.operatorSet = operatorSet }

    /// The oldest file version that knows the operators.
    private var fileVersion: Int {
        switch operatorSet {
        case ...9: 4
        case 10: 5
        case 11: 6
        case 12 ... 14: 7
        case 15 ... 18: 8
        case 19 ... 20: 9
        default: 10
        }
    }

    mutating func add(input name: String, _ shape: [Dimension]) { inputs.append((name, shape)) }

    mutating func add(output name: String, _ shape: [Dimension]) { outputs.append((name, shape)) }

    mutating func add(tensor name: String, _ shape: [Int], _ values: [Float]) -> String {
        tensors.append((name, shape, values))
        return name
    }

    /// - Returns: the name of what the node puts out, which is its own.
    @discardableResult
    mutating func add(
        _ operation: String, _ name: String, _ inputs: [String],
        _ attributes: KeyValuePairs<String, Attribute> = [:]
    ) -> String {
        var node = ProtobufWriter()
        for input in inputs { node.text(1, input) }
        node.text(2, name)
        node.text(3, name)
        node.text(4, operation)
        for (key, value) in attributes {
            node.message(5) { attribute in
                attribute.text(1, key)
                switch value {
                case .float(let number):
                    attribute.float(2, number)
                    attribute.varint(20, 1)
                case .integer(let number):
                    attribute.varint(3, number)
                    attribute.varint(20, 2)
                case .integers(let numbers):
                    for number in numbers { attribute.varint(8, number) }
                    attribute.varint(20, 7)
                }
            }
        }
        nodes.append(node)
        return name
    }

    /// The bytes of the file.
    func file(
        graph name: String, producer: String, version: String,
        metadata: [(key: String, value: String)]
    ) -> [UInt8] {
        var file = ProtobufWriter()
        file.varint(1, fileVersion)
        file.text(2, producer)
        file.text(3, version)
        file.message(7) { graph in
            for node in nodes { graph.embed(1, node) }
            graph.text(2, name)
            for tensor in tensors {
                graph.message(5) { message in
                    for side in tensor.shape { message.varint(1, side) }
                    message.varint(2, Self.float32)
                    message.text(8, tensor.name)
                    message.floats(9, tensor.values)
                }
            }
            for input in inputs { graph.message(11) { Self.describe(input, &$0) } }
            for output in outputs { graph.message(12) { Self.describe(output, &$0) } }
        }
        file.message(8) { operators in
            operators.text(1, "")
            operators.varint(2, operatorSet)
        }
        for entry in metadata {
            file.message(14) {
                $0.text(1, entry.key)
                $0.text(2, entry.value)
            }
        }
        return file.bytes
    }

    private static let float32 = 1

    private static func describe(
        _ value: (name: String, shape: [Dimension]), _ writer: inout ProtobufWriter
    ) {
        writer.text(1, value.name)
        writer.message(2) { type in
            type.message(1) { tensor in
                tensor.varint(1, float32)
                tensor.message(2) { shape in
                    for dimension in value.shape {
                        shape.message(1) {
                            switch dimension {
                            case .fixed(let side): $0.varint(1, side)
                            case .symbol(let name): $0.text(2, name)
                            }
                        }
                    }
                }
            }
        }
    }
}
