package import Foundation
package import Imaging

/// The coordinates of 68 landmarks, or what is measured between them: ``LandmarkGeometry``.
package struct LandmarkFeatures: FeatureExtractor {
    private let kinds: [FeatureKind]
    private let model: LandmarkModel

    package var count: Int { kinds.reduce(0) { $0 + Self.count($1) } }

    /// - Parameters:
    ///   - kinds: those of landmarks alone; the points are looked for once.
    ///   - model: of 68 points.
    package init(_ kinds: [FeatureKind], of model: LandmarkModel) {
        precondition(
            model.pointCount == LandmarkModel.usualPointCount,
            "expected a model of 68 points, got \(model.pointCount)")
        self.kinds = kinds
        self.model = model
    }

    /// How many numbers one of these kinds has.
    static func count(_ kind: FeatureKind) -> Int {
        kind == .landmarks
            ? 2 * LandmarkModel.usualPointCount : LandmarkGeometry.measureNames.count
    }

    func followed(by kind: FeatureKind) -> LandmarkFeatures {
        LandmarkFeatures(kinds + [kind], of: model)
    }

    package func extract(
        _ pixels: UnsafeBufferPointer<UInt8>, into features: UnsafeMutableBufferPointer<Float>
    ) {
        let face = Image(
            width: FaceGrid.side, height: FaceGrid.side, channels: 1, pixels: Array(pixels))
        let geometry = LandmarkGeometry(model.points(ofCrop: face))
        let numbers = kinds.flatMap { $0 == .landmarks ? geometry.coordinates : geometry.measures }
        for (index, number) in numbers.enumerated() { features[index] = Float(number) }
    }
}

extension LandmarkModel {
    /// The model of 68 points where it lies on this machine, and the SHA-256 of its file.
    /// - Throws: `LandmarkModelError`, also for a model of other points.
    static func of68Points() throws -> (model: LandmarkModel, digest: String) {
        try of68Points(at: try locate())
    }

    /// The model of a file, which must be of 68 points, and the SHA-256 of the file.
    /// - Throws: `LandmarkModelError`.
    package static func of68Points(
        at file: URL
    ) throws -> (model: LandmarkModel, digest: String) {
        let model = try shared(file)
        guard model.pointCount == usualPointCount else {
            throw LandmarkModelError.modelUnusable(
                path: file.path, reason: "it finds \(model.pointCount) points, expected 68")
        }
        return (model, try Model.sha256(ofFile: file))
    }
}
