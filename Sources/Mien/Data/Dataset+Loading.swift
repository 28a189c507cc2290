import Foundation

/// How labels are read, beyond what the data says itself.
public struct LabelOptions: Sendable, Equatable, Codable {
    /// A list of the images of a folder, to be taken instead of the names of its folders.
    public var labelsFile: String?
    /// What numbers and names of the data's own stand for.
    public var classes: ClassScheme?

    public init(labelsFile: String? = nil, classes: ClassScheme? = nil) {
        self.labelsFile = labelsFile
        self.classes = classes
    }
}

extension Dataset {
    /// Reads a data set, whose form is found by looking.
    ///
    /// - Parameters:
    ///   - data: a FER-2013 csv (plain or gzip), a csv manifest, a folder (FER+'s folders, a folder
    ///     per class, or one that holds one of the named files), or `synthetic` with its options
    ///     (``synthetic(_:)``).
    ///   - votes: FER+'s votes for a FER-2013 csv or for FER+'s pictures. Where `data` is a folder
    ///     with a votes file beside the csv or the pictures, that is taken.
    ///   - skipBadRows: whether bad rows and images are left out and listed in ``badRows``, rather
    ///     than thrown.
    ///   - checksVotes: whether votes that do not go with the labels of a csv are refused, rather
    ///     than noted.
    public static func load(
        data: String, votes: String? = nil, skipBadRows: Bool = false,
        labels: LabelOptions = LabelOptions(), checksVotes: Bool = true
    ) throws(DataError) -> Dataset {
        let place = try DatasetPlace(data, votes: votes, labels)
        var dataset = try place.read(skipBadRows: skipBadRows, checksVotes: checksVotes)
        guard dataset.count > 0 else {
            throw DataError(
                .empty, file: data, found: "no usable image among \(dataset.badRows.count) bad",
                expected: "at least one", advice: dataset.badRows.first?.description ?? "")
        }
        dataset.notes = (place.notes + dataset.notes + PictureCheck(of: dataset).notes)
            .map { $0.printable() }
        return dataset
    }
}
