import ArgumentParser
import Foundation
import Imaging
import Mien
import Synchronization
import Torch

/// Where photos come from, and how faces are found in them.
struct SourceOptions: ParsableArguments {
    @Argument(
        help: """
            Image files, folders, patterns in quotes, or - for a list of paths on standard input.
            """)
    var paths: [String] = []

    @Flag(name: .customLong("null"), help: "A zero byte ends each path on standard input.")
    var nul = false

    @Flag(help: "Keep the largest face of each image alone.")
    var largest = false

    @Option(help: "Lowest confidence of a face, 0 to 1. (default: 0.25)")
    var minConfidence: Double?

    @Option(help: "Smallest face in pixels of the downscaled image. (default: 24)")
    var minFace: Double?

    @Option(
        help: """
            Large images are downscaled to a longer side of at least this many pixels before \
            detection. More pixels find smaller faces and take longer.
            """)
    var detail = PredictionOptions().longerSideAtLeast

    @Option(help: "Bytes of a file, at most.")
    var maxBytes = DecodingLimits().maximumBytes

    @Option(help: "Pixels of an image, width times height, at most.")
    var maxPixels = DecodingLimits().maximumPixels

    @Option(help: "Threads that decode and find faces. (default: one per core)")
    var workers: Int?

    func requirePaths() throws {
        guard !paths.isEmpty else {
            throw ValidationError("Missing expected argument '<paths> ...'.")
        }
    }

    var predictionOptions: PredictionOptions {
        get throws {
            var options = PredictionOptions()
            options.largestOnly = largest
            options.longerSideAtLeast = detail
            options.limits.maximumBytes = maxBytes
            options.limits.maximumPixels = maxPixels
            options.workers = workers ?? ProcessInfo.processInfo.activeProcessorCount
            if let minConfidence {
                guard 0 ... 1 ~= minConfidence else {
                    throw UsageError(
                        "--min-confidence", found: "\(minConfidence)", expected: "0 to 1")
                }
                options.detection.minimumConfidence = minConfidence
            }
            if let minFace {
                guard minFace >= 1, minFace <= 10_000 else {
                    throw UsageError("--min-face", found: "\(minFace)", expected: "1 to 10000")
                }
                options.detection.minimumSize = minFace
                options.quality.minimumSize = min(options.quality.minimumSize, minFace)
            }
            return options
        }
    }

    /// The paths with the bytes that they were given with.
    /// - Parameter takesCrops: whether faces that Mien has cut may lie in the folders.
    func sources(takesCrops: Bool) -> SourceList {
        SourceList(
            paths.map(Self.original),
            standardInput: PathList(
                descriptor: STDIN_FILENO, nul: nul, isCancelled: { Interruption.isRequested }),
            takesCrops: takesCrops)
    }

    /// Keeps what is read and what is written apart: files that were named are not written over.
    /// - Throws: `UsageError` where an output folder is one of the inputs.
    func keepApart(from folder: URL?, option: String) throws(UsageError) {
        for path in paths {
            guard let place = FileIdentity(path: path) else { continue }
            guard place != folder.flatMap({ FileIdentity(path: $0.path) }) else {
                throw UsageError(
                    option, found: "\(path), which is read as well",
                    expected: "a folder of its own",
                    advice: "What is written there would be taken for input later.")
            }
            if !FileName(path).isDrawing { FileRoles.addInput(path) }
        }
    }

    /// Swift mends arguments that are not UTF-8; the file would not be found by the mended name.
    private static func original(_ argument: String) -> FileName {
        for index in 0 ..< Int(CommandLine.argc) {
            guard let start = CommandLine.unsafeArgv[index] else { continue }
            if String(cString: start) == argument {
                return FileName(
                    bytes: UnsafeRawBufferPointer(start: start, count: strlen(start)).map { $0 })
            }
        }
        return FileName(argument)
    }
}

/// Which faces are scored, and whether they are looked for.
struct FaceChoice: ParsableArguments {
    @Flag(help: "Score whole images, without looking for a face: for faces that are cut already.")
    var wholeImage = false
    @Flag(help: "Score faces of low quality too.")
    var scoreLowQuality = false

    func apply(to options: inout PredictionOptions) {
        options.wholeImage = wholeImage
        options.scoresLowQuality = scoreLowQuality
    }
}

extension SourceReader {
    /// The sources of a command; they end where it is interrupted.
    /// - Parameter takesCrops: whether faces that Mien has cut may lie in the folders.
    convenience init(_ options: SourceOptions, takesCrops: Bool = false) {
        self.init(isCancelled: { Interruption.isRequested }) {
            options.sources(takesCrops: takesCrops)
        }
    }
}

/// How many files of a command came to what.
struct FileTally {
    private(set) var files = 0
    private(set) var withoutFaces = 0
    private(set) var failed = 0
    private(set) var faces: [PredictionStatus: Int] = [:]

    mutating func add(_ image: ImagePrediction) {
        files += 1
        add(image.faces.map(\.status))
        if image.faces.isEmpty { withoutFaces += 1 }
    }

    mutating func add(_ statuses: [PredictionStatus]) {
        for status in statuses { faces[status, default: 0] += 1 }
    }

    mutating func addVideo(hasFaces: Bool) {
        files += 1
        if !hasFaces { withoutFaces += 1 }
    }

    mutating func addFailure() {
        files += 1
        failed += 1
    }

    var text: String {
        func count(_ status: PredictionStatus) -> Int { faces[status] ?? 0 }
        var text = "\(files) files: \(withoutFaces) without a face, \(failed) unreadable; "
        text += "\(faces.values.reduce(0, +)) faces: \(count(.ok)) ok, "
        return text + "\(count(.lowQuality)) of low quality, \(count(.abstained)) abstained."
    }

    /// - Throws: when there was nothing or files failed, so that the exit code says so.
    func finish() throws(UsageError) {
        guard files > 0 else {
            throw UsageError(
                "input", found: "no image and no video", expected: "at least one",
                advice: "Hidden files are left out, and in folders files that do not end like "
                    + "images or videos; the lines before this one count them by kind.")
        }
        guard failed == 0 else {
            throw UsageError(
                "input", found: "\(failed) of \(files) files that could not be used",
                expected: "none", advice: "The output names each with its reason.")
        }
    }
}
