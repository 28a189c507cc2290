/// A message in the wire format of protocol buffers (protobuf.dev/programming-guides/encoding).
struct ProtobufMessage {
    private let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// What a field holds.
    enum Value {
        case varint(UInt64)
        case fixed32(UInt32)
        case fixed64(UInt64)
        case bytes(UnsafeRawBufferPointer)
    }

    /// The fields in their order.
    /// - Throws: what `body` throws, and `OnnxError` where a field does not end within the message.
    func forEachField(
        _ body: (_ number: Int, _ value: Value) throws(OnnxError) -> Void
    ) throws(OnnxError) {
        var reader = ProtobufReader(bytes)
        while !reader.isAtEnd {
            let key = try reader.varint()
            let value: Value
            switch key & 7 {
            case 0: value = .varint(try reader.varint())
            case 1: value = .fixed64(try reader.fixed(UInt64.self))
            case 2: value = .bytes(try reader.bytes(count: reader.varint()))
            case 5: value = .fixed32(try reader.fixed(UInt32.self))
            default: throw OnnxError("it is no ONNX file")
            }
            try body(Int(truncatingIfNeeded: key >> 3), value)
        }
    }
}

extension ProtobufMessage.Value {
    private static let otherKind = OnnxError("a field of the ONNX file is of another kind")

    var message: ProtobufMessage {
        get throws(OnnxError) { ProtobufMessage(try span) }
    }

    var text: String {
        get throws(OnnxError) { String(decoding: try span, as: UTF8.self) }
    }

    var float: Float {
        get throws(OnnxError) {
            guard case .fixed32(let bits) = self else { throw Self.otherKind }
            return Float(bitPattern: bits)
        }
    }

    /// Of one field, or packed.
    var integers: [Int] {
        get throws(OnnxError) {
            if case .varint(let value) = self { return [Int(truncatingIfNeeded: value)] }
            var reader = ProtobufReader(try span)
            var result: [Int] = []
            while !reader.isAtEnd { result.append(Int(truncatingIfNeeded: try reader.varint())) }
            return result
        }
    }

    /// Packed: four bytes each, the lowest first.
    var floats: [Float] {
        get throws(OnnxError) {
            let bytes = try span
            guard bytes.count % 4 == 0 else { throw Self.otherKind }
            return (0 ..< bytes.count / 4).map {
                Float(
                    bitPattern: UInt32(
                        littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
            }
        }
    }

    /// Packed: eight bytes each, the lowest first.
    var longs: [Int] {
        get throws(OnnxError) {
            let bytes = try span
            guard bytes.count % 8 == 0 else { throw Self.otherKind }
            return (0 ..< bytes.count / 8).map {
                Int(
                    truncatingIfNeeded: Int64(
                        littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self)))
            }
        }
    }

    private var span: UnsafeRawBufferPointer {
        get throws(OnnxError) {
            guard case .bytes(let bytes) = self else { throw Self.otherKind }
            return bytes
        }
    }
}

private struct ProtobufReader {
    private var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func bytes(count: UInt64) throws(OnnxError) -> UnsafeRawBufferPointer {
        guard count <= UInt64(rest.count) else { throw OnnxError("the ONNX file is cut off") }
        let result = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(count)))
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(Int(count)))
        return result
    }

    mutating func fixed<Value: FixedWidthInteger>(_: Value.Type) throws(OnnxError) -> Value {
        let bytes = try bytes(count: UInt64(MemoryLayout<Value>.size))
        return Value(littleEndian: bytes.loadUnaligned(as: Value.self))
    }

    /// Seven bits a byte, the lowest first.
    mutating func varint() throws(OnnxError) -> UInt64 {
        var result: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            let byte = try bytes(count: 1)[0]
            result |= UInt64(byte & 0x7f) << UInt64(shift)
            if byte < 0x80 { return result }
        }
        throw OnnxError("it is no ONNX file")
    }
}
