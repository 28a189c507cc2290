/// Covers the image patch by patch and watches the target fall (Zeiler and Fergus 2014,
/// arXiv:1311.2901, section 4.2). A pixel's value is the mean fall over the patches that cover it.
public struct Occlusion: Sendable, Equatable {
    /// The side of a patch as a share of the image's side.
    public var patch = 1.0 / 6
    /// The distance between neighbouring patches as a share of a patch's side.
    public var step = 0.5
    /// Covered images that go through the model at once.
    public var batchSize = 64

    public init() {}

    /// Where patches start along one side, the last one at the far edge.
    package func starts(size: Int) -> (side: Int, starts: [Int]) {
        let side = min(size, max(1, Int((Double(size) * patch).rounded())))
        let stride = max(1, Int((Double(side) * step).rounded()))
        let last = size - side
        return (side, Swift.stride(from: 0, to: last, by: stride) + [last])
    }

    /// - Parameters:
    ///   - logits: of the images as they are.
    ///   - run: gives the logits of a batch.
    func maps(
        of batch: ImageBatch, logits: [[Float]], scalars: [TargetScalar],
        run: (ImageBatch) -> [[Float]]
    ) -> [HeatMap] {
        let size = batch.size
        let (side, starts) = starts(size: size)
        let patches = starts.flatMap { top in starts.map { (left: $0, top: top) } }
        return batch.positions.indices.map { image in
            let planes = Array(batch.plane(image))
            let area = size * size
            let starts = Array(stride(from: 0, to: planes.count, by: area))
            let means = starts.map { planes[$0 ..< $0 + area].reduce(0, +) / Float(area) }
            let whole = scalars[image].value(logits[image])
            var falls = [Float](repeating: 0, count: area)
            var covered = falls
            for first in stride(from: 0, to: patches.count, by: batchSize) {
                let part = patches[first ..< min(first + batchSize, patches.count)]
                let covering = part.flatMap { patch in
                    var planes = planes
                    for (start, mean) in zip(starts, means) {
                        forEachPixel(of: patch, side, size) { planes[start + $0] = mean }
                    }
                    return planes
                }
                let images = ImageBatch(planes: covering, size: size, channels: batch.channels)
                for (patch, row) in zip(part, run(images)) {
                    let fall = Float(whole - scalars[image].value(row))
                    forEachPixel(of: patch, side, size) {
                        falls[$0] += fall
                        covered[$0] += 1
                    }
                }
            }
            return HeatMap(width: size, height: size, values: zip(falls, covered).map(/))
        }
    }

    private func forEachPixel(
        of patch: (left: Int, top: Int), _ side: Int, _ size: Int, _ body: (Int) -> Void
    ) {
        for row in patch.top ..< patch.top + side {
            for index in row * size + patch.left ..< row * size + patch.left + side { body(index) }
        }
    }
}
