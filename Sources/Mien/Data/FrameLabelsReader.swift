import Foundation

/// The expressions of Aff-Wild2: a text file per video, whose first line names the classes and whose
/// further lines are the numbers of the frames' classes, and `cropped_aligned/VIDEO/00001.jpg`. Line
/// and frame join the two, so frames without a face keep their place.
struct FrameLabelsReader: DatasetReader {
    let name = "Aff-Wild2"

    private static let firstLine = "neutral,anger,disgust,fear,happiness,sadness,surprise"
    private static let frames = "cropped_aligned"
    private static let mostLevels = 3

    func recognises(_ request: DatasetRequest) throws(DataError) -> Bool {
        try Self.labelFiles(request).contains { Self.isLabelFile($0) }
    }

    func list(_ request: DatasetRequest) throws(DataError) -> PictureList {
        let files = try Self.labelFiles(request).filter { Self.isLabelFile($0) }
        guard let root = try Self.framesFolder(request.url) else {
            throw DataError(
                .unknownForm, file: request.path, found: "labels of frames, without the frames",
                expected: "the folder \(Self.frames) beside or above the labels",
                advice: "Put the folder \(Self.frames) of Aff-Wild2 there.")
        }
        var list = PictureList()
        var tally = Tally()
        for file in files {
            try Self.append(file, frames: root, to: &list, &tally)
        }
        list.notes.append(tally.note(videos: files.count))
        return list
    }

    private struct Tally {
        var unlabelled = 0
        var missing = 0

        func note(videos: Int) -> String {
            "The labels are those of the frames of \(videos) videos, joined by line; \(unlabelled) "
                + "frames have no class (-1 or other), \(missing) have no face."
        }
    }

    private static func append(
        _ file: URL, frames: URL, to list: inout PictureList, _ tally: inout Tally
    ) throws(DataError) {
        let reader = try LineReader(path: file.path)
        let names = try reader.header().names.filter { !$0.isEmpty }
        let video = file.deletingPathExtension().lastPathComponent
        let folder = frames.appendingPathComponent(video)
        let present = isFolder(folder) ? try FolderListing(folder).files : []
        let byStem = Dictionary(
            present.map { ($0.deletingPathExtension().lastPathComponent, $0) },
            uniquingKeysWith: { first, _ in first })
        let sides = ["_left", "_right"]
        let clip =
            sides.first { video.hasSuffix($0) }.map { video.dropLast($0.count) } ?? video[...]
        let split =
            Split(name: FrameLabelsReader.partName(file.deletingLastPathComponent()))
        var number = 0
        while let bytes = try reader.next() {
            number += 1
            let fields = try reader.fields(of: bytes)
            guard let field = fields.first, let code = Int(field), (-1 ..< names.count) ~= code
            else {
                list.leaveOut(
                    .row(
                        file.path, line: reader.line, found: fields.listed(limit: 3).quoted(),
                        expected: "a number from -1 to \(names.count - 1), one a frame"))
                continue
            }
            guard code >= 0, let emotion = Emotion(name: names[code]) else {
                tally.unlabelled += 1
                continue
            }
            guard let picture = byStem[String(format: "%05d", number)] else {
                tally.missing += 1
                continue
            }
            let sample = Sample(
                id: "\(video)/\(picture.lastPathComponent)", row: list.count, line: reader.line,
                emotion: emotion, split: split, subject: video, sequence: String(clip))
            list.append(sample, at: picture, listedIn: (file.path, reader.line))
        }
    }

    /// "Train" of "Train_Set".
    private static func partName(_ folder: URL) -> String {
        String(folder.lastPathComponent.prefix { $0 != "_" })
    }

    private static func isLabelFile(_ file: URL) -> Bool {
        guard let header = try? LineReader(path: file.path).header() else { return false }
        return header.names.joined(separator: ",").lowercased().hasPrefix(firstLine)
    }

    /// The text files given, or those up to three levels below a folder.
    private static func labelFiles(_ request: DatasetRequest) throws(DataError) -> [URL] {
        guard request.isFolder else { return [request.url] }
        return try descend(request.url, levels: mostLevels) { $0.files }
            .filter { $0.pathExtension.lowercased() == "txt" }
    }

    /// Down to two levels below what was given, else beside it or above.
    private static func framesFolder(_ given: URL) throws(DataError) -> URL? {
        var folder = given.standardizedFileURL
        let isFrames: (URL) -> Bool = { $0.lastPathComponent.hasPrefix(frames) }
        if isFolder(folder) {
            let below = try descend(folder, levels: 2) { $0.folders.filter(isFrames) }
            if let found = below.first { return found }
        }
        for _ in 0 ..< mostLevels {
            folder.deleteLastPathComponent()
            if let found = try FolderListing(folder).folders.first(where: isFrames) { return found }
        }
        return nil
    }

    /// What folders hold down to a level, those of frames left out.
    private static func descend(
        _ folder: URL, levels: Int, _ pick: (FolderListing) -> [URL]
    ) throws(DataError) -> [URL] {
        let listing = try FolderListing(folder)
        var found = pick(listing)
        guard levels > 0, listing.folders.count < 100 else { return found }
        for child in listing.folders where !child.lastPathComponent.hasPrefix(frames) {
            found += try descend(child, levels: levels - 1, pick)
        }
        return found
    }
}
