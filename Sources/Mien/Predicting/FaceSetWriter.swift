import Evaluation
public import Foundation
import Imaging
import Torch

/// Writes faces that were cut from photos as a data set: PNG files, in a folder per class where
/// there are classes, and `manifest.csv`, which Mien's reader of manifests takes.
///
/// Columns: `path`, `label`, then what the reader keeps as attributes: `source` (the photo; control
/// characters and bytes that are not UTF-8 as `\xNN`), `frame` and `seconds` (of a video, from 0),
/// `face` (its number there, from 1), `status`, `problems`, `confidence`, box, landmarks and
/// quality, in pixels of the photo; `occlusion` where a model said so. Of a video also `track` (the
/// person's number there), `subject` (video and track) and `sequence` (the video): the frames of a
/// video stay on one side of a split, since who comes back to it gets a new number.
public final class FaceSetWriter: @unchecked Sendable {
    /// Where the labels of the faces come from.
    public enum Labelling: Sendable {
        case none
        case emotion(Emotion)
        /// The name of the folder that a photo lies in.
        case folderName
        /// What a regular expression reads from the name of a photo or video: its first group, or
        /// the whole match. A scheme says what codes mean; `nil` stands for names of emotions and
        /// the letters of JAFFE, KDEF and CREMA-D.
        case fileName(pattern: String, ClassScheme?)
    }

    /// Why a photo was not taken, without its name.
    public struct Refusal: Error, Sendable {
        public let reason: String

        public init(reason: String) { self.reason = reason }
    }

    /// Where the manifest is once all is written.
    public let manifest: URL
    public private(set) var written = 0

    /// Whether each face gets a label.
    public var hasLabels: Bool { if case .none = labelling { false } else { true } }

    private let folder: URL
    private let labelling: Labelling
    private let classes: [Emotion]
    private let labelPattern: NamePattern?
    private let subjectPattern: NamePattern?
    private let keepsLowQuality: Bool
    private let partial: URL
    /// The folder, locked against other processes; it goes with this one. Negative without.
    private let lock: Int32
    /// Opened for the first face.
    private var lines: GrowingFile?

    /// - Parameters:
    ///   - classes: those that folders may be named after.
    ///   - subjectPattern: reads who is seen from the name of a photo or video.
    /// - Throws: `UsageError` for a folder that cannot be written or holds a manifest, `DataError` for
    ///   a pattern that is none.
    public init(
        to folder: URL, labelling: Labelling, classes: [Emotion] = Emotion.allCases,
        subjectPattern: String? = nil, keepsLowQuality: Bool = false
    ) throws {
        self.folder = folder
        if case .fileName(let pattern, _) = labelling {
            labelPattern = try NamePattern(pattern, for: "label")
        } else {
            labelPattern = nil
        }
        self.subjectPattern = try subjectPattern.map { (text) throws(DataError) in
            try NamePattern(text, for: "subject")
        }
        self.classes = classes
        self.labelling = labelling
        self.keepsLowQuality = keepsLowQuality
        manifest = folder.appendingPathComponent("manifest.csv")
        partial = folder.appendingPathComponent("manifest.csv.partial")
        try Self.requireNone(manifest, in: folder)
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        guard access(folder.path, W_OK) == 0 else {
            throw UsageError(
                setting: "out", found: "\(folder.path), which cannot be written",
                expected: "a writable folder")
        }
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard
            descriptor < 0 || flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
        else {
            close(descriptor)
            throw UsageError(
                setting: "out", found: "\(folder.path), into which another process writes faces",
                expected: "a folder for a new data set", advice: "Give another folder.")
        }
        lock = descriptor
        // Again: another process may have ended just now.
        try Self.requireNone(manifest, in: folder)
    }

    deinit { if lock >= 0 { close(lock) } }

    private static func requireNone(_ manifest: URL, in folder: URL) throws(UsageError) {
        guard FileManager.default.fileExists(atPath: manifest.path) else { return }
        throw UsageError(
            setting: "out", found: "\(folder.path), which holds a manifest.csv",
            expected: "a folder for a new data set", advice: "Give another folder.")
    }

    /// Whether a file is the manifest of such a data set.
    static func isManifest(_ file: FileName) -> Bool {
        let header = Array((columns.prefix(4).joined(separator: ",") + ",").utf8)
        return file.start(header.count) == header
    }

    /// - Throws: `UsageError` for what is none of the classes.
    public static func emotion(
        named name: String, among classes: [Emotion] = Emotion.allCases
    ) throws(UsageError) -> Emotion {
        guard let emotion = Emotion(name: name, among: classes) else {
            throw UsageError(setting: "label", found: name, expected: "one of \(classes.names)")
        }
        return emotion
    }

    /// Writes the faces of a photo; call it from one thread at a time.
    /// - Parameters:
    ///   - number: of the file, different for each; it leads the names of the files.
    ///   - frame: of a video, from 0, and its time in seconds.
    ///   - tracks: of a video, for each face the person's number there.
    /// - Throws: `Refusal` for a photo without a label, `FileError` when something cannot be
    ///   written.
    public func add(
        _ image: ImagePrediction, from source: FileName, number: Int,
        frame: (index: Int, seconds: Double)? = nil, tracks: [Int] = []
    ) throws {
        let label = try label(of: source)
        for (index, face) in image.faces.enumerated() {
            guard face.status == .ok || keepsLowQuality else { continue }
            let picture = frame.map { String(format: "-frame%07d", $0.index) } ?? ""
            let name = String(format: "%06d%@-%d.png", number, picture, index + 1)
            let path = label.map { "\($0.name)/\(name)" } ?? name
            let url = folder.appendingPathComponent(path)
            let png = try face.crop.encoded(as: .png)
            do throws(FileError) {
                try? FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try AtomicFile.write(png, to: url, syncing: false)
                do throws(FileError) {
                    try openManifest().append(
                        line(
                            path, label, source, frame, index + 1, face,
                            track: tracks.indices.contains(index) ? tracks[index] : nil))
                } catch {
                    unlink(url.path)
                    throw error
                }
            } catch {
                throw error.keeping(written, "faces")
            }
            written += 1
        }
    }

    /// Puts the manifest in its place.
    /// - Throws: `FileError`; where it cannot be finished, what there is of it has the ending
    ///   .partial.
    public func finish() throws {
        try openManifest().finish()
        try AtomicFile.move(partial, to: manifest)
    }

    private func openManifest() throws(FileError) -> GrowingFile {
        if let lines { return lines }
        let lines = try GrowingFile(partial)
        try lines.append(Self.columns.joined(separator: ",") + "\n")
        self.lines = lines
        return lines
    }

    private func label(of source: FileName) throws(Refusal) -> Emotion? {
        switch labelling {
        case .none: return nil
        case .emotion(let emotion): return emotion
        case .folderName:
            let parts = source.bytes.split(separator: UInt8(ascii: "/"))
            let name = parts.count > 1 ? FileName(bytes: Array(parts[parts.count - 2])).text : ""
            guard let emotion = Emotion(name: name, among: classes) else {
                throw Refusal(
                    reason: "lies in the folder \"\(name)\", which is not named after one of "
                        + classes.names)
            }
            return emotion
        case .fileName(_, let scheme):
            guard let code = labelPattern?.value(in: source.text) else {
                throw Refusal(reason: "its name does not fit the label pattern")
            }
            switch (scheme ?? .letters).meaning(of: code) {
            case .emotion(let emotion): return emotion
            case .none?: throw Refusal(reason: "its class \(code.quoted()) is left out")
            case nil:
                throw Refusal(
                    reason: "its name says the class \(code.quoted()), which is none of "
                        + classes.names)
            }
        }
    }

    private static let columns =
        ["path", "label", "source", "frame", "seconds", "face", "status", "problems", "confidence"]
        + ["left", "top", "width", "height"].map { "box_\($0)" }
        + ["left_eye", "right_eye", "nose", "left_mouth", "right_mouth"]
        .flatMap { ["\($0)_x", "\($0)_y"] }
        + ["size", "sharpness", "brightness", "contrast", "yaw", "pitch", "roll", "visible_share"]
        + ["track", "subject", "sequence", "occlusion"]

    /// Columns about a picture or a face in it, which make no groups of people.
    static let measurements = Set(columns.dropFirst(2))

    private func line(
        _ path: String, _ label: Emotion?, _ source: FileName,
        _ frame: (index: Int, seconds: Double)?, _ number: Int, _ face: FacePrediction,
        track: Int?
    ) -> String {
        var numbers: [Double?] = [face.face?.confidence]
        let box = face.face?.box
        numbers += [box?.left, box?.top, box?.width, box?.height]
        let points = face.face?.landmarks.points
        for index in 0 ..< 5 { numbers += [points?[index].x, points?[index].y] }
        let quality = face.quality
        numbers += [quality?.size, quality?.sharpness, quality?.brightness, quality?.contrast]
        numbers += [quality?.yaw, quality?.pitch, quality?.roll, quality?.visibleShare]
        let subject = subjectPattern?.value(in: source.text)
        let clip: [String] = [
            track.map(String.init) ?? "",
            subject ?? track.map { "\(source.line)#\($0)" } ?? "",
            frame == nil ? "" : source.line,
        ]
        let fields: [String] =
            [path, label?.name ?? "", source.line, frame.map { "\($0.index)" } ?? ""]
            + [frame.map { String(format: "%.3f", $0.seconds) } ?? "", "\(number)"]
            + [face.status.rawValue, face.problems.map(\.name).joined(separator: " ")]
            + numbers.map { $0.map { String(format: "%.3f", $0) } ?? "" }
            + clip + [quality?.occlusion.map { String(format: "%.3f", $0) } ?? ""]
        return CSV.line(fields)
    }
}
