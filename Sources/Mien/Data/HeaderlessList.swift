import Foundation

/// Lists without names of columns: those of RAF-DB ("train_00001.jpg 5") and of ExpW
/// ("angry_actor_104.jpg 0 28 113 226 141 22.9 0"), whose fields are apart by spaces, and
/// AffectNet's validation.csv, whose fields are apart by commas.
struct HeaderlessList {
    let names: [String]
    /// What the list's numbers mean; `nil` for a list of a name that is not known.
    let scheme: String?
    private let isCSV: Bool
    /// What the fields of the file were split by.
    private let separator: String

    private static let affectNet = [
        "subDirectory_filePath", "face_x", "face_y", "face_width", "face_height",
        "facial_landmarks", "expression", "valence", "arousal",
    ]

    /// - Parameter header: the first line, taken for names of columns.
    init?(_ header: CSVHeader) {
        separator = String(decoding: [header.separator], as: UTF8.self)
        let line = header.names.joined(separator: separator)
        let cells = Self.cells(of: line)
        if cells.count == Self.affectNet.count, URL(fileURLWithPath: cells[0]).hasImageEnding,
            [1, 2, 3, 4, 6, 7].allSatisfy({ Double(cells[$0]) != nil })
        {
            names = Self.affectNet
            scheme = "affectnet"
            isCSV = true
            return
        }
        isCSV = false
        guard header.names.count == 1 else { return nil }
        let fields = Self.words(of: line)
        guard let file = fields.first, URL(fileURLWithPath: file).hasImageEnding,
            fields.dropFirst().allSatisfy({ Double($0) != nil })
        else { return nil }
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

    /// Splits a line again that was split into these fields.
    func fields(of fields: [String]) -> [String] {
        let line = fields.joined(separator: separator)
        return isCSV ? Self.cells(of: line) : Self.words(of: line)
    }

    private static func words(of line: String) -> [String] {
        line.split { $0 == " " || $0 == "\t" }.map(String.init)
    }

    private static func cells(of line: String) -> [String] {
        line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    /// "train_00001.jpg" is of the split train.
    static func split(of id: String) -> Split? {
        id.contains("_") ? Split(name: String(id.prefix { $0 != "_" })) : nil
    }
}
