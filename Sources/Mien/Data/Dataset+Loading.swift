import Foundation

/// How labels are read, beyond what the data says itself.
public struct LabelOptions: Sendable, Equatable, Codable {
    /// A list of the images of a folder, to be taken instead of the names of its folders.
    public var labelsFile: String?
    /// What numbers and names of the data's own stand for.
    public var classes: ClassScheme?
    /// A model's own classes, for class folders and lists of images where ``classes`` is `nil`.
    public var modelClasses: [Emotion]?
    /// A regular expression that reads the class from the name of an image: its first group, or the
    /// whole match.
    public var labelPattern: String?
    /// Columns of a list that have other names than usual.
    public var columns: ColumnNames?

    private enum CodingKeys: String, CodingKey { case labelsFile, classes, labelPattern, columns }

    public init(
        labelsFile: String? = nil, classes: ClassScheme? = nil, labelPattern: String? = nil,
        columns: ColumnNames? = nil
    ) {
        self.labelsFile = labelsFile
        self.classes = classes
        self.labelPattern = labelPattern
        self.columns = columns
    }

    var scheme: ClassScheme? { classes ?? modelClasses.map(ClassScheme.init(classes:)) }
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
    ///   - input: what the images are for; `nil` stands for grey pixels.
    ///   - memoryLimit: bytes of pixels from which on image files stay on disk.
    ///   - readers: of forms that Mien does not know; they are asked first.
    ///   - progress: is told how many images were read.
    ///   - checksVotes: whether votes that do not go with the labels of a csv are refused, rather
    ///     than noted.
    public static func load(
        data: String, votes: String? = nil, skipBadRows: Bool = false,
        labels: LabelOptions = LabelOptions(), input: InputSpecification? = nil,
        checksVotes: Bool = true, memoryLimit: Int = Dataset.memoryLimit,
        readers: [any DatasetReader] = [],
        progress: @escaping @Sendable (_ images: Int) -> Void = { _ in }
    ) throws(DataError) -> Dataset {
        let place = try DatasetPlace(data, votes: votes, labels, readers)
        let reading = PictureReading(
            reader: ImageFileReader(for: input), skipsBadRows: skipBadRows,
            memoryLimit: memoryLimit, progress: progress)
        var dataset = try place.read(reading, checksVotes: checksVotes)
        if [.classFolders, .manifest, .listed].contains(dataset.form) {
            dataset.classes = labels.scheme?.classes
        }
        guard dataset.count > 0 else {
            throw DataError(
                .empty, file: data, found: "no usable image among \(dataset.badRows.count) bad",
                expected: "at least one", advice: dataset.badRows.first?.message ?? "")
        }
        dataset.notes =
            (place.notes + dataset.notes + PictureCheck(of: dataset).notes
            + [input.flatMap(dataset.greyNote).map { Advice($0) }].compactMap(\.self))
            .map { $0.printable() }
        return dataset
    }

    /// A sentence where colour is wanted of images that have none.
    private func greyNote(_ input: InputSpecification) -> String? {
        guard input.channels == .rgb, colourCount < count else { return nil }
        let which =
            colourCount == 0 ? "No image has" : "\(count - colourCount) of \(count) images have no"
        return "\(which) colour: a grey plane stands for all three channels."
    }
}
