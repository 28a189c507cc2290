/// How a map is made.
public enum ExplanationMethod: String, Sendable, CaseIterable, Codable {
    case gradCAM = "gradcam"
    case gradCAMPlusPlus = "gradcam++"
    case layerCAM = "layercam"
    case hiResCAM = "hirescam"
    case occlusion

    /// "Grad-CAM", ...: the name in what people read.
    public var title: String {
        switch self {
        case .gradCAM: "Grad-CAM"
        case .gradCAMPlusPlus: "Grad-CAM++"
        case .layerCAM: "Layer-CAM"
        case .hiResCAM: "HiRes-CAM"
        case .occlusion: "occlusion"
        }
    }

    /// `nil` for occlusion, which looks at no layer.
    package var weighting: (any ActivationWeighting)? {
        switch self {
        case .gradCAM: GradCAM()
        case .gradCAMPlusPlus: GradCAMPlusPlus()
        case .layerCAM: LayerCAM()
        case .hiResCAM: HiResCAM()
        case .occlusion: nil
        }
    }
}
