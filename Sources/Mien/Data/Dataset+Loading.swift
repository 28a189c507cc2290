import Foundation

extension Dataset {
    /// Reads a data set, whose form is found by looking.
    ///
    /// - Parameters:
    ///   - data: a FER-2013 csv (plain or gzip), a csv manifest, a folder (FER+'s folders, a folder
    ///     per class, or one that holds one of the named files), or `synthetic` with its options
    ///     (``synthetic(_:)``).
    ///   - votes: FER+'s votes for a FER-2013 csv. Where `data` is a folder with a file
    ///     fer2013new.csv beside the csv, that is taken.
    ///   - skipBadRows: whether bad rows and images are left out and listed in ``badRows``, rather
    ///     than thrown.
    public static func load(
        data: String, votes: String? = nil, skipBadRows: Bool = false
    ) throws(DataError) -> Dataset {
        let dataset = try locate(data, votes: votes).read(skipBadRows: skipBadRows)
        guard dataset.count > 0 else {
            throw DataError(
                .empty, file: data, found: "no usable image among \(dataset.badRows.count) bad",
                expected: "at least one", advice: dataset.badRows.first?.description ?? "")
        }
        return dataset
    }

    private enum Location {
        case ferCSV(String, votes: String?)
        case ferPlusFolders(URL, name: String)
        case classFolders(URL, name: String)
        case manifest(String)
        case synthetic(SyntheticOptions)

        func read(skipBadRows: Bool) throws(DataError) -> Dataset {
            switch self {
            case .ferCSV(let path, let votes):
                try FERReader.read(path: path, votesPath: votes, skipBadRows: skipBadRows)
            case .ferPlusFolders(let url, let name):
                try FERPlusFolderReader.read(url, name: name, skipBadRows: skipBadRows)
            case .classFolders(let url, let name):
                try ClassFolderReader.read(url, name: name, skipBadRows: skipBadRows)
            case .manifest(let path):
                try ManifestReader.read(path: path, skipBadRows: skipBadRows)
            case .synthetic(let options):
                .synthetic(options)
            }
        }
    }

    private static func locate(
        _ data: String, votes: String?
    ) throws(DataError) -> Location {
        if let options = try SyntheticOptions(parsing: data) {
            try refuse(votes, for: "synthetic faces")
            return .synthetic(options)
        }
        let url = URL(fileURLWithPath: data)
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw DataError(
                .unreadable, file: data, found: "nothing there",
                expected: "a file, a folder, or the word synthetic")
        }
        return isFolder(url)
            ? try locate(folder: url, name: data, votes: votes)
            : try locate(file: data, votes: votes)
    }

    private static func locate(
        folder: URL, name: String, votes: String?
    ) throws(DataError) -> Location {
        let listing = try FolderListing(folder)
        func file(_ names: String...) -> String? {
            for name in names {
                if let found = listing.files.first(where: { $0.lastPathComponent == name }) {
                    return found.lastPathComponent
                }
            }
            return nil
        }
        // A file inside keeps the way in which the folder was given.
        let prefix = name.hasSuffix("/") ? name : name + "/"
        if FERPlusFolderReader.recognises(listing) {
            try refuse(votes, for: "FER+ folders, which hold votes")
            return .ferPlusFolders(folder, name: name)
        }
        if let csv = file("fer2013.csv", "fer2013.csv.gz") {
            return .ferCSV(
                prefix + csv, votes: votes ?? file("fer2013new.csv").map { prefix + $0 })
        }
        if let manifest = file("manifest.csv") {
            try refuse(votes, for: "a manifest")
            return .manifest(prefix + manifest)
        }
        if try ClassFolderReader.recognises(listing) {
            try refuse(votes, for: "a folder per class")
            return .classFolders(folder, name: name)
        }
        let seen = (listing.folders + listing.files).prefix(5).map(\.lastPathComponent)
        throw DataError(
            .unknownForm, file: name,
            found: seen.isEmpty ? "an empty folder" : "\(seen.joined(separator: ", "))",
            expected: "fer2013.csv(.gz), manifest.csv, the folders FER2013Train, FER2013Valid and "
                + "FER2013Test, or a folder per class (\(Emotion.knownNames)), also below train, "
                + "valid and test")
    }

    private static func locate(
        file: String, votes: String?
    ) throws(DataError) -> Location {
        let header = try LineReader(path: file).header()
        if header.index(of: "pixels") != nil { return .ferCSV(file, votes: votes) }
        if header.index(of: "Image name") != nil {
            throw DataError(
                .unknownForm, file: file, found: "FER+ votes",
                expected: "images", advice: "Give the FER-2013 csv as data and this file as votes.")
        }
        if ManifestReader.recognises(header) {
            try refuse(votes, for: "a manifest")
            return .manifest(file)
        }
        throw DataError(
            .unknownForm, file: file, line: header.line,
            found: "the columns \(header.names.prefix(8).joined(separator: ",").prefix(120))",
            expected: "FER-2013's emotion,pixels,Usage, or a manifest's path,label")
    }

    private static func refuse(_ votes: String?, for form: String) throws(DataError) {
        guard let votes else { return }
        throw DataError(
            .request, file: votes, found: "a votes file for \(form)",
            expected: "one only with a FER-2013 csv, whose rows it follows",
            advice: "Leave --votes out.")
    }
}
