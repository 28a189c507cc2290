import Foundation
import Imaging
import Mien
import Torch

/// Maps of the faces of photos.
extension Explain {
    func explainPhotos(
        _ model: sending Model, _ explainer: ExplanationSession, _ digest: String,
        _ folder: OutputFolder?
    ) throws {
        guard let folder else { return }
        var options = try source.predictionOptions
        faces.apply(to: &options)
        options.batchSize = batchSize
        options.precision = .float32
        let writer = mapWriter(explainer, model.card, folder)
        let predictor = Predictor(
            model, faceExtractor: try FaceExtractor(options: options), explainer: explainer)
        try source.keepApart(from: folder.url, option: "--out")
        let reader = SourceReader(source, takesCrops: faces.wholeImage)
        let run = PhotoExplanation(predictor: predictor, reader: reader, writer: writer)
        let outcome = try runBlocking { await run.run() }
        // Maps that were written are listed, whatever ended the work.
        if outcome.ending == nil || !outcome.rows.isEmpty {
            try print(
                listing(explainer, digest, folder, outcome.rows, failed: outcome.failed))
        }
        if let ending = outcome.ending as? FileError {
            throw ending.keeping(outcome.tally.files, "pictures with their maps")
        }
        if let ending = outcome.ending { throw ending }
        Console.note(outcome.tally.text)
        try outcome.tally.finish()
    }
}

/// One `mien explain` of photos at work: a few are in memory at a time.
private struct PhotoExplanation: Sendable {
    let predictor: Predictor
    let reader: SourceReader
    let writer: MapWriter

    struct Outcome: Sendable {
        var rows: [ExplanationListing.Row] = []
        var failed: [ExplanationListing.Failure] = []
        var tally = FileTally()
        /// Why it ended before its end.
        var ending: (any Error)?
    }

    func run() async -> Outcome {
        var outcome = Outcome()
        do {
            try await run(&outcome)
        } catch {
            outcome.ending = error
        }
        Console.clearTransient()
        return outcome
    }

    private func run(_ outcome: inout Outcome) async throws {
        var names = FileNames()
        let progress = WorkProgress(unit: "files")
        try await PredictionSession(predictor).run(reader) { event in
            guard !Interruption.isRequested else { throw Interrupted() }
            switch event {
            case .unreadable(let item, let reason): refuse(item, reason, &outcome)
            case .video(let item):
                refuse(
                    item, "is a video; predict --annotate --explain draws maps on its frames",
                    &outcome)
            case .image(let item, let image):
                outcome.rows += try await explained(
                    item.name, image, names.name(for: item.name.line))
                outcome.tally.add(image)
            case .frame, .trackEnded, .videoEnded: break
            }
            progress.show("explained", outcome.tally.files, of: reader.total)
        }
        if Interruption.isRequested { throw Interrupted() }
        for note in try await reader.notes() { Console.note(note) }
    }

    private func refuse(
        _ item: PredictionSession.Item, _ reason: String, _ outcome: inout Outcome
    ) {
        Console.error("\(item.name.line): \(FileName(reason).line)")
        outcome.failed.append(.init(path: item.name.text, reason: reason))
        outcome.tally.addFailure()
    }

    /// Writes the maps of a photo's faces, and the photo with them.
    private func explained(
        _ file: FileName, _ image: ImagePrediction, _ name: String
    ) async throws -> [ExplanationListing.Row] {
        guard !image.faces.isEmpty else { return [.init(file.text)] }
        var rows: [ExplanationListing.Row] = []
        for (index, face) in image.faces.enumerated() {
            let number = image.isWholeImage ? nil : index + 1
            let files = try face.explanation.map {
                try writer.write(
                    $0, of: face.crop, as: number.map { "\(name)-face\($0)" } ?? name)
            }
            rows.append(.init(file.text, number, face, predictor.card, files ?? []))
        }
        if !image.isWholeImage {
            let photo = writer.folder.file("\(name)-photo.jpg")
            do {
                try await predictor.annotate(file, image, to: photo)
            } catch  where !(error is CancellationError || error is FileError) {
                throw FileError(path: photo.path, reason: "cannot be written: \(error)")
            }
        }
        return rows
    }
}
