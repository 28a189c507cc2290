import Imaging
import Networks

/// Writes ONNX files of few nodes.
struct OnnxWriter {
    private var graph = Wire()
    private(set) var tensors: [String: OnnxGraph.Tensor] = [:]

    /// The file.
    var bytes: [UInt8] {
        var model = Wire()
        model.add(1, varint: 4)
        model.add(7, graph.bytes)
        return model.bytes
    }

    mutating func node(
        _ operation: String, _ inputs: [String], _ output: String, ints: [String: [Int]] = [:],
        floats: [String: Float] = [:]
    ) {
        var node = Wire()
        for input in inputs { node.add(1, Array(input.utf8)) }
        node.add(2, Array(output.utf8))
        node.add(4, Array(operation.utf8))
        for (name, values) in ints {
            var attribute = Wire()
            attribute.add(1, Array(name.utf8))
            // One value is an integer, several are a list.
            for value in values { attribute.add(values.count == 1 ? 3 : 8, varint: value) }
            node.add(5, attribute.bytes)
        }
        for (name, value) in floats {
            var attribute = Wire()
            attribute.add(1, Array(name.utf8))
            attribute.add(2, value)
            node.add(5, attribute.bytes)
        }
        graph.add(1, node.bytes)
    }

    mutating func input(_ name: String, _ shape: [Int]) {
        var sides = Wire()
        for side in shape {
            var dimension = Wire()
            dimension.add(1, varint: side)
            sides.add(1, dimension.bytes)
        }
        var kind = Wire()
        kind.add(1, varint: 1)
        kind.add(2, sides.bytes)
        var type = Wire()
        type.add(1, kind.bytes)
        var place = Wire()
        place.add(1, Array(name.utf8))
        place.add(2, type.bytes)
        graph.add(11, place.bytes)
    }

    mutating func output(_ name: String) {
        var place = Wire()
        place.add(1, Array(name.utf8))
        graph.add(12, place.bytes)
    }

    /// A tensor of int64.
    mutating func integers(_ name: String, _ values: [Int]) {
        var tensor = Wire()
        tensor.add(1, varint: values.count)
        tensor.add(2, varint: 7)
        for value in values { tensor.add(7, varint: value) }
        tensor.add(8, Array(name.utf8))
        graph.add(5, tensor.bytes)
    }

    mutating func tensor(_ name: String, _ shape: [Int], _ values: [Float]) {
        var tensor = Wire()
        for side in shape { tensor.add(1, varint: side) }
        tensor.add(2, varint: 1)
        tensor.add(8, Array(name.utf8))
        tensor.add(
            9, values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) })
        graph.add(5, tensor.bytes)
        tensors[name] = OnnxGraph.Tensor(shape: shape, values: values)
    }
}

/// The wire format of protocol buffers.
private struct Wire {
    var bytes: [UInt8] = []

    private mutating func write(_ value: Int) {
        var rest = UInt64(bitPattern: Int64(value))
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func add(_ number: Int, varint value: Int) {
        write(number << 3)
        write(value)
    }

    mutating func add(_ number: Int, _ content: [UInt8]) {
        write(number << 3 | 2)
        write(content.count)
        bytes += content
    }

    mutating func add(_ number: Int, _ value: Float) {
        write(number << 3 | 5)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }
}
