import Evaluation
import Foundation
import Imaging
import Mien
import Torch

/// Maps of single rows of data.
extension Explain {
    func explainRows(
        _ model: Model, _ explainer: ExplanationSession, _ digest: String, _ folder: OutputFolder?
    ) throws {
        guard let folder else { return }
        let (dataset, samples) = try drawnRows(for: model.card)
        guard
            let probabilities = try model.probabilities(
                of: samples, in: dataset, precision: .float32,
                progress: { _ in !Interruption.isRequested })
        else { throw Interrupted() }
        let start = ContinuousClock.now
        let progress = WorkProgress()
        guard
            let explanations = explainer.explanations(
                by: model, of: samples, in: dataset, batchSize: batchSize,
                progress: { progress.goesOn("explained", $0, of: samples.count) })
        else { throw Interrupted() }
        try dataset.requireReadable()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        Console.clearTransient()
        let writer = mapWriter(explainer, model.card, folder)
        var names = FileNames()
        var rows: [ExplanationListing.Row] = []
        for (sample, (explanation, shares)) in zip(samples, zip(explanations, probabilities)) {
            let id = dataset.samples[sample].id
            let files = try writer.write(
                explanation, of: dataset.image(at: sample), as: names.name(for: id))
            rows.append(
                .init(
                    id, model.score(shares, positive: explainer.positive), explanation,
                    model.card, files))
            guard !Interruption.isRequested else { throw Interrupted() }
        }
        try print(
            listing(
                explainer, digest, folder, rows, isSynthetic: dataset.isSynthetic,
                mapsPerSecond: Double(samples.count) / max(seconds, 1e-9)))
    }

    private func drawnRows(for card: ModelCard) throws -> (Dataset, [Int]) {
        let (dataset, rows) = try rows(for: card)
        var generator = SeededGenerator(seed: seed)
        let drawn = generator.permutation(of: rows.count).prefix(limit ?? 16).sorted()
        return (dataset, drawn.map { rows.indices[$0] })
    }

    func mapWriter(
        _ explainer: ExplanationSession, _ card: ModelCard, _ folder: OutputFolder
    ) -> MapWriter {
        let layer = explainer.method == .occlusion ? "" : ", \(explainer.layer)"
        return MapWriter(
            folder: folder, title: "\(explainer.method.title)\(layer), class \(targetName)",
            inputSize: card.imageSize)
    }

    func listing(
        _ explainer: ExplanationSession, _ digest: String, _ folder: OutputFolder,
        _ rows: [ExplanationListing.Row], isSynthetic: Bool = false, mapsPerSecond: Double? = nil,
        failed: [ExplanationListing.Failure] = []
    ) -> ExplanationListing {
        ExplanationListing(
            modelSHA256: digest, method: explainer.method,
            layer: explainer.method == .occlusion ? nil : explainer.layer, target: targetName,
            isSynthetic: isSynthetic, folder: folder.url.path, mapsPerSecond: mapsPerSecond,
            images: rows, failed: failed)
    }

    func print(_ listing: ExplanationListing) throws {
        if json { try Console.json(listing) } else { try Console.result("\(listing)") }
        Console.note(HeatMap.caption)
    }

}

/// Writes the files of maps.
struct MapWriter {
    let folder: OutputFolder
    let title: String
    let inputSize: Int

    /// - Returns: what the files are called, the overlay first.
    func write(
        _ explanation: ExplanationSession.Explanation, of picture: Image, as name: String
    ) throws -> [String] {
        let files = ["\(name)-overlay.png", "\(name)-map.png", "\(name)-map.csv"]
        let map = explanation.map
        for (file, image) in zip(
            files,
            [
                map.overlay(on: picture, inputSize: inputSize),
                map.sheet(title: title, inputSize: inputSize),
            ])
        {
            try DrawnPicture.write(image, to: folder.file(file))
        }
        try AtomicFile.write(Array(map.csv.utf8), to: folder.file(files[2]), syncing: false)
        return files
    }
}
