import ArgumentParser
import Foundation
import Imaging
import Mien
import Torch

struct Faces: ParsableCommand, UsesPhotos {
    static let configuration = CommandConfiguration(
        abstract:
            "Cuts the faces of photos into a data set: upright, as the model wants them.",
        discussion: """
            The folder gets one PNG per face, grey and of 48 x 48 pixels unless asked otherwise, and \
            manifest.csv, which says where each face came from. Of a video every frame gives its faces, unless --fps or --every takes fewer. \
            With labels, train from it: mien train --data FOLDER/manifest.csv --recipe transfer --out \
            RUN. Without labels, fill the column label first. Faces of low quality are left out \
            unless asked for.
            """)

    @OptionGroup var source: SourceOptions
    @OptionGroup var sampling: SamplingOptions

    @Option(help: "Folder for the faces; it must not hold a manifest already.")
    var out: String
    @OptionGroup var cut: FaceCutOptions
    @Option(help: "The class that all faces show: an emotion, or one of --classes.")
    var label: String?
    @Option(help: "The names of the classes, such as smile,frown, where they are no emotions.")
    var classes: String?
    @Flag(help: "The name of the folder that a photo lies in is its label.")
    var labelFromFolder = false
    @Option(
        help: .init(
            """
            A regular expression that reads the label from the name of a photo or video, such as \
            '^\\d{4}_[A-Z]{3}_([A-Z]{3})_': its first group, or the whole match.
            """, valueName: "regex"))
    var labelPattern: String?
    @Option(
        help: .init(
            "What codes in names mean, such as ravdess, where they are no names of emotions.",
            valueName: "name"))
    var classScheme: String?
    @Option(help: .subjectPattern)
    var subjectPattern: String?
    @Option(
        help: """
            A model whose probes help to find faces and covers, as in mien predict: a file, the \
            folder of a run, released or tiny.
            """)
    var model: String?
    @Flag(help: "Keep faces of low quality too.")
    var keepLowQuality = false
    @Flag(help: "Print what was done as JSON.")
    var json = false

    var findsFaces: Bool { true }

    func validate() throws {
        try source.requirePaths()
        guard [label != nil, labelFromFolder, labelPattern != nil].count(where: { $0 }) < 2 else {
            throw ValidationError("Give one of --label, --label-from-folder and --label-pattern.")
        }
        guard classScheme == nil || labelPattern != nil else {
            throw ValidationError("--class-scheme says what a --label-pattern reads: give both.")
        }
    }

    func run() throws {
        Interruption.install()
        try source.requireEffect()
        let names = try classes.map(ClassScheme.init(parsing:))?.classes ?? Emotion.allCases
        let labelling: FaceSetWriter.Labelling =
            if let label {
                .emotion(try FaceSetWriter.emotion(named: label, among: names))
            } else if let labelPattern {
                .fileName(
                    pattern: labelPattern,
                    try classScheme.map { try ClassScheme(named: $0) }
                        ?? classes.map(ClassScheme.init(parsing:)))
            } else {
                labelFromFolder ? .folderName : .none
            }
        let options = try source.predictionOptions
        let videoOptions = try sampling.options(limits: options.limits)
        try UsageError.requireNone(
            cut.given.map { ($0, isGiven: model != nil) },
            because: "the model says how faces are cut", expected: "it or --model")
        let finder: FaceCutting.Finder =
            if let model {
                .predictor(
                    try Predictor(
                        model: ModelOption(named: model).url,
                        options: options))
            } else {
                .faceExtractor(try FaceExtractor(options: options, input: try cut.input))
            }
        let folder = URL(fileURLWithPath: out, isDirectory: true)
        try source.keepApart(from: folder, option: "--out")
        // After all that may be refused: it makes the folder.
        let writer = try FaceSetWriter(
            to: folder, labelling: labelling, classes: names, subjectPattern: subjectPattern,
            keepsLowQuality: keepLowQuality)
        FileRoles.addOutput(folder.path)
        let run = FaceCutting(
            finder: finder, reader: SourceReader(source), writer: writer,
            videoOptions: videoOptions, givenForVideos: sampling.given, json: json)
        try runBlocking { try await run.run() }
    }
}

/// One `mien faces` at work.
private struct FaceCutting: Sendable {
    enum Finder: Sendable {
        case faceExtractor(FaceExtractor)
        /// Also asks a model.
        case predictor(Predictor)
    }

    let finder: Finder
    let reader: SourceReader
    let writer: FaceSetWriter
    let videoOptions: VideoOptions
    /// Options about videos, by name.
    let givenForVideos: [String]
    let json: Bool

    private struct Report: Encodable {
        let manifest: String
        let files: Int
        let withoutFaces: Int
        let unreadable: Int
        let faces: Int
        let lowQuality: Int
        let written: Int
    }

    private enum Outcome: Sendable {
        case file(FilePrediction)
        case video
    }

    func run() async throws {
        var tally = FileTally()
        let progress = WorkProgress(unit: "files")
        var videos = 0
        do {
            try await orderedMap(
                width: width, next: { try await reader.next() },
                transform: { ($0, try await faces(of: $0)) },
                consume: { source, outcome in
                    guard !Interruption.isRequested else { throw Interrupted() }
                    let name = source.name
                    do {
                        switch outcome {
                        case .file(.image(let image)):
                            try writer.add(image, from: name, number: tally.files + 1)
                            tally.add(image)
                        case .file(.unreadable(let reason)):
                            throw FaceSetWriter.Refusal(reason: reason)
                        case .video:
                            videos += 1
                            try await cut(source, &tally)
                        }
                    } catch let refusal as FaceSetWriter.Refusal {
                        Console.note("\(name.line): \(FileName(refusal.reason).line)")
                        tally.addFailure()
                    }
                    progress.show(
                        "\(writer.written) faces, files", tally.files, of: reader.total)
                })
        } catch {
            // What was cut so far is a data set too.
            do {
                try writer.finish()
            } catch let manifest as FileError where writer.written > 0 {
                Console.note("\(manifest)")
            } catch {}
            throw error
        }
        Console.clearTransient()
        if tally.files > 0 { try writer.finish() }
        if Interruption.isRequested { throw Interrupted() }
        for note in try await reader.notes() { Console.note(note) }
        noteWithoutVideo(givenForVideos, videos: videos)
        Console.note(tally.text)
        guard tally.files > 0 else { return try tally.finish() }
        if writer.written > 0 {
            let manifest = shellQuoted(writer.manifest.path)
            Console.note(
                (writer.hasLabels ? "Train on them:" : "Fill the column label, then train:")
                    + " mien train --data \(manifest) --recipe transfer --out RUN")
        }
        if json {
            try Console.json(
                Report(
                    manifest: writer.manifest.path, files: tally.files,
                    withoutFaces: tally.withoutFaces, unreadable: tally.failed,
                    faces: tally.faces.values.reduce(0, +),
                    lowQuality: tally.faces[.lowQuality] ?? 0, written: writer.written))
        } else {
            try Console.exact(writer.manifest.path)
        }
        try tally.finish()
    }

    private func faces(of source: PredictionSource) async throws -> Outcome {
        switch source {
        case .image(let name): .file(try await faces(contentsOf: name))
        case .unreadable(_, let reason): .file(.unreadable(reason))
        case .video, .camera: .video
        }
    }

    private var width: Int {
        switch finder {
        case .faceExtractor(let faceExtractor): faceExtractor.width
        case .predictor(let predictor): predictor.faceExtractor.width
        }
    }

    private func faces(contentsOf name: FileName) async throws -> FilePrediction {
        switch finder {
        case .faceExtractor(let faceExtractor): try await faceExtractor.faces(contentsOf: name)
        case .predictor(let predictor): try await predictor.predict(contentsOf: name)
        }
    }

    private func faces(
        in video: PredictionSource,
        consume: ((index: Int, seconds: Double), ImagePrediction, [Int]) async throws -> Void
    ) async throws -> VideoSummary {
        var tracker = FaceTracker()
        let isCancelled = { @Sendable in Interruption.isRequested }
        switch finder {
        case .faceExtractor(let faceExtractor):
            return try await faceExtractor.faces(
                in: video, options: videoOptions, isCancelled: isCancelled
            ) { frame, image in
                let tracks = tracker.assign(image.faces.compactMap(\.face), at: frame.seconds)
                try await consume((frame.index, frame.seconds), image, tracks.numbers)
            }
        case .predictor(let predictor):
            return try await predictor.predict(
                video, options: videoOptions, isCancelled: isCancelled
            ) { event in
                guard case .frame(let frame) = event else { return }
                try await consume(
                    (frame.index, frame.seconds), frame.imagePrediction, frame.faces.map(\.track))
            }
        }
    }

    private func cut(_ video: PredictionSource, _ tally: inout FileTally) async throws {
        let (name, number) = (video.name, tally.files + 1)
        let progress = WorkProgress(unit: "frames")
        var (frames, found) = (0, 0)
        do {
            let summary = try await faces(in: video) { frame, image, tracks in
                try writer.add(image, from: name, number: number, frame: frame, tracks: tracks)
                tally.add(image.faces.map(\.status))
                found += image.faces.count
                frames += 1
                progress.show(
                    "\(name.line) \(duration(frame.seconds)), \(found) faces, frame", frames,
                    of: nil)
            }
            summary.say(name)
            tally.addVideo(hasFaces: found > 0)
        } catch let error as UnreadableVideo {
            throw FaceSetWriter.Refusal(reason: error.description)
        }
    }
}
