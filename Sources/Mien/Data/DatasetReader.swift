public import Foundation

/// Reads data sets of one form. ``Dataset/load(data:votes:skipBadRows:labels:input:checksVotes:memoryLimit:readers:progress:)``
/// takes readers beside those that Mien has.
///
/// A reader lists the images and what is known of each. Reading the files, their hashes, duplicates
/// and splits are the same for all forms.
public protocol DatasetReader: Sendable {
    /// The data set or form by name, as `mien data describe` shows it: "Oulu-CASIA".
    var name: String { get }

    /// Whether this is data of the form, which names of files and first lines show.
    func recognises(_ request: DatasetRequest) throws(DataError) -> Bool

    /// Lists the images.
    /// - Throws: `DataError` for data that cannot be read at all; single bad rows go into the list.
    func list(_ request: DatasetRequest) throws(DataError) -> PictureList
}

/// The data that a reader is asked for.
public struct DatasetRequest: Sendable {
    /// The file or folder.
    public let url: URL
    /// The path as it was given, for messages.
    public let path: String
    public let labels: LabelOptions
    public let skipsBadRows: Bool

    public init(
        url: URL, path: String, labels: LabelOptions = LabelOptions(), skipsBadRows: Bool = false
    ) {
        self.url = url
        self.path = path
        self.labels = labels
        self.skipsBadRows = skipsBadRows
    }

    var isFolder: Bool { Mien.isFolder(url) }

    /// The path of something in the folder, in the way in which the folder was given.
    func path(of relative: String) -> String {
        relative.isEmpty ? path : (path.hasSuffix("/") ? path : path + "/") + relative
    }
}

/// The readers of data sets that are known by the names of their files and folders.
enum KnownReaders {
    static let all: [any DatasetReader] = [
        SplitListsReader(), AffectNetArraysReader(), FrameLabelsReader(), NamedPicturesReader(),
        PeopleFoldersReader(),
    ]
}
