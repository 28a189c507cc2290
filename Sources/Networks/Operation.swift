/// What a node computes.
public enum Operation: Sendable, Equatable, Codable {
    case convolution(ConvolutionSpecification)
    /// Each position becomes kernel x kernel positions, which do not overlap: the stride is the
    /// kernel. Weights are [inputs, outputs, height, width].
    case transposedConvolution(ConvolutionSpecification)
    /// Batch normalisation over this many channels.
    case batchNorm(channels: Int, epsilon: Double)
    case relu
    case sigmoid
    case maxPool(Window)
    /// - Parameter countsPadding: whether padding counts as zeros in the mean.
    case averagePool(Window, countsPadding: Bool)
    /// The mean over windows that divide the input into `side` x `side` parts.
    case adaptiveAveragePool(side: Int)
    /// The mean over all positions: [C, H, W] -> [C].
    case globalAveragePool
    /// The sum of all inputs.
    case add
    /// All inputs behind each other, by channel.
    case concatenate
    /// [C, H, W] -> [C * H * W]
    case flatten
    case linear(inputs: Int, outputs: Int)
    /// Sets this share of the values to zero in training.
    case dropout(Double)
}

/// A pair of vertical and horizontal counts.
public struct Extent: Sendable, Equatable, Codable, ExpressibleByIntegerLiteral {
    public let height: Int
    public let width: Int

    public init(_ height: Int, _ width: Int) {
        self.height = height
        self.width = width
    }

    public init(integerLiteral side: Int) { self.init(side, side) }
}

/// A convolution, with a bias where no batch normalisation follows.
public struct ConvolutionSpecification: Sendable, Equatable, Codable {
    public let inputs: Int
    public let outputs: Int
    public let kernel: Extent
    public let stride: Int
    public let padding: Extent
    /// Channels are divided into this many groups, each with kernels of its own.
    public let groups: Int
    public let hasBias: Bool

    public init(
        inputs: Int, outputs: Int, kernel: Extent, stride: Int = 1, padding: Extent = 0,
        groups: Int = 1, hasBias: Bool = false
    ) {
        precondition(
            inputs % groups == 0 && outputs % groups == 0,
            "expected \(groups) groups to divide \(inputs) and \(outputs) channels")
        self.inputs = inputs
        self.outputs = outputs
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.groups = groups
        self.hasBias = hasBias
    }

    /// [outputs, inputs / groups, height, width]
    public var weightShape: [Int] { [outputs, inputs / groups, kernel.height, kernel.width] }
}

/// The window of a pooling.
public struct Window: Sendable, Equatable, Codable {
    public let side: Int
    public let stride: Int
    public let padding: Int
    /// Whether a last window that lies partly behind the image counts (PyTorch's ceil_mode), as
    /// long as it begins before the padding.
    public let coversEdge: Bool

    public init(_ side: Int, stride: Int, padding: Int = 0, coversEdge: Bool = false) {
        self.side = side
        self.stride = stride
        self.padding = padding
        self.coversEdge = coversEdge
    }

    /// Windows along a side of so many positions; 0 where not even one fits.
    public func positions(along length: Int) -> Int {
        let room = length + 2 * padding - side
        guard room >= 0 else { return 0 }
        let whole = room / stride + 1
        let isPartLeft = coversEdge && room % stride > 0 && whole * stride < length + padding
        return isPartLeft ? whole + 1 : whole
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(Int.self, forKey: .side),
            stride: try container.decode(Int.self, forKey: .stride),
            padding: try container.decode(Int.self, forKey: .padding),
            coversEdge: try container.decodeIfPresent(Bool.self, forKey: .coversEdge) ?? false)
    }
}
