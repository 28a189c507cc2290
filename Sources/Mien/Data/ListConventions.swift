import Foundation

/// What is known of the lists of one data set, beyond their columns.
struct ListConventions: Sendable {
    /// The data set by name, where it is known.
    var name: String?
    /// The numbering of its classes, where the form of the list says it.
    var scheme: String?
    /// Where the image of a row may be, seen from the folder of the list; the first place is beside
    /// the list.
    var places: @Sendable (_ id: String, _ folder: URL) -> [URL] = { id, folder in
        [URL(fileURLWithPath: id, relativeTo: folder)]
    }
    /// Further facts of an image, such as its subject.
    var attributes: @Sendable (_ id: String, _ folder: URL) throws(DataError) -> [String: String] =
        { _, _ in [:] }
    /// Columns that are not kept.
    var unkept: Set<String> = []
    /// The value that stands for no value, by column.
    var absent: [String: String] = [:]
    /// Whether rows of files that are missing are counted and passed over.
    var passesOverMissing = false

    /// Those of the data set that a table is of.
    init(for table: ManifestTable) {
        self.init()
        let header = table.header
        if let list = table.list, list.names.contains("face_confidence") {
            self = .expW
        } else if header.index(of: "subDirectory_filePath") != nil,
            header.index(of: "expression") != nil
        {
            self = .affectNet
        } else if let column = ManifestColumns.pathColumn(header),
            let id = table.rows.first?.fields[column], Self.isOfRAFDB(id)
        {
            self = .rafDB
            scheme = table.list?.scheme
        } else if let list = table.list {
            self = .rafDB
            name = nil
            scheme = list.scheme
        }
    }

    private init() {}

    /// Names such as "train_00001_aligned.jpg" and "test_0001.jpg".
    private static func isOfRAFDB(_ id: String) -> Bool {
        let parts = URL(fileURLWithPath: id).deletingPathExtension().lastPathComponent
            .split(separator: "_")
        return (2 ... 3).contains(parts.count) && ["train", "test"].contains(parts[0])
            && (4 ... 5).contains(parts[1].count) && parts[1].allSatisfy(\.isNumber)
            && (parts.count == 2 || parts[2] == "aligned")
    }

    /// RAF-DB: the official list gives names without "_aligned"; Kaggle's copy has a folder for each
    /// number.
    private static let rafDB: ListConventions = {
        var conventions = ListConventions()
        conventions.name = "RAF-DB"
        conventions.places = { id, folder in
            let file = URL(fileURLWithPath: id)
            let stem = file.deletingPathExtension().lastPathComponent
            let isAligned = stem.hasSuffix("_aligned")
            let aligned = isAligned ? id : "\(stem)_aligned.\(file.pathExtension)"
            let above = folder.standardizedFileURL.deletingLastPathComponent()
            let part = String(stem.prefix { $0 != "_" })
            var inside = [id, aligned]
            if isAligned {
                inside += (1 ... 7).flatMap {
                    ["DATASET/\(part)/\($0)/\(id)", "\(part)/\($0)/\(id)"]
                }
            }
            return inside.map { URL(fileURLWithPath: $0, relativeTo: folder) }
                + ["Image/aligned/\(aligned)", "aligned/\(aligned)"]
                .map(above.appendingPathComponent)
        }
        conventions.attributes = { id, folder throws(DataError) in
            try RAFAttributes.attributes(of: id, listedIn: folder)
        }
        return conventions
    }()

    private static let expW: ListConventions = {
        var conventions = ListConventions()
        conventions.name = "ExpW"
        conventions.scheme = "fer2013"
        conventions.places = { id, folder in
            let above = folder.standardizedFileURL.deletingLastPathComponent()
            return [id, "image/\(id)", "image/origin/\(id)"].map(folder.appendingPathComponent)
                + ["image/\(id)", "image/origin/\(id)"].map(above.appendingPathComponent)
        }
        return conventions
    }()

    /// AffectNet of 2017: lists in one folder, images in another.
    private static let affectNet: ListConventions = {
        var conventions = ListConventions()
        conventions.name = "AffectNet"
        conventions.scheme = "affectnet"
        conventions.places = { id, folder in
            let above = folder.standardizedFileURL.deletingLastPathComponent()
            let folders = [
                "Manually_Annotated_Images", "Manually_Annotated/Manually_Annotated_Images",
                "Automatically_Annotated_Images",
            ]
            return [URL(fileURLWithPath: id, relativeTo: folder)]
                + [folder, above].flatMap { place in
                    folders.map { place.appendingPathComponent("\($0)/\(id)") }
                }
        }
        conventions.unkept = ["facial_landmarks"]
        conventions.absent = ["valence": "-2", "arousal": "-2"]
        conventions.passesOverMissing = true
        return conventions
    }()
}
