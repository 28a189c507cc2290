import Foundation

/// AffectNet as it is given out since 2021: `train_set` and `val_set`, each with `images/7.jpg` and
/// `annotations/7_exp.npy`, which holds the number of the class as text or number.
struct AffectNetArraysReader: DatasetReader {
    let name = "AffectNet"

    private static let parts: [(folder: String, split: Split?)] = [
        ("train_set", .train), ("val_set", .valid), ("", nil),
    ]

    private func isPart(_ folder: URL) -> Bool {
        let annotations = folder.appendingPathComponent("annotations")
        guard isFolder(folder.appendingPathComponent("images")), isFolder(annotations),
            let names = try? FileManager.default.contentsOfDirectory(atPath: annotations.path)
        else { return false }
        return names.contains { $0.hasSuffix("_exp.npy") }
    }

    private func parts(of request: DatasetRequest) -> [(folder: String, split: Split?)] {
        Self.parts.filter {
            isPart($0.folder.isEmpty ? request.url : request.url.appendingPathComponent($0.folder))
        }
    }

    func recognises(_ request: DatasetRequest) -> Bool { !parts(of: request).isEmpty }

    func list(_ request: DatasetRequest) throws(DataError) -> PictureList {
        let scheme =
            if let own = request.labels.scheme { own } else { try ClassScheme(named: "affectnet") }
        var list = PictureList()
        var (leftOut, missing) = (0, 0)
        for part in parts(of: request) {
            let prefix = part.folder.isEmpty ? "" : part.folder + "/"
            let images = try FolderListing(request.url.appendingPathComponent(prefix + "images"))
            let files = images.files.map { ($0.deletingPathExtension().lastPathComponent, $0) }
            let byStem = Dictionary(files, uniquingKeysWith: { first, _ in first })
            for stem in try Self.stems(request.url.appendingPathComponent(prefix + "annotations")) {
                let labels = request.path(of: "\(prefix)annotations/\(stem)_exp.npy")
                do throws(DataError) {
                    let number = try Self.scalar(labels)
                    switch scheme.meaning(of: number) {
                    case .emotion(let emotion):
                        guard let file = byStem[stem] else {
                            missing += 1
                            continue
                        }
                        list.append(
                            Sample(
                                id: "\(prefix)images/\(file.lastPathComponent)", row: list.count,
                                emotion: emotion, split: part.split,
                                attributes: Self.attributes(labels)),
                            at: file)
                    case .none?: leftOut += 1
                    case nil:
                        throw .row(
                            labels, line: nil, found: number.quoted(limit: 20),
                            expected: "the number of a class, 0 to 10")
                    }
                } catch {
                    list.leaveOut(error)
                }
            }
        }
        list.notes.append("\(request.path): the classes are AffectNet's numbers in *_exp.npy.")
        if leftOut > 0 {
            list.notes.append(
                "\(leftOut) images of no class (none, uncertain, no face) are left out.")
        }
        if missing > 0 {
            list.notes.append("\(missing) labels are of images that are missing.")
        }
        return list
    }

    /// Names before "_exp.npy", by number.
    private static func stems(_ folder: URL) throws(DataError) -> [String] {
        try FolderListing(folder).files.map(\.lastPathComponent)
            .filter { $0.hasSuffix("_exp.npy") }.map { String($0.dropLast(8)) }
            .sorted { (Int($0) ?? .max, $0) < (Int($1) ?? .max, $1) }
    }

    private static func scalar(_ path: String) throws(DataError) -> String {
        let array = try NumpyArray(path: path)
        guard array.texts.count == 1 else {
            throw .row(
                path, line: nil, found: "\(array.texts.count) values", expected: "one value")
        }
        return array.texts[0]
    }

    /// Valence and arousal, where they are known: -2 stands for no value.
    private static func attributes(_ labels: String) -> [String: String] {
        var attributes: [String: String] = [:]
        for (ending, name) in [("val", "valence"), ("aro", "arousal")] {
            let path = labels.replacingOccurrences(of: "_exp.npy", with: "_\(ending).npy")
            guard let text = try? scalar(path), let value = Double(text), value != -2 else {
                continue
            }
            attributes[name] = text
        }
        return attributes
    }
}
