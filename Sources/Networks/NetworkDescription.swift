/// A network in numbers: layers, shapes, parameters and multiply-adds for images of one size.
public struct NetworkDescription: Sendable, Encodable, CustomStringConvertible {
    /// A layer with its shape, parameters and multiply-adds.
    public struct Layer: Sendable, Encodable {
        public let name: String
        public let operation: String
        public let inputs: [String]
        /// [C, H, W] or [C]; `nil` where the image is too small for a second head.
        public let shape: [Int]?
        /// Numbers that training changes.
        public let parameters: Int
    }

    public let name: String
    public let imageSize: Int
    public let inputChannels: Int
    public let layers: [Layer]
    /// Of what the logits depend on.
    public let parameters: Int
    /// Of a second head, which only training uses.
    public let auxiliaryParameters: Int
    /// Multiplications with an addition for one image.
    public let multiplyAdds: Int

    /// - Throws: ``NetworkError`` where images of this size do not fit.
    public init(of network: Network, imageSize: Int) throws(NetworkError) {
        let shapes = try network.shapes(imageSize: imageSize)
        name = network.name
        self.imageSize = imageSize
        inputChannels = network.inputChannels
        layers = network.nodes.map { node in
            Layer(
                name: node.name, operation: "\(node.operation)", inputs: node.inputs,
                shape: shapes[node.name],
                parameters: node.parameters.reduce(0) { $1.isLearnt ? $0 + $1.count : $0 })
        }
        parameters = network.parameterCount(countsAuxiliary: false)
        auxiliaryParameters = network.parameterCount() - parameters
        multiplyAdds = try network.multiplyAdds(imageSize: imageSize)
    }

    /// A table, the sums below it.
    public var description: String {
        let header = ["layer", "operation", "output", "parameters"]
        let rows = layers.map { layer in
            [
                layer.name, layer.operation,
                layer.shape.map { $0.map(String.init).joined(separator: " x ") } ?? "-",
                layer.parameters > 0 ? grouped(layer.parameters) : "",
            ]
        }
        let widths = header.indices.map { column in
            ([header] + rows).map { $0[column].count }.max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            let padded = zip(cells, widths).enumerated().map { column, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 3 ? space + cell.0 : cell.0 + space
            }
            return padded.joined(separator: "  ")
        }
        var lines = ["\(name), \(inputChannels) x \(imageSize) x \(imageSize)", line(header)]
        lines += rows.map(line)
        lines.append("\(grouped(parameters)) parameters")
        if auxiliaryParameters > 0 {
            lines.append(
                "\(grouped(auxiliaryParameters)) more in the head that training alone uses")
        }
        lines.append("\(grouped(multiplyAdds)) multiply-adds an image")
        return lines.joined(separator: "\n")
    }
}

/// "11,177,538"
private func grouped(_ number: Int) -> String {
    var digits = Array(String(number))
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
    return String(digits)
}

extension Operation: CustomStringConvertible {
    /// "convolution 7 x 7, stride 2, 64 channels"
    public var description: String {
        switch self {
        case .convolution(let convolution):
            "convolution \(convolution.kernel.height) x \(convolution.kernel.width)"
                + (convolution.stride > 1 ? ", stride \(convolution.stride)" : "")
                + (convolution.groups > 1 ? ", \(convolution.groups) groups" : "")
        case .transposedConvolution(let convolution):
            "transposed convolution \(convolution.kernel.height) x \(convolution.kernel.width)"
        case .batchNorm: "batch norm"
        case .relu: "ReLU"
        case .sigmoid: "sigmoid"
        case .maxPool(let window): "max pooling \(window)"
        case .averagePool(let window, _): "average pooling \(window)"
        case .adaptiveAveragePool(let side): "average pooling to \(side) x \(side)"
        case .globalAveragePool: "global average pooling"
        case .add: "addition"
        case .concatenate: "concatenation"
        case .flatten: "flattening"
        case .linear: "linear"
        case .dropout(let share): "dropout \(share)"
        }
    }
}

extension Window: CustomStringConvertible {
    public var description: String {
        "\(side) x \(side), stride \(stride)" + (coversEdge ? ", to the edge" : "")
    }
}
