import Foundation

/// Where the files of a run are: recorded as absolute paths, so that the folder in which a command
/// is given does not matter. Runs of earlier versions recorded paths as they were given.
extension RunConfiguration {
    /// Words that stand for no file.
    private static let words: Set = ["scratch", "imagenet", "released", "tiny"]

    private static func isWord(_ text: String) -> Bool {
        words.contains(text) || text == "synthetic" || text.hasPrefix("synthetic:")
    }

    /// A path from the folder of this process as one from the root; words stay.
    public static func absolute(_ path: String) -> String {
        isWord(path) ? path : URL(fileURLWithPath: path).standardizedFileURL.path
    }

    /// Where a recorded path may lie: as it is, or for a relative one also from the folder of the
    /// run and those above it.
    public static func places(of recorded: String, in folder: RunFolder) -> [String] {
        guard !isWord(recorded), !recorded.hasPrefix("/") else { return [recorded] }
        var places = [recorded]
        var url = folder.url.absoluteURL.standardizedFileURL
        while url.path != "/", places.count < 64 {
            places.append(url.appendingPathComponent(recorded).path)
            url = url.deletingLastPathComponent()
        }
        return places
    }

    /// The first of these places where there is something; the recorded path where there is nothing
    /// at any.
    public static func located(_ recorded: String, in folder: RunFolder) -> String {
        places(of: recorded, in: folder).first { FileManager.default.fileExists(atPath: $0) }
            ?? recorded
    }
}
