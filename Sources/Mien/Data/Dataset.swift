public import Imaging

/// Images and what is known of them.
///
/// All pixels lie in one array, 8 bits a channel, row by row, so that a data set takes little more
/// memory than its pixels do. Image files with more pixels than ``memoryLimit`` stay on disk, and
/// are read again whenever their pixels are asked for.
public struct Dataset: Sendable {
    /// The form in which the data lies on the disk.
    public enum Form: String, Codable, Sendable {
        case ferCSV = "fer2013-csv"
        case ferPlusFolders = "ferplus-folders"
        case classFolders = "class-folders"
        case manifest
        /// Images that a ``DatasetReader`` lists.
        case listed = "listed-images"
        case ckPlus = "ck-plus"
        case synthetic
        case images
    }

    /// A file that was read, or the list of the images of a folder.
    public struct Source: Sendable, Equatable, Codable {
        /// As it was given.
        public let path: String
        /// Of the bytes on disk, 64 hexadecimal digits. For the images of a folder: of the lines
        /// "sha256  path" in the order of the samples.
        public let sha256: String
        public let bytes: Int

        public init(path: String, sha256: String, bytes: Int) {
            self.path = path
            self.sha256 = sha256
            self.bytes = bytes
        }
    }

    /// What the data set is called in messages and reports: the path or word it was loaded by.
    public let name: String
    public let form: Form
    public internal(set) var samples: [Sample]
    public internal(set) var sources: [Source]
    /// The rows that were left out, when bad rows are to be skipped.
    public let badRows: [DataError]

    /// Sentences for the user: what the reader chose among several things, left unused, or noticed.
    public internal(set) var notes: [Advice] = []
    /// The data set whose form it has, where that is known: "RAF-DB".
    public internal(set) var knownAs: String?
    /// Of FER-2013's labels and FER+'s votes, which their order alone joins.
    public internal(set) var votesAgreement: VotesAgreement?
    /// How many of the files hold colour, which is read as grey unless it was asked for.
    public internal(set) var colourCount = 0
    /// Width and height in the file of images that were reduced when they were read.
    var fileSizes: [Int: (width: Int, height: Int)] = [:]

    /// The classes of the labels in order, where the user named them; `nil` stands for emotions.
    public internal(set) var classes: [Emotion]?

    /// Empty where the images stay on disk.
    let pixels: [UInt8]
    let areas: [PixelArea]
    /// Where the images stay on disk.
    var files: PictureFiles?
    /// Of image files.
    var facts: PictureFacts?

    /// Bytes of the pixels that a data set holds at most; with more its image files stay on disk.
    public static let memoryLimit = 256 << 20

    /// Whether the faces are drawn by Mien; every output says so.
    public let isSynthetic: Bool

    public var count: Int { samples.count }

    /// Bytes of all pixels.
    public var pixelCount: Int {
        areas.reduce(0) { $0 + $1.width * $1.height * $1.channels }
    }

    /// Whether images are read whenever their pixels are asked for.
    package var isOnDisk: Bool { files != nil }

    /// - Throws: `DataError` where an image file could not be read again: its pixels were taken for
    ///   grey since.
    public func requireReadable() throws(DataError) {
        if let problem = files?.problem { throw problem }
    }

    /// A data set of images at hand.
    public init(
        name: String, form: Form = .images, samples: [Sample], images: [Image],
        sources: [Source] = []
    ) {
        precondition(
            samples.count == images.count,
            "expected one image per sample, got \(images.count) for \(samples.count)")
        var builder = DatasetBuilder()
        for (sample, image) in zip(samples, images) { builder.append(sample, image) }
        self = builder.dataset(name: name, form: form, sources: sources)
    }

    init(
        name: String, form: Form, isSynthetic: Bool, samples: [Sample], sources: [Source],
        badRows: [DataError], pixels: [UInt8], areas: [PixelArea]
    ) {
        self.isSynthetic = isSynthetic
        self.name = name
        self.form = form
        self.samples = samples
        self.sources = sources
        self.badRows = badRows
        self.pixels = pixels
        self.areas = areas
    }

    /// Width and height in pixels of an image as its file has it, upright.
    public func fileSize(of index: Int) -> (width: Int, height: Int) {
        fileSizes[index] ?? size(of: index)
    }

    /// Width and height of an image in pixels, as it is held: large ones are reduced.
    public func size(of index: Int) -> (width: Int, height: Int) {
        (areas[index].width, areas[index].height)
    }

    /// Lends the grey pixels of one image, row by row from the top, with its width and height.
    public func withPixels<Result, Failure>(
        of index: Int,
        _ body: (UnsafeBufferPointer<UInt8>, _ width: Int, _ height: Int) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let area = areas[index]
        guard area.channels == 1, files == nil else {
            return try image(at: index).grey().pixels.withUnsafeBufferPointer {
                (grey) throws(Failure) -> Result in try body(grey, area.width, area.height)
            }
        }
        return try pixels.withUnsafeBufferPointer { (all) throws(Failure) -> Result in
            let part = UnsafeBufferPointer(rebasing: all[area.offset ..< area.end])
            return try body(part, area.width, area.height)
        }
    }

    /// In colour where the data set was read so and the image has colour.
    public func image(at index: Int) -> Image {
        let area = areas[index]
        if let files {
            return files.image(at: index)
                ?? Image(width: area.width, height: area.height, channels: 1, filledWith: 127)
        }
        return Image(
            width: area.width, height: area.height, channels: area.channels,
            pixels: Array(pixels[area.offset ..< area.end]))
    }
}

/// Where the pixels of one image lie.
struct PixelArea: Sendable, Equatable {
    let offset: Int
    private let storedWidth: Int32
    private let storedHeight: Int32
    private let storedChannels: UInt8

    init(offset: Int, width: Int, height: Int, channels: Int) {
        self.offset = offset
        storedWidth = Int32(width)
        storedHeight = Int32(height)
        storedChannels = UInt8(channels)
    }

    var width: Int { Int(storedWidth) }
    var height: Int { Int(storedHeight) }
    var channels: Int { Int(storedChannels) }
    var end: Int { offset + width * height * channels }
}
