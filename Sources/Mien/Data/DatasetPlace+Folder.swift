import Foundation

/// What a folder that was given as data is.
extension DatasetPlace {
    static func form(
        of contents: FolderContents, votes: String?, _ labels: LabelOptions
    ) throws(DataError) -> (Form, [Advice]) {
        let (folder, name) = (contents.folder, contents.name)
        func chosen(_ form: Form, _ taken: [String?]) -> (Form, [Advice]) {
            (form, [contents.unusedNote(taken: taken).map { Advice($0) }].compactMap(\.self))
        }
        if CKPlusReader.recognises(contents.listing) {
            try refuse(labels, for: "CK+, whose numbers are known")
            try refuse(votes, for: "CK+")
            return chosen(.ckPlus(folder, name: name), [])
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
            return chosen(.manifest(manifest, below: nil, labels), [manifest])
        }
        if FERPlusFolderReader.recognises(contents.listing) {
            try refuse(votes, for: "FER+ folders, which hold votes")
            return chosen(.ferPlusFolders(folder, name: name), ["label.csv"])
        }
        if try ClassFolderReader.recognises(contents.listing, labels.scheme) {
            try refuse(votes, for: "a folder per class")
            let notes = lists.map { listNote($0, below: folder, labels) }
            return (.classFolders(folder, name: name, labels.scheme), notes)
        }
        if lists.count == 1 {
            try refuse(votes, for: "a list of images")
            return chosen(.manifest(lists[0], below: nil, labels), lists)
        }
        let request = DatasetRequest(url: folder, path: name, labels: labels)
        if let reader = try reader(of: request, among: KnownReaders.all) {
            try refuse(votes, for: reader.name)
            return (.reader(reader, request), [])
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
            advice: "Name the votes with \(setting: "votes").")
    }

    /// What a list of images beside class folders says, which is not used.
    private static func listNote(
        _ path: String, below folder: URL, _ labels: LabelOptions
    ) -> Advice {
        var note =
            "\(folder.lastPathComponent): the labels are the names of the folders; "
            + "\(path) lists images too and is not used"
        if let table = try? ManifestTable(path: path, skipBadRows: true),
            let columns = try? ManifestColumns(table, labels.scheme, skipBadRows: true)
        {
            let samples = table.rows.compactMap { try? columns.sample($0) }
            let claims = PathClaims(of: samples)
            note += "; its labels differ for \(claims.differingLabels) of \(samples.count) images"
        }
        let file = URL(fileURLWithPath: path).lastPathComponent
        return "\(note). \(setting: "labels-file") \(file) takes them."
    }

    private static func unknown(
        _ contents: FolderContents, _ lists: [String], _ labels: LabelOptions
    ) throws(DataError) -> DataError {
        let known =
            "fer2013.csv(.gz), icml_face_data.csv, manifest.csv, the folders FER2013Train, "
            + "FER2013Valid and FER2013Test, CK+'s cohn-kanade-images and Emotion, or a folder per class (\(Emotion.knownNames)), also "
            + "below train, valid and test"
        let images = try FolderListing.filesBelow(contents.folder)
        if lists.isEmpty, !images.isEmpty, !images.contains(where: \.hasImageEnding),
            !images.contains(where: { packed($0) != nil })
        {
            return DataError(
                .unknownForm, file: contents.name,
                found: "no image among \(images.count) files", expected: known)
        }
        guard lists.isEmpty else {
            return DataError(
                .unknownForm, file: contents.name,
                found: "several lists of images: \(lists.listed())", expected: "one of them",
                advice: "Give one of the files as the data.")
        }
        for folder in contents.listing.folders {
            if let twice = try ClassFolderReader.treeAgain(below: folder) { return twice }
            let inner = try FolderListing(folder)
            guard try ClassFolderReader.recognises(inner, labels.scheme) else { continue }
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
            found: seen.isEmpty ? "an empty folder" : seen.listed(limit: 5), expected: known,
            advice: contents.listing.folders.isEmpty
                ? ""
                : "Where its folders are classes of other names, list these with "
                    + "\(setting: "classes")."
        )
    }

    /// The refusal of an archive.
    private static func packed(_ file: URL) -> DataError? {
        do throws(DataError) {
            _ = try LineReader(path: file.path)
            return nil
        } catch {
            return error.advice.description.hasPrefix("Unpack") ? error : nil
        }
    }
}
