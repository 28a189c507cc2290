import Foundation

/// Images whose file names say the class: by a pattern that was asked for, or as those of JAFFE,
/// KDEF, CREMA-D and RAVDESS do.
struct NamedPicturesReader: DatasetReader {
    let name = "images labelled by their names"

    func recognises(_ request: DatasetRequest) throws(DataError) -> Bool {
        guard request.isFolder else { return false }
        if request.labels.labelPattern != nil { return true }
        return try Self.naming(request) != nil
    }

    func list(_ request: DatasetRequest) throws(DataError) -> PictureList {
        let files = try Self.images(below: request.url)
        let naming = request.labels.labelPattern == nil ? try Self.naming(request) : nil
        let pattern = try request.labels.labelPattern.map { (text) throws(DataError) in
            try NamePattern(text, for: "label")
        }
        let scheme = naming?.classes ?? request.labels.scheme ?? .letters
        var list = PictureList()
        var unknown = UnknownClasses()
        var unfitting: [String] = []
        var leftOut = 0
        for file in files {
            let id = relativePath(of: file, below: request.url)
            let image = ImageName(id)
            let said = naming?.label(of: image.stem) ?? pattern?.value(in: id)
            guard let said else {
                unfitting.append(id)
                continue
            }
            switch scheme.meaning(of: said) {
            case .emotion(let emotion):
                let folders = id.split(separator: "/").dropLast()
                let split = folders.compactMap { Split(name: String($0)) }.last
                list.append(
                    Sample(
                        id: id, row: list.count, emotion: emotion, split: split,
                        subject: naming?.subject(of: image.stem)), at: file)
            case .none?: leftOut += 1
            case nil: unknown.add(said)
            }
        }
        if let error = unknown.error(file: request.path, scheme) { throw error }
        if let pattern, list.count + leftOut == 0 {
            throw DataError(
                .request, file: request.path,
                found: "no name that fits the label pattern \(pattern.text)",
                expected: "names such as \(unfitting.first ?? "none, there are no images")")
        }
        list.knownAs = naming?.name
        list.notes += notes(naming, files.count, unfitting, leftOut)
        return list
    }

    private func notes(
        _ naming: NameScheme?, _ count: Int, _ unfitting: [String], _ leftOut: Int
    ) -> [String] {
        var notes = naming.map { [$0.labelNote] } ?? []
        if let first = unfitting.first {
            notes.append(
                "\(unfitting.count) of \(count) images have a name that says no class, such as "
                    + "\(first), and are left out.")
        }
        if leftOut > 0 { notes.append("\(leftOut) images are left out, of classes given as none.") }
        return notes
    }

    private static func images(below folder: URL) throws(DataError) -> [URL] {
        try FolderListing.filesBelow(folder).filter(\.hasImageEnding)
    }

    private static func naming(_ request: DatasetRequest) throws(DataError) -> NameScheme? {
        let names = try images(below: request.url).map { ImageName($0.path) }
        return NameScheme.fitting(names).flatMap { $0.classes == nil ? nil : $0 }
    }
}
