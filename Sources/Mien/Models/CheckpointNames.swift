import Torch

/// How a program names the tensors of a residual network: from torchvision's name to its own.
struct CheckpointNames {
    /// For people; empty for torchvision's own names.
    let title: String
    let name: @Sendable (String) -> String

    /// timm has torchvision's names too.
    static let known = [
        CheckpointNames(title: "") { $0 },
        CheckpointNames(title: "shortcut for downsample") {
            $0.replacing(".downsample.", with: ".shortcut.")
        },
        CheckpointNames(title: "Hugging Face", name: huggingFace),
        CheckpointNames(title: "numbered layers", name: numbered),
    ]

    /// `torch.nn.Sequential(*resnet.children())`
    private static func numbered(_ name: String) -> String {
        let children = [
            "conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7",
        ]
        let first = String(name.prefix { $0 != "." })
        return (children[first] ?? first) + name.dropFirst(first.count)
    }

    /// transformers, `ResNetModel` of basic blocks.
    private static func huggingFace(_ name: String) -> String {
        let parts = name.split(separator: ".").map(String.init)
        let stem = ["conv1": "convolution", "bn1": "normalization"]
        if let part = stem[parts[0]] {
            return (["embedder", "embedder", part] + parts.dropFirst()).joined(separator: ".")
        }
        guard let stage = Int(parts[0].dropFirst("layer".count)), parts.count >= 4 else {
            return name
        }
        let layers = [
            "conv1": "layer.0.convolution", "bn1": "layer.0.normalization",
            "conv2": "layer.1.convolution", "bn2": "layer.1.normalization",
        ]
        let block = "encoder.stages.\(stage - 1).layers.\(parts[1])"
        if let layer = layers[parts[2]] { return "\(block).\(layer).\(parts[3])" }
        let part = parts[3] == "0" ? "convolution" : "normalization"
        return "\(block).shortcut.\(part).\(parts.last ?? "")"
    }
}
