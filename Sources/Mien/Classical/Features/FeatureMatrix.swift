import Imaging
import Foundation

/// Numbers of many faces, a row each.
package struct FeatureMatrix: Sendable {
    package let columns: Int
    /// [count, columns], row by row.
    package private(set) var values: [Float]

    package var count: Int { columns == 0 ? 0 : values.count / columns }

    package init(_ values: [Float], columns: Int) {
        precondition(
            columns > 0 && values.count % columns == 0,
            "expected rows of \(columns) numbers, got \(values.count) numbers")
        self.columns = columns
        self.values = values
    }

    /// The rows at these positions.
    package func selecting(_ positions: [Int]) -> FeatureMatrix {
        var chosen: [Float] = []
        chosen.reserveCapacity(positions.count * columns)
        for position in positions {
            chosen += values[position * columns ..< (position + 1) * columns]
        }
        return FeatureMatrix(chosen, columns: columns)
    }

    /// Lends one row.
    func withRow<Result>(
        _ index: Int, _ body: (UnsafeBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        try values.withUnsafeBufferPointer {
            try body(UnsafeBufferPointer(rebasing: $0[index * columns ..< (index + 1) * columns]))
        }
    }
}

extension FeatureMatrix {
    /// The features of faces: planes of 48 x 48 values from 0 to 255, which are rounded to whole
    /// grey levels.
    init(of batch: ImageBatch, _ extractor: some FeatureExtractor) {
        precondition(
            batch.size == FaceGrid.side,
            "expected faces of 48 x 48 pixels, got \(batch.size) x \(batch.size)")
        let faces = batch.planes.count / FaceGrid.area
        let values = [Float](unsafeUninitializedCapacity: faces * extractor.count) {
            features, initialized in
            features.initialize(repeating: 0)
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: FaceGrid.area) { pixels in
                for face in 0 ..< faces {
                    let start = face * FaceGrid.area
                    for index in 0 ..< FaceGrid.area {
                        let level = batch.planes[start + index]
                        pixels.initializeElement(
                            at: index, to: UInt8(level: level))
                    }
                    let row = face * extractor.count ..< (face + 1) * extractor.count
                    extractor.extract(
                        UnsafeBufferPointer(pixels),
                        into: UnsafeMutableBufferPointer(rebasing: features[row]))
                }
            }
            initialized = faces * extractor.count
        }
        self.init(values, columns: extractor.count)
    }

    /// - Parameters:
    ///   - samples: indices in `dataset`.
    ///   - progress: called with the faces done; `false` stops, and gives `nil`.
    init?(
        of samples: [Int], in dataset: Dataset, _ extractor: some FeatureExtractor,
        progress: (Int) -> Bool = { _ in true }
    ) {
        var values: [Float] = []
        values.reserveCapacity(samples.count * extractor.count)
        for start in stride(from: 0, to: samples.count, by: 256) {
            let part = Array(samples[start ..< min(start + 256, samples.count)])
            let batch = InputSpecification(size: FaceGrid.side).batch(of: dataset, samples: part)
            values += FeatureMatrix(of: batch, extractor).values
            guard progress(start + part.count) else { return nil }
        }
        self.init(values, columns: extractor.count)
    }
}
