import Foundation

/// The lists of RAF-DB ("train_00001.jpg 5") and of ExpW ("angry_actor_104.jpg 0 28 113 226 141
/// 22.9 0"): fields apart by spaces, and no names of columns.
struct HeaderlessList {
    let names: [String]
    /// What the list's numbers mean; `nil` for a list of a name that is not known.
    let scheme: String?

    /// - Parameter header: the first line, taken for names of columns.
    init?(_ header: CSVHeader) {
        guard header.names.count == 1, let first = header.names.first else { return nil }
        let fields = Self.fields(of: first)
        guard let file = fields.first, URL(fileURLWithPath: file).hasImageEnding else { return nil }
        guard fields.dropFirst().allSatisfy({ Double($0) != nil }) else { return nil }
        switch fields.count {
        case 2:
            names = ["path", "label"]
            let file = URL(fileURLWithPath: header.file).lastPathComponent
            let isKnown = ["list_patition_label.txt", "list_partition_label.txt"].contains(file)
            scheme = isKnown ? "rafdb" : nil
        case 8:
            names =
                ["path", "face", "face_top", "face_left", "face_right", "face_bottom"]
                + ["face_confidence", "label"]
            scheme = "fer2013"
        default: return nil
        }
    }

    static func fields(of line: String) -> [String] {
        line.split { $0 == " " || $0 == "\t" }.map(String.init)
    }

    /// "train_00001.jpg" is of the split train.
    static func split(of id: String) -> Split? {
        id.contains("_") ? Split(name: String(id.prefix { $0 != "_" })) : nil
    }

    /// Where RAF-DB and ExpW keep the image `id` of a list in `folder`; the first place is beside
    /// the list.
    static func places(of id: String, listedIn folder: URL) -> [URL] {
        let file = URL(fileURLWithPath: id)
        let stem = file.deletingPathExtension().lastPathComponent
        let aligned = "\(stem)_aligned.\(file.pathExtension)"
        let above = folder.standardizedFileURL.deletingLastPathComponent()
        return [id, aligned, "image/\(id)", "image/origin/\(id)"].map(folder.appendingPathComponent)
            + ["Image/aligned/\(aligned)", "image/\(id)", "image/origin/\(id)"]
            .map(above.appendingPathComponent)
    }
}
