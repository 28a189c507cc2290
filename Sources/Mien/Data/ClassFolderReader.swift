import Foundation

/// A folder for each class with its images below, either in one tree or in one tree per split:
/// `happy/1.png` or `train/happy/1.png`. Classes and splits go by their usual names.
enum ClassFolderReader {
    /// Whether this is such a folder: some of its folders, or of those of its splits, are named
    /// after emotions.
    static func recognises(_ listing: FolderListing) throws(DataError) -> Bool {
        if listing.folders.contains(where: { Emotion(name: $0.lastPathComponent) != nil }) {
            return true
        }
        for folder in listing.folders where Split(name: folder.lastPathComponent) != nil {
            let inner = try FolderListing(folder)
            if inner.folders.contains(where: { Emotion(name: $0.lastPathComponent) != nil }) {
                return true
            }
        }
        return false
    }

    static func read(_ root: URL, name: String, skipBadRows: Bool) throws(DataError) -> Dataset {
        var builder = DatasetBuilder()
        var images = ImageFileReader()
        var row = 0
        for tree in try trees(below: root) {
            for (emotion, folder) in try classes(below: tree.folder) {
                let files = try FolderListing.filesBelow(folder)
                guard !files.isEmpty else {
                    let error = DataError(
                        skipBadRows ? .row : .empty, file: folder.path,
                        found: "no images", expected: "images of the class \(emotion)",
                        advice: "Remove the folder or fill it.")
                    guard skipBadRows else { throw error }
                    builder.badRows.append(error)
                    continue
                }
                for file in files {
                    defer { row += 1 }
                    let id = relativePath(of: file, below: root)
                    do throws(DataError) {
                        let image = try images.read(file, id: id)
                        builder.append(
                            Sample(id: id, row: row, emotion: emotion, split: tree.split), image)
                    } catch  where error.kind == .row && skipBadRows {
                        builder.badRows.append(error)
                    }
                }
            }
        }
        return builder.dataset(
            name: name, form: .classFolders, sources: [images.source(path: name)])
    }

    private static func trees(
        below root: URL
    ) throws(DataError) -> [(split: Split?, folder: URL)] {
        let folders = try FolderListing(root).folders
        let named = folders.compactMap { folder in
            Split(name: folder.lastPathComponent).map { (split: Optional($0), folder: folder) }
        }
        guard !named.isEmpty else { return [(nil, root)] }
        let others = folders.filter { Split(name: $0.lastPathComponent) == nil }
        if let other = others.first {
            throw DataError(
                .unknownForm, file: other.path, found: "a folder beside those of the splits",
                expected: "only train, valid and test",
                advice: "Move it away, or give one of the splits as the data.")
        }
        return named
    }

    private static func classes(
        below tree: URL
    ) throws(DataError) -> [(Emotion, URL)] {
        var result: [(Emotion, URL)] = []
        for folder in try FolderListing(tree).folders {
            guard let emotion = Emotion(name: folder.lastPathComponent) else {
                throw DataError(
                    .unknownForm, file: folder.path,
                    found: "a folder named \"\(folder.lastPathComponent)\"",
                    expected: "one of the classes \(Emotion.knownNames), or a synonym",
                    advice: "Rename it or move it away.")
            }
            result.append((emotion, folder))
        }
        guard !result.isEmpty else {
            throw DataError(
                .empty, file: tree.path, found: "no folders", expected: "one folder per class")
        }
        return result
    }
}

/// The part of a path behind that of a folder.
func relativePath(of url: URL, below root: URL) -> String {
    let path = url.path
    let prefix = root.path.hasSuffix("/") ? root.path : root.path + "/"
    return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
}
