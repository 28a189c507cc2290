import Evaluation
import Foundation
import Imaging
import Mien
import Torch

/// Maps of single images.
extension Explain {
    func explain(
        _ model: Model, _ explainer: Explainer, _ digest: String, _ folder: OutputFolder?
    ) throws {
        guard let folder else { return }
        let (dataset, samples) = try pictures()
        let start = ContinuousClock.now
        guard
            let explanations = explainer.explanations(
                by: model, of: samples, in: dataset, batchSize: batchSize,
                progress: { progress($0, samples.count) })
        else { throw Interrupted() }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        guard
            let probabilities = model.probabilities(
                of: samples, in: dataset, precision: .float32,
                progress: { _ in !Interruption.isRequested })
        else { throw Interrupted() }
        Console.clearTransient()
        var names = FileNames()
        var rows: [ExplanationListing.Row] = []
        for (sample, (explanation, shares)) in zip(samples, zip(explanations, probabilities)) {
            let id = dataset.samples[sample].id
            let name = names.name(for: id)
            let files = ["\(name)-overlay.png", "\(name)-map.png", "\(name)-map.csv"]
            let picture =
                data == nil
                ? (try? Image(contentsOf: URL(fileURLWithPath: id))) ?? dataset.image(at: sample)
                : dataset.image(at: sample)
            let (map, size) = (explanation.map, model.card.imageSize)
            try write(map.overlay(on: picture, inputSize: size), to: folder.file(files[0]))
            try write(
                map.sheet(title: title(explainer), inputSize: size), to: folder.file(files[1]))
            try AtomicFile.write(map.csv, to: folder.file(files[2]))
            rows.append(
                .init(
                    id, model.score(shares, positive: explainer.positive), explanation,
                    model.card, files))
            guard !Interruption.isRequested else { throw Interrupted() }
        }
        let listing = ExplanationListing(
            modelSHA256: digest, method: explainer.method,
            layer: explainer.method == .occlusion ? nil : explainer.stage, target: targetName,
            isSynthetic: dataset.isSynthetic, folder: folder.url.path,
            mapsPerSecond: Double(samples.count) / max(seconds, 1e-9), images: rows,
            failed: data == nil ? dataset.badRows.map { .init($0) } : [])
        if json { try Console.json(listing) } else { Console.result("\(listing)") }
        Console.note(HeatMap.caption)
        if !listing.failed.isEmpty {
            throw UsageError(
                "images", found: "\(listing.failed.count) of \(images.count) that cannot be read",
                expected: "image files", advice: "The others were done.")
        }
    }

    private func title(_ explainer: Explainer) -> String {
        let layer = explainer.method == .occlusion ? "" : ", \(explainer.stage.rawValue)"
        return "\(explainer.method.title)\(layer), class \(targetName)"
    }

    /// The image files, or rows of the data drawn with the seed.
    private func pictures() throws -> (Dataset, [Int]) {
        guard data == nil else {
            let (dataset, rows) = try rows()
            var generator = SeededGenerator(seed: seed)
            let drawn = generator.permutation(of: rows.count).prefix(limit ?? 16).sorted()
            return (dataset, drawn.map { rows.indices[$0] })
        }
        let dataset = Dataset.imageFiles(images)
        for row in dataset.badRows { Console.error("\(row)") }
        return (dataset, Array(dataset.samples.indices))
    }

    func write(_ image: Image, to url: URL) throws {
        try AtomicFile.write(Data(image.encoded(as: .png)), to: url)
    }
}
