package import Imaging

/// Describes a grey face of 48 x 48 pixels by numbers that are computed by rule, not learnt.
package protocol FeatureExtractor: Sendable {
    /// How many numbers describe a face.
    var count: Int { get }

    /// - Parameters:
    ///   - pixels: [48, 48], row by row from the top.
    ///   - features: room for `count` numbers, all of which are written.
    func extract(
        _ pixels: UnsafeBufferPointer<UInt8>, into features: UnsafeMutableBufferPointer<Float>)
}

extension FeatureExtractor {
    /// The features of one face: [count]
    package func features(of pixels: [UInt8]) -> [Float] {
        precondition(
            pixels.count == FaceGrid.area, "expected 48 x 48 pixels, got \(pixels.count)")
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            buffer.initialize(repeating: 0)
            pixels.withUnsafeBufferPointer {
                extract($0, into: UnsafeMutableBufferPointer(rebasing: buffer[0 ..< count]))
            }
            initialized = count
        }
    }
}

/// The size of the faces that hand-made features are of.
package enum FaceGrid {
    package static let side = 48
    static let area = side * side
}

/// The features that can be asked for by name.
public enum FeatureKind: String, Sendable, Codable, CaseIterable {
    case hog, lbp, gabor, landmarks, geometry

    /// "HOG", ...: the name in what people read.
    public var title: String {
        switch self {
        case .hog: "HOG"
        case .lbp: "LBP"
        case .gabor: "Gabor"
        case .landmarks: "landmarks"
        case .geometry: "geometry"
        }
    }

    /// Whether they are of the 68 points that `LandmarkModel` finds.
    public var needsLandmarks: Bool { ofPixels == nil }

    /// `nil` where pixels are not enough.
    package var ofPixels: (any FeatureExtractor)? {
        switch self {
        case .hog: OrientedGradients()
        case .lbp: LocalBinaryPatterns()
        case .gabor: GaborFilters()
        case .landmarks, .geometry: nil
        }
    }

    /// How many numbers describe a face.
    package var count: Int { ofPixels?.count ?? LandmarkFeatures.count(self) }
}

/// Several features, one after the other.
package struct ConcatenatedFeatures: FeatureExtractor {
    private let parts: [any FeatureExtractor]
    private let equalizesHistogram: Bool
    package let count: Int

    /// - Parameter landmarks: of 68 points, for kinds that need it.
    package init(
        _ kinds: [FeatureKind], equalizesHistogram: Bool = false, landmarks: LandmarkModel? = nil
    ) {
        var parts: [any FeatureExtractor] = []
        for kind in kinds {
            if let extractor = kind.ofPixels {
                parts.append(extractor)
            } else if let earlier = parts.last as? LandmarkFeatures {
                parts[parts.count - 1] = earlier.followed(by: kind)
            } else if let landmarks {
                parts.append(LandmarkFeatures([kind], of: landmarks))
            } else {
                preconditionFailure("expected a landmark model for \(kind.rawValue)")
            }
        }
        self.parts = parts
        self.equalizesHistogram = equalizesHistogram
        count = parts.reduce(0) { $0 + $1.count }
    }

    package func extract(
        _ pixels: UnsafeBufferPointer<UInt8>, into features: UnsafeMutableBufferPointer<Float>
    ) {
        guard equalizesHistogram else { return extractParts(pixels, into: features) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: pixels.count) { equalized in
            HistogramEqualization.apply(pixels, into: equalized)
            extractParts(UnsafeBufferPointer(equalized), into: features)
        }
    }

    private func extractParts(
        _ pixels: UnsafeBufferPointer<UInt8>, into features: UnsafeMutableBufferPointer<Float>
    ) {
        var start = 0
        for part in parts {
            part.extract(
                pixels,
                into: UnsafeMutableBufferPointer(rebasing: features[start ..< start + part.count]))
            start += part.count
        }
    }
}
