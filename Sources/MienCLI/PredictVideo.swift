import ArgumentParser
import Evaluation
import Foundation
import Imaging
import Mien
import Torch

/// Which frames of videos are looked at.
struct SamplingOptions: ParsableArguments {
    @Option(help: "Of a video, look at every frame with a multiple of this number.")
    var every: Int?

    @Option(help: "Of a video, look at this many frames a second.")
    var fps: Double?

    func validate() throws {
        guard every == nil || fps == nil else {
            throw ValidationError("Give either --every or --fps.")
        }
    }

    func options(limits: DecodingLimits) throws(UsageError) -> VideoOptions {
        var options = VideoOptions()
        options.limits = limits
        if let every {
            guard every >= 1 else {
                throw UsageError("--every", found: "\(every)", expected: "at least 1")
            }
            options.sampling = .every(every)
        }
        if let fps {
            guard fps > 0, fps <= 1000 else {
                throw UsageError("--fps", found: "\(fps)", expected: "above 0, at most 1000")
            }
            options.sampling = .perSecond(fps)
        }
        return options
    }
}

/// How videos are followed.
struct VideoPredictionOptions: ParsableArguments {
    @OptionGroup var sampling: SamplingOptions

    @Option(
        help: """
            Seconds over which a person's score is smoothed; 0 for not at all, the default is 1.
            """)
    var smooth: Double?

    @Option(help: "Folder for a figure of each video: the scores over time, and their numbers.")
    var figures: String?

    func options(limits: DecodingLimits, keepsFrames: Bool) throws(UsageError) -> VideoOptions {
        var options = try sampling.options(limits: limits)
        let smooth = smooth ?? 1
        guard smooth >= 0, smooth <= 3600 else {
            throw UsageError("--smooth", found: "\(smooth)", expected: "0 to 3600 seconds")
        }
        options.smoothingSeconds = smooth
        options.keepsFrames = keepsFrames
        return options
    }
}

extension PredictionRun {
    /// Prints the frames and the persons of a video, and writes what was asked for.
    /// - Parameter number: of the file among all.
    func follow(
        _ source: PredictionSource, _ number: Int, _ output: PredictionOutput,
        _ tally: inout FileTally
    ) async throws {
        let name = source.name
        let stem = derivedName(number, name)
        var tracks = LongestTracks()
        var statuses: [PredictionStatus: Int] = [:]
        let progress = WorkProgress(unit: "frames")
        var frames = 0
        do {
            let summary = try await predictor.predict(
                source, options: videoOptions, isCancelled: { Interruption.isRequested }
            ) { event in
                switch event {
                case .frame(let frame):
                    for face in frame.faces { statuses[face.face.status, default: 0] += 1 }
                    for row in PredictionRow.rows(name, frame, predictor.card) {
                        try output.write(row)
                    }
                    try annotate(frame, stem)
                    frames += 1
                    progress.show(
                        "\(name.line) \(duration(frame.seconds)), frame", frames, of: nil)
                case .trackEnded(let track):
                    try output.write(PredictionRow.row(name, track, predictor.card))
                    tracks.add(track)
                }
            }
            Console.clearTransient()
            summary.say(name)
            tally.addVideo(hasFaces: !statuses.isEmpty)
        } catch let error as UnreadableVideo {
            Console.clearTransient()
            tally.addFailure()
            try output.write(.unreadable(name, error.description))
        }
        for (status, count) in statuses {
            tally.add(Array(repeating: status, count: count))
        }
        if let figures, !tracks.isEmpty {
            let figure = tracks.figure(positive: predictor.card.positive.name)
            let path = figures.appendingPathComponent(stem + "-" + figure.fileName)
            try AtomicFile.write(figure.svg, to: path.appendingPathExtension("svg"))
            try AtomicFile.write(figure.csv, to: path.appendingPathExtension("csv"))
        }
    }

    private func annotate(_ frame: FramePrediction, _ stem: String) throws {
        guard let annotations, let image = frame.image else { return }
        let prediction = frame.imagePrediction
        let url = annotations.appendingPathComponent(
            stem + String(format: "-frame%07d.jpg", frame.index))
        do {
            try DrawnPicture.write(prediction.annotated(image, by: predictor.card), to: url)
        } catch let error as FileError {
            throw error.keeping(frame.index, "frames")
        } catch {
            throw FileError(path: url.path, reason: "cannot be written: \(error)")
        }
    }
}

extension PredictionSource {
    var name: FileName {
        switch self {
        case .image(let name), .video(let name), .unreadable(let name, _): name
        case .camera(let number): FileName("camera:\(number)")
        }
    }
}

extension VideoSummary {
    /// Says what a user should know about how the video was read.
    func say(_ name: FileName) {
        for note in notes { Console.note("\(name.line) \(note)") }
        if endedEarly { Console.note("\(name.line) ends before the length that it declares.") }
    }
}

/// The persons that a figure shows: those seen in most frames.
private struct LongestTracks {
    private static let limit = 6
    private var tracks: [ScoreTrack] = []
    private var omitted = 0

    var isEmpty: Bool { tracks.isEmpty }

    mutating func add(_ track: ScoreTrack) {
        guard track.scored > 0 else { return }
        tracks.append(track)
        guard tracks.count > Self.limit else { return }
        tracks.sort { ($1.frames, $0.number) < ($0.frames, $1.number) }
        tracks.removeLast()
        omitted += 1
    }

    func figure(positive: String) -> ScoreOverTimeFigure {
        ScoreOverTimeFigure(
            tracks: tracks.sorted { $0.number < $1.number }.map { track in
                .init(
                    "person \(track.number)",
                    points: track.points.map {
                        .init(seconds: $0.seconds, score: $0.score, smoothed: $0.smoothed)
                    })
            }, positive: positive, omitted: omitted)
    }
}
