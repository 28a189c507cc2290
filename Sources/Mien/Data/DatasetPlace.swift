import Foundation

/// Where a data set lies and in which form.
struct DatasetPlace {
    private let form: Form
    private(set) var notes: [Advice] = []

    enum Form {
        case ferCSV(String, votes: String?)
        case ferPlusFolders(URL, name: String)
        case ferPlusPictures(URL, name: String, folders: [URL], votes: String)
        case classFolders(URL, name: String, ClassScheme?)
        case manifest(String, below: URL?, LabelOptions)
        case reader(any DatasetReader, DatasetRequest)
        case ckPlus(URL, name: String)
        case synthetic(SyntheticOptions)
    }

    func read(
        _ reading: PictureReading, checksVotes: Bool
    ) throws(DataError) -> Dataset {
        switch form {
        case .ferCSV(let path, let votes):
            try FERReader.read(
                path: path, votesPath: votes, skipBadRows: reading.skipsBadRows,
                checksVotes: checksVotes)
        case .ferPlusFolders(let url, let name):
            try FERPlusFolderReader.read(url, name: name, reading)
        case .ferPlusPictures(let url, let name, let folders, let votes):
            try FERPlusPictureReader.read(
                url, name: name, folders: folders, votesPath: votes, reading)
        case .classFolders(let url, let name, let classes):
            try ClassFolderReader.read(
                url, name: name, classes: classes, reading)
        case .manifest(let path, let folder, let labels):
            try ManifestReader(path: path, root: folder).read(labels, reading)
        case .reader(let reader, let request):
            try reader.list(
                DatasetRequest(
                    url: request.url, path: request.path, labels: request.labels,
                    skipsBadRows: reading.skipsBadRows)
            ).dataset(name: request.path, form: .listed, from: reader.name, reading)
        case .ckPlus(let url, let name): try CKPlusReader.read(url, name: name, reading)
        case .synthetic(let options):
            .synthetic(options)
        }
    }

    init(
        _ data: String, votes: String?, _ labels: LabelOptions,
        _ readers: [any DatasetReader] = []
    ) throws(DataError) {
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
        var status = stat()
        guard stat(data, &status) != 0 || status.st_mode & S_IFMT != S_IFIFO else {
            throw DataError(
                .unreadable, file: data, found: "a pipe",
                expected: "a file: it is read more than once, and again when a run goes on",
                advice: "Save what comes out of the pipe, and give that file.")
        }
        let request = DatasetRequest(url: url, path: data, labels: labels)
        if let reader = try Self.reader(of: request, among: readers) {
            try Self.refuse(votes, for: reader.name)
            form = .reader(reader, request)
            return
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
                below: isInside ? nil : url, labels)
            return
        }
        if labels.labelPattern != nil {
            try Self.refuse(votes, for: "images labelled by their names")
            form = .reader(NamedPicturesReader(), request)
            return
        }
        let contents = try FolderContents(url, name: data)
        (form, notes) = try Self.form(of: contents, votes: votes, labels)
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
        if ManifestReader.recognises(header, labels.columns) {
            try refuse(votes, for: "a manifest")
            return .manifest(file, below: nil, labels)
        }
        let request = DatasetRequest(
            url: URL(fileURLWithPath: file), path: file, labels: labels)
        if let reader = try reader(of: request, among: KnownReaders.all) {
            try refuse(votes, for: reader.name)
            return .reader(reader, request)
        }
        throw unknown(header, file)
    }

    private static func unknown(_ header: CSVHeader, _ file: String) -> DataError {
        let isOpenFace = header.index(of: "AU01_r") != nil || header.index(of: "gaze_0_x") != nil
        let isInterview = header.index(of: "Participant_ID") != nil
        return DataError(
            .unknownForm, file: file, line: header.line,
            found: isOpenFace
                ? "an OpenFace csv" : isInterview ? "a table of interviews" : header.onlyColumns,
            expected: "FER-2013's emotion,pixels,Usage, or a manifest's path,label",
            advice: isOpenFace
                ? "It holds measurements of faces, not a list of images."
                : isInterview
                    ? "A questionnaire's score is no label of a face. A data set needs images, and an "
                        + "expression for each." : "")
    }

    static func reader(
        of request: DatasetRequest, among readers: [any DatasetReader]
    ) throws(DataError) -> (any DatasetReader)? {
        for reader in readers where try reader.recognises(request) { return reader }
        return nil
    }

    static func refuse(_ votes: String?, for form: String) throws(DataError) {
        guard let votes else { return }
        throw DataError(
            .request, file: votes, found: "a votes file for \(form)",
            expected: "one only with a FER-2013 csv, whose rows it follows, or FER+ pictures",
            advice: "Leave \(setting: "votes") out.")
    }

    static func refuse(_ labels: LabelOptions, for form: String) throws(DataError) {
        let asked = [
            labels.classes.map { "classes \($0.text.quoted())" },
            labels.labelsFile.map { _ in "a file of labels" },
            labels.labelPattern.map { "a label pattern \($0.quoted())" },
            labels.columns.map { _ in "names of columns" },
        ]
        guard let found = asked.compactMap(\.self).first else { return }
        throw DataError(
            .request, found: found,
            expected: "them only with class folders or a list of images, not \(form)",
            advice:
                "Leave \(setting: "class-scheme"), \(setting: "classes"), "
                + "\(setting: "labels-file") and the like out."
        )
    }
}
