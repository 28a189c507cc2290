/// The networks that Mien describes, by their names on the command line and in model files.
public enum Architecture: String, Sendable, CaseIterable, Codable {
    case resnet18, resnet34, resnet50, vgg16
    case vgg16BatchNorm = "vgg16_bn"
    case inceptionV3 = "inception_v3"
    case shallowCNN = "shallow_cnn"
    case tiny

    /// The network with a head of this many outputs.
    /// - Parameter inputChannels: 3 for colour; `nil` for what the architecture was designed for.
    public func network(outputs: Int, inputChannels: Int? = nil) -> Network {
        let channels = inputChannels ?? (self == .shallowCNN ? 1 : 3)
        return switch self {
        case .resnet18:
            .resNet(
                rawValue, blocks: [2, 2, 2, 2], outputs: outputs, inputChannels: channels)
        case .resnet34:
            .resNet(
                rawValue, blocks: [3, 4, 6, 3], outputs: outputs, inputChannels: channels)
        case .resnet50:
            .bottleneckResNet(
                rawValue, blocks: [3, 4, 6, 3], outputs: outputs, inputChannels: channels)
        case .vgg16:
            .vgg16(rawValue, hasBatchNorm: false, outputs: outputs, inputChannels: channels)
        case .vgg16BatchNorm:
            .vgg16(rawValue, hasBatchNorm: true, outputs: outputs, inputChannels: channels)
        case .inceptionV3: .inceptionV3(outputs: outputs, inputChannels: channels)
        case .shallowCNN: .shallowCNN(outputs: outputs, inputChannels: channels)
        case .tiny: .tiny(outputs: outputs, inputChannels: channels)
        }
    }

    /// The side in pixels of the images that the authors trained on.
    public var imageSize: Int {
        switch self {
        case .inceptionV3: 299
        case .shallowCNN: 48
        case .tiny: 96
        default: 224
        }
    }
}

extension Architecture {
    /// All names, for help texts.
    public static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
