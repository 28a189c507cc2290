internal import Foundation

/// What a face has to be like to be scored without a warning.
public struct FaceQualityLimits: Codable, Equatable, Sendable {
    public var minimumSize: Double
    public var minimumSharpness: Double
    public var minimumBrightness: Double
    public var maximumBrightness: Double
    public var minimumContrast: Double
    /// Of yaw and pitch, in degrees.
    public var maximumAngle: Double
    public var minimumVisibleShare: Double
    public var maximumOcclusion: Double

    public init(
        minimumSize: Double = 24, minimumSharpness: Double = 40, minimumBrightness: Double = 0.12,
        maximumBrightness: Double = 0.92, minimumContrast: Double = 0.06,
        maximumAngle: Double = 50, minimumVisibleShare: Double = 0.75,
        maximumOcclusion: Double = 0.5
    ) {
        self.minimumSize = minimumSize
        self.minimumSharpness = minimumSharpness
        self.minimumBrightness = minimumBrightness
        self.maximumBrightness = maximumBrightness
        self.minimumContrast = minimumContrast
        self.maximumAngle = maximumAngle
        self.minimumVisibleShare = minimumVisibleShare
        self.maximumOcclusion = maximumOcclusion
    }
}

extension FaceQuality {
    /// Why a face is of low quality: the value found, and the limit it passes.
    public enum Problem: Codable, Equatable, Sendable, CustomStringConvertible {
        case small(found: Double, limit: Double)
        case blurred(found: Double, limit: Double)
        case dark(found: Double, limit: Double)
        case bright(found: Double, limit: Double)
        case lowContrast(found: Double, limit: Double)
        case turned(found: Double, limit: Double)
        case cutOff(found: Double, limit: Double)
        case covered(found: Double, limit: Double)

        /// One word, for tables and programs.
        public var name: String {
            switch self {
            case .small: "small"
            case .blurred: "blurred"
            case .dark: "dark"
            case .bright: "bright"
            case .lowContrast: "low_contrast"
            case .turned: "turned"
            case .cutOff: "cut_off"
            case .covered: "covered"
            }
        }

        public var description: String {
            switch self {
            case .small(let found, let limit):
                "the face is \(Self.rounded(found, 0)) pixels large; \(Self.rounded(limit, 0)) are needed"
            case .blurred(let found, let limit):
                "it is blurred: sharpness \(Self.rounded(found, 0)), at least \(Self.rounded(limit, 0)) "
                    + "is needed"
            case .dark(let found, let limit):
                "it is too dark: brightness \(Self.rounded(found, 2)), at least "
                    + "\(Self.rounded(limit, 2)) is needed"
            case .bright(let found, let limit):
                "it is too bright: brightness \(Self.rounded(found, 2)), at most "
                    + "\(Self.rounded(limit, 2)) is usable"
            case .lowContrast(let found, let limit):
                "it has too little contrast: \(Self.rounded(found, 2)), at least "
                    + "\(Self.rounded(limit, 2)) is needed"
            case .turned(let found, let limit):
                "the head is turned by about \(Self.rounded(found, 0)) degrees; at most "
                    + "\(Self.rounded(limit, 0)) are usable"
            case .cutOff(let found, let limit):
                "the picture's edge cuts it off: \(Self.rounded(100 * found, 0)) % is visible, "
                    + "\(Self.rounded(100 * limit, 0)) % are needed"
            case .covered(let found, let limit):
                "something seems to cover it: occlusion \(Self.rounded(found, 2)), at most "
                    + "\(Self.rounded(limit, 2)) is usable"
            }
        }

        private static func rounded(_ value: Double, _ places: Int) -> String {
            String(format: "%.\(places)f", value)
        }
    }
}
