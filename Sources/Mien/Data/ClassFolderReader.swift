import Foundation

/// A folder for each class with its images below, either in one tree or in one tree per split:
/// `happy/1.png` or `train/happy/1.png`. Classes and splits go by their usual names.
enum ClassFolderReader {
    /// Whether this is such a folder: some of its folders, or of those of its splits, are named
    /// after emotions, or several are named by numbers.
    static func recognises(
        _ listing: FolderListing, _ classes: ClassScheme? = nil
    ) throws(DataError) -> Bool {
        if holdsClasses(listing, classes) { return true }
        for folder in listing.folders where Split(name: folder.lastPathComponent) != nil {
            if holdsClasses(try FolderListing(folder), classes) { return true }
        }
        return false
    }

    private static func holdsClasses(_ listing: FolderListing, _ classes: ClassScheme?) -> Bool {
        let names = listing.folders.map(\.lastPathComponent)
        return names.contains { meaning(of: $0, classes) != nil }
            || names.count { ClassScheme.isNumber($0) } > 1
    }

    static func meaning(of name: String, _ classes: ClassScheme?) -> ClassScheme.Meaning? {
        if let classes { return classes.meaning(of: name) }
        return Emotion(name: name).map { .emotion($0) }
    }

    static func read(
        _ root: URL, name: String, classes: ClassScheme? = nil,
        _ reading: PictureReading
    ) throws(DataError) -> Dataset {
        var builder = DatasetBuilder(reading)
        var row = 0
        let trees = try trees(below: root)
        for tree in trees {
            if trees.count > 1, let note = try unlabelledNote(tree.folder) {
                builder.notes.append(note)
                continue
            }
            builder.notes += try strayNotes(in: tree.folder, classes)
            for (emotion, folder) in try emotionFolders(below: tree.folder, classes) {
                let files = try FolderListing.filesBelow(folder)
                guard !files.isEmpty else {
                    try builder.leaveOut(
                        DataError(
                            reading.skipsBadRows ? .row : .empty, file: folder.path,
                            found: "no images", expected: "images of the class \(emotion)",
                            advice: "Remove the folder or fill it."))
                    continue
                }
                for file in files {
                    let sample = Sample(
                        id: relativePath(of: file, below: root), row: row, emotion: emotion,
                        split: tree.split, attributes: kaggleTest(file, tree.split))
                    try builder.append(.init(sample: sample, url: file))
                    row += 1
                }
            }
        }
        try builder.readWaiting()
        builder.notes += PathClaims(of: builder.samples).notes(taking: "the folder's")
        return builder.dataset(
            name: name, form: .classFolders, sources: [builder.source(path: name)])
    }

    /// Of a split without folders of classes, such as the test images of SFEW, which have no labels.
    private static func unlabelledNote(_ tree: URL) throws(DataError) -> String? {
        let listing = try FolderListing(tree)
        let images = listing.files.count { $0.hasImageEnding }
        guard listing.folders.isEmpty, images > 0 else { return nil }
        return
            "\(tree.lastPathComponent) holds no folders of classes: its \(images) images have no "
            + "labels and are not used."
    }

    /// Kaggle's folders of FER-2013 mix its two tests; names such as PublicTest_31415.jpg tell them
    /// apart.
    private static func kaggleTest(_ file: URL, _ split: Split?) -> [String: String] {
        let prefix = String(file.lastPathComponent.prefix { $0 != "_" })
        return split == .test && ["PublicTest", "PrivateTest"].contains(prefix)
            ? ["usage": prefix] : [:]
    }

    /// Images beside the class folders, and folders that two names make one class.
    private static func strayNotes(
        in tree: URL, _ classes: ClassScheme?
    ) throws(DataError) -> [String] {
        let listing = try FolderListing(tree)
        let images = listing.files.filter(\.hasImageEnding)
        var notes =
            images.isEmpty
            ? []
            : [
                "\(images.count) images lie beside the class folders in "
                    + "\(tree.lastPathComponent) and are not used, such as "
                    + "\(images[0].lastPathComponent)."
            ]
        var names: [Emotion: [String]] = [:]
        for folder in listing.folders {
            if case .emotion(let emotion) = meaning(of: folder.lastPathComponent, classes) {
                names[emotion, default: []].append(folder.lastPathComponent)
            }
        }
        for emotion in classes?.classes ?? Emotion.allCases {
            guard let several = names[emotion], several.count > 1 else { continue }
            notes.append("The folders \(several.listed()) are taken as one class, \(emotion).")
        }
        return notes
    }

    /// The refusal of a folder that holds the trees of its splits, and in another folder once more.
    static func treeAgain(below root: URL) throws(DataError) -> DataError? {
        let folders = try FolderListing(root).folders
        let named = folders.filter { Split(name: $0.lastPathComponent) != nil }
        guard !named.isEmpty else { return nil }
        for other in folders where Split(name: other.lastPathComponent) == nil {
            guard try recognises(FolderListing(other)) else { continue }
            return DataError(
                .unknownForm, file: root.path,
                found: "two trees of classes: \(named.map(\.lastPathComponent).listed()), and once "
                    + "more below \(other.lastPathComponent)",
                expected: "one of them", advice: "Give \(other.path) as the data.")
        }
        return nil
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
            if let twice = try treeAgain(below: root) { throw twice }
            throw DataError(
                .unknownForm, file: other.path, found: "a folder beside those of the splits",
                expected: "only train, valid and test",
                advice: "Move it away, or give one of the splits as the data.")
        }
        return named
    }

    private static func emotionFolders(
        below tree: URL, _ classes: ClassScheme?
    ) throws(DataError) -> [(Emotion, URL)] {
        let folders = try FolderListing(tree).folders
        guard !folders.isEmpty else {
            throw DataError(
                .empty, file: tree.path, found: "no folders", expected: "one folder per class")
        }
        var result: [(Emotion, URL)] = []
        var unknown = UnknownClasses()
        for folder in folders {
            let name = folder.lastPathComponent
            switch meaning(of: name, classes) {
            case .emotion(let emotion): result.append((emotion, folder))
            case .none?: continue
            case nil: unknown.add(name, count: try FolderListing.filesBelow(folder).count)
            }
        }
        if let error = unknown.error(file: tree.path, classes, areAll: result.isEmpty) {
            throw error
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
