import Foundation

/// What a folder that was given as data holds: its files by the form that their first line shows.
struct FolderContents {
    enum Kind {
        /// FER-2013's csv.
        case faces
        /// FER-2013's csv without labels: the competition's test.csv.
        case facesWithoutLabels
        case votes
        /// A list of images with labels or votes.
        case list
    }

    let folder: URL
    /// As it was given.
    let name: String
    let listing: FolderListing
    private let kinds: [(file: String, kind: Kind)]

    private static let endings = [".csv", ".tsv", ".txt", ".lst", ".csv.gz"]
    private static let mostFiles = 64
    /// Names under which FER-2013's csv goes about, the first in front.
    private static let usualNames = [
        "fer2013.csv", "fer2013.csv.gz", "icml_face_data.csv", "icml_face_data.csv.gz",
        "fer2013new.csv", "FERPlus_Label.csv", "manifest.csv", "train.csv", "ckextended.csv",
    ]

    init(_ folder: URL, name: String) throws(DataError) {
        self.folder = folder
        self.name = name
        listing = try FolderListing(folder)
        kinds = listing.files.map(\.lastPathComponent)
            .filter { file in Self.endings.contains { file.lowercased().hasSuffix($0) } }
            .prefix(Self.mostFiles)
            .compactMap { file in
                Self.kind(of: folder.appendingPathComponent(file)).map { (file, $0) }
            }
    }

    private static func kind(of file: URL) -> Kind? {
        guard let header = try? LineReader(path: file.path).header() else { return nil }
        if header.index(of: "pixels") != nil {
            return header.index(of: "emotion") != nil ? .faces : .facesWithoutLabels
        }
        if FERPlusVotes.recognises(header) { return .votes }
        let isList =
            ManifestReader.recognises(header)
            && (header.names.count > 1 || HeaderlessList(header) != nil)
        return isList ? .list : nil
    }

    /// The files of a kind, those of usual names in front, as paths in the way in which the folder
    /// was given.
    func files(_ kind: Kind) -> [String] { fileNames(kind).map(path(of:)) }

    func fileNames(_ kind: Kind) -> [String] {
        kinds.filter { $0.kind == kind }.map(\.file)
            .sorted { (Self.rank($0), $0) < (Self.rank($1), $1) }
    }

    func path(of file: String) -> String { (name.hasSuffix("/") ? name : name + "/") + file }

    private static func rank(_ name: String) -> Int {
        usualNames.firstIndex(of: name) ?? usualNames.count
    }

    /// A sentence on the files and class folders with labels that lie there unused, or `nil`.
    func unusedNote(taken: [String?], usesFolders: Bool = false) -> String? {
        let taken = Set(taken.compactMap(\.self))
        var unused = kinds.map { ($0.file, $0.kind.words) }
            .filter { !taken.contains(path(of: $0.0)) }.map { "\($0.0.printable()) (\($0.1))" }
        let classes = listing.folders.map(\.lastPathComponent).filter { Emotion(name: $0) != nil }
        if !usesFolders, !classes.isEmpty, !taken.contains(where: isList) {
            unused.append("folders of classes (\(classes.listed(limit: 3)))")
        }
        guard !unused.isEmpty else { return nil }
        let what = usesFolders ? "the folders' names" : taken.sorted().listed()
        return "\(name): the labels are taken from \(what); not used: \(unused.listed())."
    }

    private func isList(_ path: String) -> Bool {
        kinds.contains { self.path(of: $0.file) == path && $0.kind == .list }
    }
}

extension FolderContents.Kind {
    fileprivate var words: String {
        switch self {
        case .faces: "rows of faces"
        case .facesWithoutLabels: "faces without labels"
        case .votes: "votes"
        case .list: "a list of images"
        }
    }
}
