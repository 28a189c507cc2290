public import Foundation

/// The images of a data set with what is known of each, before their files are read.
public struct PictureList: Sendable {
    /// Sentences for the user: what the reader chose among several things, left unused, or noticed.
    public var notes: [String] = []
    /// The files that were read for it, such as lists of labels.
    public var sources: [Dataset.Source] = []
    /// The data set by name, where the images tell more than the reader's name does.
    public var knownAs: String?
    /// Whose word counts where the folders of images say something else: "the file's".
    var authority: String?
    /// The row of the next list's first line, where there are several lists.
    var nextRow = 0
    private(set) var rows: [Row] = []

    enum Row: Sendable {
        case picture(DatasetBuilder.Picture)
        case fault(DataError)
    }

    public init() {}

    /// How many images and rows that are left out it has: the row of the next image.
    public var count: Int { rows.count }

    /// - Parameters:
    ///   - box: the part of the image that holds the face; `nil` stands for all of it.
    ///   - list: the file that lists the image, with the line, for errors.
    public mutating func append(
        _ sample: Sample, at url: URL, box: FaceBox? = nil,
        listedIn list: (file: String, line: Int)? = nil
    ) {
        rows.append(
            .picture(.init(sample: sample, url: url, part: box.map { .box($0) }, list: list)))
    }

    /// Reports a row that is wrong. It ends the reading, unless bad rows are to be skipped.
    public mutating func leaveOut(_ fault: DataError) { rows.append(.fault(fault)) }

    var samples: [Sample] {
        rows.compactMap { if case .picture(let picture) = $0 { picture.sample } else { nil } }
    }
}

extension PictureList {
    /// Reads the images.
    func dataset(
        name: String, form: Dataset.Form, from known: String?, _ reading: PictureReading
    ) throws(DataError) -> Dataset {
        var builder = DatasetBuilder(reading)
        builder.notes = notes
        for row in rows {
            switch row {
            case .picture(let picture): try builder.append(picture)
            case .fault(let fault): try builder.leaveOut(fault)
            }
        }
        try builder.readWaiting()
        if sources.count == 1 { builder.sortBadRows() }
        if let authority {
            builder.notes += PathClaims(of: builder.samples).notes(taking: authority)
        }
        let path = sources.isEmpty ? name : "images of \(name)"
        var dataset = builder.dataset(
            name: name, form: form, sources: sources + [builder.source(path: path)])
        dataset.knownAs = knownAs ?? known
        return dataset
    }
}
