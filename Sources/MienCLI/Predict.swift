import ArgumentParser
import Foundation
import Imaging
import Mien
import Torch

struct Predict: ParsableCommand, UsesTensors, UsesPhotos {
    static let configuration = CommandConfiguration(
        abstract: "Finds the faces of photos and videos and scores their expression.",
        discussion: """
            A score is the probability that annotators call the expression sad or neutral. It is no \
            diagnosis. Files that cannot be read are named in the output and counted; the others \
            go on, and the exit code is then 2. Videos are known by their first bytes; camera:0 is the \
            first camera.
            """)

    @OptionGroup var source: SourceOptions
    @OptionGroup var video: VideoPredictionOptions

    @OptionGroup var model: ModelOption
    @Flag(help: "Print JSON, one object per line.")
    var json = false
    @Flag(help: "Print csv.")
    var csv = false
    @Option(help: "Folder for the pictures with boxes and scores.")
    var annotate: String?
    @Flag(help: "Draw a heat map on each face of these pictures (Grad-CAM).")
    var explain = false
    @OptionGroup var faces: FaceChoice
    @Option(
        help: "Abstain below this confidence, the larger of score and 1 - score. (default: never)")
    var abstainBelow: Double?
    @Option(help: "Faces scored at once, at most.")
    var batchSize = PredictionOptions().batchSize
    @Option(help: "auto, float32 or bfloat16.")
    var precision = "auto"
    @Option(help: "Threads of the model.")
    var threads = 1

    var findsFaces: Bool { !faces.wholeImage }
    var usesTensors: Bool { explain }
    var tensorThreads: Int? { 1 ... 1024 ~= threads ? threads : nil }

    func validate() throws {
        guard !(json && csv) else { throw ValidationError("Give either --json or --csv.") }
        guard annotate != nil || !explain else {
            throw ValidationError("--explain draws on pictures: name a folder with --annotate.")
        }
        try source.requirePaths()
    }

    func run() throws {
        Interruption.install()
        try source.requireEffect()
        if faces.wholeImage { try source.requireNoDetection(because: "the image is the face") }
        var options = try source.predictionOptions
        faces.apply(to: &options)
        options.explains = explain
        options.abstainBelow = abstainBelow
        options.batchSize = batchSize
        options.precision = try choice(precision, "--precision")
        guard 1 ... 1024 ~= threads else {
            throw UsageError("--threads", found: "\(threads)", expected: "1 to 1024")
        }
        let videoOptions = try video.options(limits: options.limits, keepsFrames: annotate != nil)
        let annotations = try annotate.map { try OutputFolder($0, option: "--annotate").url }
        let figures = try video.figures.map { try OutputFolder($0, option: "--figures").url }
        try source.keepApart(from: annotations, option: "--annotate")
        try source.keepApart(from: figures, option: "--figures")
        useThreads(threads, tensors: false)
        let predictor = try Predictor(model: try model.url, options: options)
        // After the model is read: this waits for libtorch.
        if explain { Runtime.setThreadCount(threads) }
        let run = PredictionRun(
            predictor: predictor, reader: SourceReader(source, takesCrops: faces.wholeImage),
            videoOptions: videoOptions,
            form: json ? .json : csv ? .csv : .table, annotations: annotations, figures: figures,
            givenForVideos: video.given)
        try runBlocking { try await run.run() }
    }
}

/// One `mien predict` at work.
struct PredictionRun: Sendable {
    let predictor: Predictor
    let reader: SourceReader
    let videoOptions: VideoOptions
    let form: PredictionOutput.Form
    let annotations: URL?
    let figures: URL?
    /// Options about videos, by name.
    let givenForVideos: [String]

    func run() async throws {
        let output = PredictionOutput(form, predictor.card)
        let progress = WorkProgress(unit: "files")
        var tally = FileTally()
        var known = 0
        var videos = VideoOutputs(self)
        let card = predictor.card
        if form == .table, !card.isCalibrated {
            Console.note("The model is not calibrated: its scores are no tested probabilities.")
        }
        var session = PredictionSession(predictor)
        session.videoOptions = videoOptions
        session.isCancelled = { Interruption.isRequested }
        session.annotatedPhoto = { item in
            annotations?.appendingPathComponent(derivedName(item.number, item.name) + ".jpg")
        }
        do {
            try await session.run(reader) { event in
                guard !Interruption.isRequested else { throw Interrupted() }
                switch event {
                case .image(let item, let image):
                    tally.add(image)
                    for row in PredictionRow.rows(item.name, image, card) {
                        if row.trainedOn != nil { known += 1 }
                        try output.write(row)
                    }
                case .unreadable(let item, let reason):
                    tally.addFailure()
                    try output.write(.unreadable(item.name, reason, card))
                    try videos.end(&tally)
                case .video(let item): return videos.begin(item)
                case .frame(let item, let frame): return try videos.add(frame, of: item, to: output)
                case .trackEnded(let item, let track):
                    return try videos.add(track, of: item, to: output)
                case .videoEnded(_, let summary): try videos.end(&tally, summary)
                }
                // On a terminal the rows show it.
                if !Console.showsResults {
                    progress.show("scored", tally.files, of: reader.total)
                }
            }
        } catch let error as PredictionSession.UnwrittenPhoto {
            throw error.reason.keeping(tally.files, "pictures")
        }
        if Interruption.isRequested { throw Interrupted() }
        for note in try await reader.notes() { Console.note(note) }
        if known > 0 {
            Console.note(
                "\(known) of the faces are pictures that the model was trained or validated on, or "
                    + "nearly: their scores say nothing of new faces.")
        }
        noteWithoutVideo(givenForVideos, videos: videos.count)
        Console.note("\(tally.text) Scored in \(predictor.precision).")
        try tally.finish()
    }
}
