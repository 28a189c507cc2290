/// Writes a message in the wire format of protocol buffers (protobuf.dev/programming-guides/encoding).
package struct ProtobufWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func varint(_ number: Int, _ value: Int) {
        key(number, wireType: 0)
        append(UInt64(bitPattern: Int64(value)))
    }

    package mutating func float(_ number: Int, _ value: Float) {
        key(number, wireType: 5)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }

    package mutating func double(_ number: Int, _ value: Double) {
        key(number, wireType: 1)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }

    package mutating func text(_ number: Int, _ value: String) { field(number, value.utf8) }

    package mutating func message(_ number: Int, _ body: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        body(&inner)
        field(number, inner.bytes)
    }

    /// Four bytes each, the lowest first.
    mutating func floats(_ number: Int, _ values: [Float]) {
        key(number, wireType: 2)
        append(UInt64(4 * values.count))
        bytes.reserveCapacity(bytes.count + 4 * values.count)
        for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 } }
    }

    mutating func embed(_ number: Int, _ message: ProtobufWriter) { field(number, message.bytes) }

    private mutating func field(_ number: Int, _ content: some Collection<UInt8>) {
        key(number, wireType: 2)
        append(UInt64(content.count))
        bytes += content
    }

    private mutating func key(_ number: Int, wireType: Int) {
        append(UInt64(number << 3 | wireType))
    }

    /// Seven bits a byte, the lowest first.
    private mutating func append(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F | 0x80))
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
