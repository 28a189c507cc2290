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
            Seconds over which a person's score is smoothed; 0 for none. (default: 1)
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

/// Prints the frames and the persons of videos, one after the other, and writes what was asked for.
struct VideoOutputs {
    /// Videos so far.
    private(set) var count = 0
    private let run: PredictionRun
    private var current: Current?

    private struct Current {
        let item: PredictionSession.Item
        var tracks = LongestTracks()
        var statuses: [PredictionStatus: Int] = [:]
        var frames = 0
        let progress = WorkProgress(unit: "frames")

        var stem: String { derivedName(item.number, item.name) }
    }

    init(_ run: PredictionRun) { self.run = run }

    mutating func begin(_ item: PredictionSession.Item) {
        count += 1
        current = Current(item: item)
    }

    mutating func add(
        _ frame: FramePrediction, of item: PredictionSession.Item, to output: PredictionOutput
    ) throws {
        for face in frame.faces { current?.statuses[face.face.status, default: 0] += 1 }
        for row in PredictionRow.rows(item.name, frame, run.predictor.card) {
            try output.write(row)
        }
        try annotate(frame)
        current?.frames += 1
        current?.progress.show(
            "\(item.name.line) \(duration(frame.seconds)), frame", current?.frames ?? 0, of: nil)
    }

    mutating func add(
        _ track: ScoreTrack, of item: PredictionSession.Item, to output: PredictionOutput
    ) throws {
        try output.write(PredictionRow.row(item.name, track, run.predictor.card))
        current?.tracks.add(track)
    }

    /// Counts the faces of the video that began last, and writes its figure.
    /// - Parameter summary: of a video that was read to its end.
    mutating func end(_ tally: inout FileTally, _ summary: VideoSummary? = nil) throws {
        guard let current else { return }
        self.current = nil
        Console.clearTransient()
        if let summary {
            summary.say(current.item.name)
            tally.addVideo(hasFaces: !current.statuses.isEmpty)
        }
        for (status, count) in current.statuses {
            tally.add(Array(repeating: status, count: count))
        }
        if let figures = run.figures, !current.tracks.isEmpty {
            let figure = current.tracks.figure(positive: run.predictor.card.positive.name)
            let path = figures.appendingPathComponent(current.stem + "-" + figure.fileName)
            try AtomicFile.write(figure.svg, to: path.appendingPathExtension("svg"))
            try AtomicFile.write(figure.csv, to: path.appendingPathExtension("csv"))
        }
    }

    private func annotate(_ frame: FramePrediction) throws {
        guard let annotations = run.annotations, let image = frame.image, let current else {
            return
        }
        let prediction = frame.imagePrediction
        let url = annotations.appendingPathComponent(
            current.stem + String(format: "-frame%07d.jpg", frame.index))
        do {
            try DrawnPicture.write(prediction.annotated(image, by: run.predictor.card), to: url)
        } catch let error as FileError {
            throw error.keeping(frame.index, "frames")
        } catch {
            throw FileError(path: url.path, reason: "cannot be written: \(error)")
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
