package import Imaging

/// The features of a face, and whether its histogram is equalised before.
package struct FeatureSet: Sendable, Equatable {
    package let kinds: [FeatureKind]
    package let equalizesHistogram: Bool
    /// Where some of the kinds are of landmarks.
    package let landmarks: LandmarkModel?

    package init(
        _ kinds: [FeatureKind], equalizesHistogram: Bool = false, landmarks: LandmarkModel? = nil
    ) {
        self.kinds = kinds
        self.equalizesHistogram = equalizesHistogram
        self.landmarks = landmarks
    }

    /// Computes the features.
    package var extractor: ConcatenatedFeatures {
        ConcatenatedFeatures(
            kinds, equalizesHistogram: equalizesHistogram, landmarks: landmarks)
    }
}

/// Spreads grey levels so that their cumulative histogram rises evenly, as OpenCV's `equalizeHist`.
enum HistogramEqualization {
    /// - Parameter result: room for as many pixels, all of which are written.
    static func apply(
        _ pixels: UnsafeBufferPointer<UInt8>, into result: UnsafeMutableBufferPointer<UInt8>
    ) {
        var histogram = [Int](repeating: 0, count: 256)
        for level in pixels { histogram[Int(level)] += 1 }
        let darkest = histogram.firstIndex { $0 > 0 } ?? 0
        var levels = (0 ... 255).map { UInt8($0) }
        let others = pixels.count - histogram[darkest]
        // An image of one level stays as it is.
        if others > 0 {
            let scale = 255 / Float(others)
            var sum = 0
            levels[darkest] = 0
            for level in darkest + 1 ..< 256 {
                sum += histogram[level]
                levels[level] = UInt8((Float(sum) * scale).rounded(.toNearestOrEven))
            }
        }
        for index in pixels.indices {
            result.initializeElement(at: index, to: levels[Int(pixels[index])])
        }
    }
}
