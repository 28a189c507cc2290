import Foundation

/// Lists of images in the folders in which RAF-DB, AffectNet and ExpW keep them, and several lists
/// named after splits, such as `train_labels.csv` and `test_labels.csv`.
struct SplitListsReader: DatasetReader {
    let name = "lists of images"

    private static let known = [
        ["EmoLabel/list_patition_label.txt"], ["EmoLabel/list_partition_label.txt"],
        ["basic/EmoLabel/list_patition_label.txt"], ["basic/EmoLabel/list_partition_label.txt"],
        ["label/label.lst"],
        affectNet.map { "Manually_Annotated_file_lists/\($0)" },
        affectNet.map { "Manually_Annotated/Manually_Annotated_file_lists/\($0)" },
    ]
    private static let affectNet = ["training.csv", "validation.csv"]

    func recognises(_ request: DatasetRequest) throws(DataError) -> Bool {
        try !Self.lists(request).isEmpty
    }

    func list(_ request: DatasetRequest) throws(DataError) -> PictureList {
        let lists = try Self.lists(request)
        var list = PictureList()
        var listed = ListedImages()
        for (path, split) in lists {
            try ManifestReader(path: request.path(of: path), split: split)
                .append(to: &list, labels: request.labels, request.skipsBadRows, &listed)
        }
        let names = lists.map(\.path).listed()
        list.notes.insert("\(request.path): the labels are taken from \(names).", at: 0)
        list.notes += listed.notes
        return list
    }

    private static func lists(
        _ request: DatasetRequest
    ) throws(DataError) -> [(path: String, split: Split?)] {
        guard request.isFolder else { return [] }
        for paths in known {
            let present = paths.filter {
                FileManager.default.fileExists(
                    atPath: request.url.appendingPathComponent($0).path)
            }
            if !present.isEmpty {
                return present.map { ($0, present.count > 1 ? split(of: $0) : nil) }
            }
        }
        let contents = try FolderContents(request.url, name: request.path)
        let lists = contents.fileNames(.list).map { ($0, split(of: $0)) }
        let splits = Set(lists.compactMap(\.1))
        return lists.count > 1 && splits.count == lists.count ? lists : []
    }

    /// "train_labels.csv" and "training.csv" are of the split train.
    private static func split(of path: String) -> Split? {
        let name = path.split(separator: "/").last ?? ""
        return Split(name: String(name.prefix { $0 != "_" && $0 != "." && $0 != "-" }))
    }
}
