package import Foundation
import Evaluation
import Imaging
import Mien
import Networks
import Torch

/// A small piece of work with fixed input, whose cost is watched.
package struct Job {
    package let name: String
    /// Does it once. What it gives is a number that depends on all of the work.
    package let run: () throws -> Double

    /// The jobs that need no tensor, whose instructions are counted.
    ///
    /// - Parameters:
    ///   - folder: for their input files.
    ///   - scale: of their size; 1 is small enough for an emulated processor.
    package static func plain(in folder: URL, scale: Int = 1) throws -> [Job] {
        let faces = Dataset.noise(count: 200 * scale, seed: 1)
        let csv = folder.appendingPathComponent("faces.csv")
        try Data(text(of: faces).utf8).write(to: csv)
        let (scores, labels) = answers(1000)
        return [
            Job(name: "read \(faces.count) rows of csv") {
                Double(try Dataset.load(data: csv.path).pixelCount)
            },
            Job(name: "vary and warp \(faces.count) faces to 96 x 96") {
                Double(batch(of: faces, faces.count).planes.reduce(0, +))
            },
            Job(name: "metrics of 1000 scores with \(100 * scale) resamples") {
                let bootstrap = Bootstrap(resamples: 100 * scale, seed: 1)
                let metrics = try BinaryMetrics(
                    scores: scores, labels: labels, bootstrap: bootstrap)
                return (metrics.auc.value ?? 0) + (metrics.ece.low ?? 0)
            },
        ]
    }

    /// The jobs that decode images or make tensors.
    package static func engine(in folder: URL) throws -> [Job] {
        let faces = Dataset.noise(count: 64, seed: 1)
        let planes = batch(of: faces, 64)
        let photo = Image(
            width: 640, height: 480, channels: 3,
            pixels: (0 ..< 640 * 480 * 3).map { UInt8($0 / 7 % 256) })
        let jpeg = try photo.encoded(as: .jpeg())
        let weights = folder.appendingPathComponent("weights.safetensors")
        let network = NetworkModule(Architecture.resnet18.network(outputs: 2), seed: 1)
        try StateDict(network).writeSafetensors(to: weights)
        return [
            Job(name: "decode a JPEG of 640 x 480") {
                Double(try Image(decoding: jpeg).pixels[1000])
            },
            Job(name: "64 faces of 96 x 96 to a bfloat16 tensor") {
                Double(planes.tensor(.grey, dtype: .bfloat16, device: .cpu).count)
            },
            Job(name: "load 45 MB of safetensors") {
                Double(try StateDict(safetensors: weights).metadata.count)
            },
        ]
    }

    /// The first faces, varied as the recipe "votes" does.
    private static func batch(of faces: Dataset, _ count: Int) -> ImageBatch {
        let augmentation = Recipe.votes.augmentation
        return ImageBatch(
            faces, positions: Array(0 ..< count), samples: Array(0 ..< count), size: 96
        ) { augmentation.variation(seed: 1, epoch: 0, sample: $0) }
    }

    private static func text(of faces: Dataset) -> String {
        let rows = (0 ..< faces.count).map { index in
            let pixels = faces.image(at: index).pixels.map(String.init).joined(separator: " ")
            return "\(index % 7),\(pixels),Training\n"
        }
        return "emotion,pixels,Usage\n" + rows.joined()
    }

    /// Scores that tell the classes apart, but not always.
    private static func answers(_ count: Int) -> (scores: [Double], labels: [Bool]) {
        var generator = SeededGenerator(seed: 1)
        let labels = (0 ..< count).map { !$0.isMultiple(of: 3) }
        return (labels.map { 0.6 * generator.uniform() + ($0 ? 0.4 : 0) }, labels)
    }
}
