import Foundation

/// Where a data set lies and in which form.
struct DatasetPlace {
    private let form: Form
    private(set) var notes: [String] = []

    private enum Form {
        case ferCSV(String, votes: String?)
        case ferPlusFolders(URL, name: String)
        case ferPlusPictures(URL, name: String, folders: [URL], votes: String)
        case classFolders(URL, name: String, ClassScheme?)
        case manifest(String, below: URL?, ClassScheme?)
        case synthetic(SyntheticOptions)
    }

    func read(skipBadRows: Bool, checksVotes: Bool) throws(DataError) -> Dataset {
        switch form {
        case .ferCSV(let path, let votes):
            try FERReader.read(
                path: path, votesPath: votes, skipBadRows: skipBadRows, checksVotes: checksVotes)
        case .ferPlusFolders(let url, let name):
            try FERPlusFolderReader.read(url, name: name, skipBadRows: skipBadRows)
        case .ferPlusPictures(let url, let name, let folders, let votes):
            try FERPlusPictureReader.read(
                url, name: name, folders: folders, votesPath: votes, skipBadRows: skipBadRows)
        case .classFolders(let url, let name, let classes):
            try ClassFolderReader.read(
                url, name: name, classes: classes, skipBadRows: skipBadRows)
        case .manifest(let path, let folder, let classes):
            try ManifestReader.read(
                path: path, below: folder, classes: classes, skipBadRows: skipBadRows)
        case .synthetic(let options):
            .synthetic(options)
        }
    }

    init(_ data: String, votes: String?, _ labels: LabelOptions) throws(DataError) {
        if let options = try SyntheticOptions(parsing: data) {
            form = .synthetic(options)
            try Self.refuse(votes, for: "synthetic faces")
            try Self.refuse(labels, for: "synthetic faces")
            return
        }
        let url = URL(fileURLWithPath: data)
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw DataError(
                .unreadable, file: data, found: "nothing there",
                expected: "a file, a folder, or the word synthetic")
        }
        guard isFolder(url) else {
            form = try Self.form(ofFile: data, votes: votes, labels)
            return
        }
        if let file = labels.labelsFile {
            try Self.refuse(votes, for: "a list of images")
            let inside = url.appendingPathComponent(file).path
            let isInside = FileManager.default.fileExists(atPath: inside)
            form = .manifest(
                isInside ? (data.hasSuffix("/") ? data : data + "/") + file : file,
                below: isInside ? nil : url, labels.classes)
            return
        }
        let contents = try FolderContents(url, name: data)
        (form, notes) = try Self.form(of: contents, votes: votes, labels)
    }

    private static func form(
        of contents: FolderContents, votes: String?, _ labels: LabelOptions
    ) throws(DataError) -> (Form, [String]) {
        let (folder, name) = (contents.folder, contents.name)
        func chosen(_ form: Form, _ taken: [String?]) -> (Form, [String]) {
            (form, [contents.unusedNote(taken: taken)].compactMap(\.self))
        }
        let pictures = try FERPlusPictureReader.folders(at: folder)
        if !pictures.isEmpty {
            try refuse(labels, for: "FER+ pictures")
            if FERPlusFolderReader.isLabelled(contents.listing) {
                guard let votes, FileManager.default.fileExists(atPath: votes) else {
                    try refuse(votes, for: "FER+ folders, which hold votes")
                    return chosen(.ferPlusFolders(folder, name: name), ["label.csv"])
                }
            }
            let list: String
            if let given = votes ?? contents.files(.votes).first {
                list = given
            } else {
                list = try votesFile(above: contents)
            }
            return chosen(
                .ferPlusPictures(folder, name: name, folders: pictures, votes: list), [list])
        }
        if let csv = contents.files(.faces).first ?? contents.files(.facesWithoutLabels).first {
            try refuse(labels, for: "a FER-2013 csv, whose numbers are known")
            let list = votes ?? contents.files(.votes).first
            return chosen(.ferCSV(csv, votes: list), [csv, list])
        }
        let lists = contents.files(.list)
        if let manifest = lists.first(where: { $0 == contents.path(of: "manifest.csv") }) {
            try refuse(votes, for: "a manifest")
            return chosen(.manifest(manifest, below: nil, labels.classes), [manifest])
        }
        if FERPlusFolderReader.recognises(contents.listing) {
            try refuse(votes, for: "FER+ folders, which hold votes")
            return chosen(.ferPlusFolders(folder, name: name), ["label.csv"])
        }
        if try ClassFolderReader.recognises(contents.listing, labels.classes) {
            try refuse(votes, for: "a folder per class")
            let notes = lists.map { listNote($0, below: folder, labels.classes) }
            return (.classFolders(folder, name: name, labels.classes), notes)
        }
        if lists.count == 1 {
            try refuse(votes, for: "a list of images")
            return chosen(.manifest(lists[0], below: nil, labels.classes), lists)
        }
        throw try unknown(contents, lists, labels)
    }

    /// The votes file beside a folder of pictures.
    private static func votesFile(above contents: FolderContents) throws(DataError) -> String {
        let parent = contents.folder.standardizedFileURL.deletingLastPathComponent()
        let above = try? FolderContents(parent, name: parent.path)
        if let found = above?.files(.votes).first { return found }
        throw DataError(
            .unknownForm, file: contents.name, found: "FER+ pictures without votes",
            expected: "fer2013new.csv or FERPlus_Label.csv in the folder or beside it",
            advice: "Name the votes with --votes.")
    }

    /// What a list of images beside class folders says, which is not used.
    private static func listNote(
        _ path: String, below folder: URL, _ classes: ClassScheme?
    ) -> String {
        var note =
            "\(folder.lastPathComponent): the labels are the names of the folders; "
            + "\(path) lists images too and is not used"
        if let table = try? ManifestTable(path: path, skipBadRows: true),
            let columns = try? ManifestColumns(table, classes, skipBadRows: true)
        {
            let samples = table.rows.compactMap { try? columns.sample($0) }
            let claims = PathClaims(of: samples)
            note += "; its labels differ for \(claims.differingLabels) of \(samples.count) images"
        }
        return note + ". --labels-file \(URL(fileURLWithPath: path).lastPathComponent) takes them."
    }

    private static func unknown(
        _ contents: FolderContents, _ lists: [String], _ labels: LabelOptions
    ) throws(DataError) -> DataError {
        let known =
            "fer2013.csv(.gz), icml_face_data.csv, manifest.csv, the folders FER2013Train, "
            + "FER2013Valid and FER2013Test, or a folder per class (\(Emotion.knownNames)), also "
            + "below train, valid and test"
        guard lists.isEmpty else {
            return DataError(
                .unknownForm, file: contents.name,
                found: "several lists of images: \(lists.listed())", expected: "one of them",
                advice: "Give one of the files as the data.")
        }
        for folder in contents.listing.folders {
            let inner = try FolderListing(folder)
            guard try ClassFolderReader.recognises(inner, labels.classes) else { continue }
            return DataError(
                .unknownForm, file: contents.name,
                found: "folders of classes one level deeper, below \(folder.lastPathComponent)",
                expected: known,
                advice: contents.listing.folders.count == 1
                    ? "Give \(contents.path(of: folder.lastPathComponent)) as the data."
                    : "Where these folders are people, list the images in a manifest with the "
                        + "columns path, label and subject.")
        }
        let seen = (contents.listing.folders + contents.listing.files).map(\.lastPathComponent)
        for file in contents.listing.files {
            guard let error = packed(file) else { continue }
            return DataError(
                .unknownForm, file: contents.path(of: file.lastPathComponent), found: error.found,
                expected: known, advice: error.advice)
        }
        return DataError(
            .unknownForm, file: contents.name,
            found: seen.isEmpty ? "an empty folder" : seen.listed(limit: 5), expected: known)
    }

    /// The refusal of an archive.
    private static func packed(_ file: URL) -> DataError? {
        do throws(DataError) {
            _ = try LineReader(path: file.path)
            return nil
        } catch {
            return error.advice.hasPrefix("Unpack") ? error : nil
        }
    }

    private static func form(
        ofFile file: String, votes: String?, _ labels: LabelOptions
    ) throws(DataError) -> Form {
        if let list = labels.labelsFile {
            throw DataError(
                .request, file: list, found: "a file of labels for the file \(file)",
                expected: "one only for a folder")
        }
        let header = try LineReader(path: file).header()
        if header.index(of: "pixels") != nil {
            try refuse(labels, for: "a FER-2013 csv, whose numbers are known")
            return .ferCSV(file, votes: votes)
        }
        if FERPlusVotes.recognises(header) {
            let folder = URL(fileURLWithPath: file).standardizedFileURL
                .deletingLastPathComponent()
            let pictures = try FERPlusPictureReader.folders(at: folder)
            guard !pictures.isEmpty else {
                throw DataError(
                    .unknownForm, file: file, found: "FER+ votes",
                    expected: "images",
                    advice: "Give the FER-2013 csv, or the folder of FER+ pictures, as data and "
                        + "this file as votes.")
            }
            try refuse(votes, for: "a file of votes")
            return .ferPlusPictures(folder, name: file, folders: pictures, votes: file)
        }
        if ManifestReader.recognises(header) {
            try refuse(votes, for: "a manifest")
            return .manifest(file, below: nil, labels.classes)
        }
        let isOpenFace = header.index(of: "AU01_r") != nil || header.index(of: "gaze_0_x") != nil
        throw DataError(
            .unknownForm, file: file, line: header.line,
            found: isOpenFace ? "an OpenFace csv" : header.onlyColumns,
            expected: "FER-2013's emotion,pixels,Usage, or a manifest's path,label",
            advice: isOpenFace ? "It holds measurements of faces, not a list of images." : "")
    }

    private static func refuse(_ votes: String?, for form: String) throws(DataError) {
        guard let votes else { return }
        throw DataError(
            .request, file: votes, found: "a votes file for \(form)",
            expected: "one only with a FER-2013 csv, whose rows it follows, or FER+ pictures",
            advice: "Leave --votes out.")
    }

    private static func refuse(_ labels: LabelOptions, for form: String) throws(DataError) {
        guard labels != LabelOptions() else { return }
        throw DataError(
            .request,
            found: labels.classes.map { "classes \($0.text.quoted())" } ?? "a file of labels",
            expected: "them only with class folders or a list of images, not \(form)",
            advice: "Leave --class-scheme, --classes and --labels-file out.")
    }
}
