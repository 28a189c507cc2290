import Foundation

/// A folder for each person with a folder for each class below, such as Oulu-CASIA's
/// `VL/Strong/P001/Anger/000.jpeg`. Names of people have a number.
struct PeopleFoldersReader: DatasetReader {
    let name = "folders of people"

    private static let mostLevels = 5

    /// Folders whose names tell what their images have in common, as in Oulu-CASIA.
    private static let attributes: [String: [String]] = [
        "light": ["VL", "NI"], "illumination": ["Strong", "Weak", "Dark"],
    ]

    func recognises(_ request: DatasetRequest) throws(DataError) -> Bool {
        guard request.isFolder else { return false }
        let people = try Self.people(below: request.url, request.labels.scheme, Self.mostLevels)
        return people.count > 1
    }

    func list(_ request: DatasetRequest) throws(DataError) -> PictureList {
        let scheme = request.labels.scheme
        var list = PictureList()
        var unknown = UnknownClasses()
        let people = try Self.people(below: request.url, scheme, Self.mostLevels)
        for person in people {
            let parts = relativePath(of: person, below: request.url).split(separator: "/")
                .map(String.init)
            let attributes = Self.attributes.compactMapValues { names in
                parts.first { names.contains($0) }
            }
            for folder in try FolderListing(person).folders {
                let files = try FolderListing.filesBelow(folder).filter(\.hasImageEnding)
                switch ClassFolderReader.meaning(of: folder.lastPathComponent, scheme) {
                case .emotion(let emotion):
                    for file in files {
                        let sample = Sample(
                            id: relativePath(of: file, below: request.url), row: list.count,
                            emotion: emotion, split: parts.compactMap { Split(name: $0) }.last,
                            subject: person.lastPathComponent, attributes: attributes)
                        list.append(sample, at: file)
                    }
                case .none?: continue
                case nil: unknown.add(folder.lastPathComponent, count: files.count)
                }
            }
        }
        if let error = unknown.error(file: request.path, scheme) { throw error }
        let first = people.first?.lastPathComponent ?? ""
        list.notes.append(
            "The folders above the classes, such as \(first), are taken for people, whose images "
                + "stay together. First frames of a sequence may be neutral, whatever their folder."
        )
        return list
    }

    /// The folders that hold two folders of classes or more; none where they are not like people.
    private static func people(
        below folder: URL, _ scheme: ClassScheme?, _ levels: Int
    ) throws(DataError) -> [URL] {
        let listing = try FolderListing(folder)
        let classes = listing.folders.count {
            ClassFolderReader.meaning(of: $0.lastPathComponent, scheme) != nil
        }
        if classes > 1 {
            let name = folder.lastPathComponent
            return name.contains(where: \.isNumber) && Split(name: name) == nil ? [folder] : []
        }
        var found: [URL] = []
        guard levels > 0, classes == 0 else { return [] }
        for child in listing.folders { found += try people(below: child, scheme, levels - 1) }
        return found
    }
}
