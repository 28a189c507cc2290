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
    case hog, lbp, gabor

    package var extractor: any FeatureExtractor {
        switch self {
        case .hog: OrientedGradients()
        case .lbp: LocalBinaryPatterns()
        case .gabor: GaborFilters()
        }
    }

    /// "HOG", ...: the name in what people read.
    public var title: String {
        switch self {
        case .hog: "HOG"
        case .lbp: "LBP"
        case .gabor: "Gabor"
        }
    }
}

/// Several features, one after the other.
package struct ConcatenatedFeatures: FeatureExtractor {
    private let parts: [any FeatureExtractor]
    private let equalizesHistogram: Bool
    package let count: Int

    package init(_ kinds: [FeatureKind], equalizesHistogram: Bool = false) {
        parts = kinds.map(\.extractor)
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
