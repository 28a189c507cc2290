package import Imaging
import Torch

extension Model {
    /// What the head of the network sees of images, in float32; where the card says so the mean of
    /// an image and its mirror image.
    /// - Parameter progress: called with the images done; `false` stops, and gives `nil`.
    /// - Returns: [images][``ResNet/Depth/features``]
    package func features(
        of images: [Image], batchSize: Int, progress: (Int) -> Bool = { _ in true }
    ) -> [[Float]]? {
        var network = folded
        let count = ResNet.Depth.features
        network.headWeight = (0 ..< count * count).map { $0 % (count + 1) == 0 ? 1 : 0 }
        network.headBias = Array(repeating: 0, count: count)
        guard let engine = InferenceEngine(network, dtype: .float32, size: card.imageSize) else {
            preconditionFailure("oneDNN refuses a float32 network")
        }
        let samples = images.indices.map { Sample(id: "\($0)", row: $0) }
        let dataset = Dataset(name: "crops", samples: samples, images: images)
        var rows: [[Float]] = []
        for start in stride(from: 0, to: images.count, by: batchSize) {
            let part = Array(start ..< min(start + batchSize, images.count))
            let batch = GreyBatch(
                dataset, positions: part, samples: part, size: card.imageSize,
                variation: { _ in .identity })
            rows += ofSides(of: batch) { engine.logits(of: $0.planes, size: $0.size) }
            guard progress(rows.count) else { return nil }
        }
        return rows
    }
}
