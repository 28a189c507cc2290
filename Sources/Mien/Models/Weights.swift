public import Foundation

/// A file of weights that others have published.
public struct PretrainedWeights: Sendable, Equatable {
    /// That of the architecture: `resnet18`.
    public let name: String
    public let url: URL

    public init(name: String, url: URL) {
        self.name = name
        self.url = url
    }

    public var fileName: String { url.lastPathComponent }

    /// The start of the file's SHA-256 in hexadecimal digits, which PyTorch's file names end with:
    /// `f37072fd` of `resnet18-f37072fd.pth`. Empty when the name has none.
    public var digestPrefix: String {
        let stem = url.deletingPathExtension().lastPathComponent
        guard let dash = stem.lastIndex(of: "-") else { return "" }
        let digits = stem[stem.index(after: dash)...]
        return digits.count >= 8 && digits.allSatisfy(\.isHexDigit) ? digits.lowercased() : ""
    }

    /// torchvision's, trained on ImageNet (`IMAGENET1K_V1`).
    public static let imageNet: [PretrainedWeights] = [
        "resnet18-f37072fd.pth", "resnet34-b627a593.pth", "resnet50-0676ba61.pth",
        "vgg16-397923af.pth", "vgg16_bn-6c64b313.pth", "inception_v3_google-0cc3c7bd.pth",
    ].compactMap { file in
        URL(string: "https://download.pytorch.org/models/\(file)").map {
            PretrainedWeights(
                name: String(file.prefix { $0 != "-" }).replacing("_google", with: ""), url: $0)
        }
    }
}

/// Why weights could not be had: what was asked for, the reason, and what to do.
public struct WeightsError: Error, Sendable, Equatable, NamesSettings {
    public let subject: String
    public let reason: String
    /// A sentence, or empty.
    public let advice: Advice
    /// Whether what was asked for cannot be used, rather than something failing on the way.
    public let isInput: Bool

    public init(_ subject: String, reason: String, advice: Advice = "", isInput: Bool = false) {
        self.subject = subject
        self.reason = reason
        self.advice = advice
        self.isInput = isInput
    }

    public var message: Advice {
        let sentence: Advice = "\(subject): \(reason)."
        return advice.isEmpty ? sentence : "\(sentence) \(advice)"
    }
}
