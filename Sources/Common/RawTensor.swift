public import Foundation

/// The elements of a tensor as a file holds them: row-major, little-endian.
public struct RawTensor: Sendable, Equatable {
    public let dtype: DType
    public let shape: [Int]
    public let bytes: Data
    /// Whether the bytes lie in a read-only mapping of a file, from which they can be read again.
    public let isMapped: Bool

    public init(dtype: DType, shape: [Int], bytes: [UInt8]) {
        self.init(dtype: dtype, shape: shape, bytes: Data(bytes))
    }

    public init(dtype: DType, shape: [Int], bytes: Data, isMapped: Bool = false) {
        precondition(
            bytes.count == shape.reduce(1, *) * dtype.byteSize,
            "expected \(shape.reduce(1, *) * dtype.byteSize) bytes for \(dtype) \(shape), "
                + "got \(bytes.count)")
        self.dtype = dtype
        self.shape = shape
        self.bytes = bytes
        self.isMapped = isMapped
    }

    public static func == (a: RawTensor, b: RawTensor) -> Bool {
        a.dtype == b.dtype && a.shape == b.shape && a.bytes == b.bytes
    }

    /// Float32 elements.
    public init(_ elements: [Float], shape: [Int]) {
        self.init(
            dtype: .float32, shape: shape,
            bytes: elements.withUnsafeBytes { Data($0) })
    }

    public var count: Int { bytes.count / dtype.byteSize }

    /// The elements of a tensor of floating-point numbers.
    public var floats: [Float] {
        bytes.withUnsafeBytes { bytes in
            switch dtype {
            case .float64:
                (0 ..< count).map {
                    Float(bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self))
                }
            case .bfloat16:
                (0 ..< count).map {
                    let bits = bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)
                    return Float(bitPattern: UInt32(bits) << 16)
                }
            case .float32:
                (0 ..< count).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
            case .float16:
                (0 ..< count).map {
                    Float(bytes.loadUnaligned(fromByteOffset: 2 * $0, as: Float16.self))
                }
            default: preconditionFailure("expected floating-point numbers, got \(dtype)")
            }
        }
    }
}
