import CTorch

/// How the elements of a four-dimensional tensor lie in memory; its shape stays [N, C, H, W].
public enum MemoryFormat: Int32, Sendable {
    case contiguous = 0
    case channelsLast = 1
}

extension Tensor {
    /// A float32 tensor of `shape` with `values` in row-major order.
    public convenience init(_ values: [Float], shape: [Int]) {
        self.init(copying: values, shape: shape, dtype: .float32)
    }

    /// An int64 tensor of `shape` with `values` in row-major order.
    public convenience init(_ values: [Int64], shape: [Int]) {
        self.init(copying: values, shape: shape, dtype: .int64)
    }

    private convenience init<Element>(copying values: [Element], shape: [Int], dtype: DType) {
        precondition(
            values.count == shape.reduce(1, *) || FailureScope.hasFailed,
            "expected \(shape.reduce(1, *)) values for shape \(shape), got \(values.count)")
        self.init(bytes: values.withUnsafeBytes { Array($0) }, shape: shape, dtype: dtype)
    }

    /// A tensor from the little-endian elements in `bytes`, row-major.
    public convenience init(bytes: [UInt8], shape: [Int], dtype: DType) {
        precondition(
            bytes.count == shape.reduce(1, *) * dtype.byteSize || FailureScope.hasFailed,
            "expected \(shape.reduce(1, *) * dtype.byteSize) bytes for \(dtype) \(shape), "
                + "got \(bytes.count)")
        self.init(
            owning: newHandle("Tensor.init") { handle in
                bytes.withUnsafeBytes {
                    ct.tensor_from_data(
                        &handle, $0.baseAddress, shape.map(Int64.init), Int32(shape.count),
                        dtype.rawValue)
                }
            })
    }

    /// A tensor of one value.
    public static func full(_ shape: [Int], _ value: Double, dtype: DType = .float32) -> Tensor {
        tensor {
            ct.tensor_full(&$0, shape.map(Int64.init), Int32(shape.count), value, dtype.rawValue)
        }
    }

    /// A tensor of zeros.
    public static func zeros(_ shape: [Int], dtype: DType = .float32) -> Tensor {
        full(shape, 0, dtype: dtype)
    }

    /// Values of a normal distribution, a function of the low 32 bits of `seed` alone: libtorch's
    /// generator takes no more.
    public static func normal(
        _ shape: [Int], mean: Double = 0, standardDeviation: Double, seed: UInt64
    ) -> Tensor {
        tensor {
            ct.tensor_normal(
                &$0, shape.map(Int64.init), Int32(shape.count), mean, standardDeviation, seed)
        }
    }

    /// Initial weights: normal around zero, or without a seed zeros.
    static func initial(_ shape: [Int], standardDeviation: Double, seed: UInt64?) -> Tensor {
        guard let seed else { return .zeros(shape) }
        return .normal(shape, standardDeviation: standardDeviation, seed: seed)
    }

    /// The elements as little-endian bytes, row-major.
    public var bytes: [UInt8] { copied(count * dtype.byteSize) }

    /// The elements as float32, row-major.
    public var floats: [Float] { to(dtype: .float32).copied(count) }

    /// The elements as int64, row-major.
    public var integers: [Int64] { to(dtype: .int64).copied(count) }

    /// - Parameter length: in elements of the array.
    private func copied<Element: Numeric>(_ length: Int) -> [Element] {
        [Element](unsafeUninitializedCapacity: length) { buffer, initialized in
            check {
                ct.tensor_copy_out(
                    handle, buffer.baseAddress, length * MemoryLayout<Element>.stride)
            }
            // Nobody sees them: see ``catchingTensorErrors(_:)``.
            if FailureScope.hasFailed { buffer.initialize(repeating: 0) }
            initialized = length
        }
    }

    /// The single element of a tensor with one element.
    public var scalar: Float {
        precondition(
            count == 1 || FailureScope.hasFailed, "expected one element, got shape \(shape)")
        return floats[0]
    }
}
