import Foundation
import Torch

/// What a folder holds, hidden files and those of file managers left out, in the order of the
/// names' bytes, so that every machine sees the same order.
struct FolderListing {
    let folders: [URL]
    let files: [URL]

    init(_ url: URL) throws(DataError) {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: url.path)
        } catch {
            throw DataError(
                .unreadable, file: url.path, found: error.localizedDescription,
                expected: "a folder to read")
        }
        var folders: [URL] = []
        var files: [URL] = []
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            if name.hasPrefix(".") || Self.clutter.contains(name) { continue }
            let child = url.appendingPathComponent(name)
            guard let status = FileName(child.path).status() else {
                files.append(child)
                continue
            }
            if FileRoles.isOutput(FileIdentity(status)) { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                folders.append(child)
            } else {
                files.append(child)
            }
        }
        self.folders = folders
        self.files = files
    }

    private static let clutter: Set<String> = ["Thumbs.db", "desktop.ini", "__MACOSX"]

    /// All files below a folder. A folder that is met again through a link is not entered twice.
    static func filesBelow(_ url: URL) throws(DataError) -> [URL] {
        var visited: Set<String> = []
        return try filesBelow(url, &visited)
    }

    private static func filesBelow(
        _ url: URL, _ visited: inout Set<String>
    ) throws(DataError) -> [URL] {
        guard visited.insert(url.resolvingSymlinksInPath().path).inserted else { return [] }
        let listing = try FolderListing(url)
        var files = listing.files
        for folder in listing.folders { files += try filesBelow(folder, &visited) }
        return files
    }
}

extension URL {
    /// Whether the name ends as those of images do.
    var hasImageEnding: Bool {
        ["jpg", "jpeg", "png", "bmp", "tif", "tiff", "webp", "pgm", "ppm"]
            .contains(pathExtension.lowercased())
    }
}

func isFolder(_ url: URL) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory)
        && isDirectory.boolValue
}
