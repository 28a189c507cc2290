import ArgumentParser
import Evaluation
import Foundation
import Imaging
import Mien
import Torch

/// Explanations of labelled rows.
extension Explain {
    func rows(for card: ModelCard) throws -> (Dataset, LabelledSubset) {
        guard let data else { preconditionFailure("checked before") }
        var arguments = ["--data", data] + (votes.map { ["--votes", $0] } ?? [])
        if skipBadRows { arguments.append("--skip-bad-rows") }
        let dataset = try DataOptions.parse(arguments).load(for: card)
        let labels: LabelProtocol =
            try labels.map { try LabelProtocol(named: $0) } ?? dataset.defaultProtocol
        let resolved = try dataset.resolve(split: split ?? "test")
        if let note = resolved.note { Console.note(note) }
        let rows = dataset.rows(of: try dataset.labelled(by: labels), in: resolved)
        guard rows.count > 0 else {
            throw DataError(
                .request, file: dataset.name,
                found: "no row of the split \(split ?? "test") that \(labels.rawValue) keeps",
                expected: "at least one")
        }
        return (dataset, rows)
    }

    func measureTrust(
        _ model: Model, _ explainer: ExplanationSession, _ digest: String, _ folder: OutputFolder?
    ) throws {
        let (dataset, rows) = try rows(for: model.card)
        var measurement = TrustMeasurement()
        measurement.explainer = explainer
        measurement.limit = limit ?? measurement.limit
        measurement.seed = seed
        measurement.batchSize = batchSize
        measurement.bootstrap = Bootstrap(seed: seed)
        let progress = WorkProgress()
        let trust = try measurement.measure(
            model, on: dataset, rows: rows, modelSHA256: digest, targetName: targetName,
            progress: { progress.goesOn("measured", $0, of: $1) })
        Console.clearTransient()
        guard let trust else { throw Interrupted() }
        if let folder {
            try AtomicFile.write(Console.file(of: trust), to: folder.file("trust.json"))
        }
        if json { try Console.json(trust) } else { try Console.result(trust) }
    }

    func writeGallery(
        _ model: Model, _ explainer: ExplanationSession, _ folder: OutputFolder?
    ) throws {
        let (dataset, rows) = try rows(for: model.card)
        var maker = GalleryMaker()
        maker.explainer = explainer
        maker.perSection = min(limit ?? maker.perSection, 32)
        maker.seed = seed
        let progress = WorkProgress()
        let gallery = try maker.gallery(
            of: model, on: dataset, rows: rows, targetName: targetName,
            progress: { progress.goesOn("explained", $0, of: $1) })
        Console.clearTransient()
        guard let gallery else { throw Interrupted() }
        guard let file = folder?.file("gallery.png") else { return }
        try DrawnPicture.write(gallery.sheet(), to: file, syncing: true)
        Console.note(HeatMap.caption)
        if json {
            try Console.json(GalleryListing(gallery, sheet: file.path))
        } else {
            try Console.exact(file.path)
        }
    }
}
