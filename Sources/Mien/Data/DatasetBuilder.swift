import Crypto
import Foundation
import Imaging
import Synchronization

/// Collects samples and their pixels while a source is read. Image files are read several at a time,
/// and taken in their order.
struct DatasetBuilder {
    private(set) var samples: [Sample] = []
    private(set) var badRows: [DataError] = []
    var isSynthetic = false
    var notes: [String] = []
    var votesAgreement: VotesAgreement?
    private let reading: PictureReading
    private var waiting: [Picture] = []
    private var colourCount = 0
    private var fileSizes: [Int: (width: Int, height: Int)] = [:]
    private var pixels: [UInt8] = []
    private var areas: [PixelArea] = []
    private var facts = PictureFacts()
    private var entries: [PictureFiles.Entry] = []
    private var isOnDisk = false
    private var listing = SHA256()
    private var bytesRead = 0

    /// An image file that is to be read.
    struct Picture: Sendable {
        let sample: Sample
        let url: URL
        var part: PicturePart?
        /// The manifest that lists it, for errors.
        var list: (file: String, line: Int)?
    }

    init(_ reading: PictureReading = PictureReading()) { self.reading = reading }

    /// Asks for memory once. What is not used afterwards is never touched, so it costs nothing.
    mutating func reserve(pixels count: Int) { pixels.reserveCapacity(count) }

    mutating func append(
        _ sample: Sample, width: Int, height: Int, channels: Int = 1,
        _ values: UnsafeBufferPointer<UInt8>
    ) {
        precondition(
            values.count == width * height * channels,
            "expected \(width) x \(height) x \(channels) values, got \(values.count)")
        areas.append(
            PixelArea(offset: pixels.count, width: width, height: height, channels: channels))
        if !isOnDisk { pixels.append(contentsOf: values) }
        samples.append(sample)
    }

    mutating func append(_ sample: Sample, _ image: Image) {
        image.pixels.withUnsafeBufferPointer {
            append(
                sample, width: image.width, height: image.height, channels: image.channels, $0)
        }
    }

    /// Reads an image file, some time before ``dataset(name:form:sources:)``.
    /// - Throws: `DataError` for an earlier image that cannot be read, unless bad rows are skipped.
    mutating func append(_ picture: Picture) throws(DataError) {
        waiting.append(picture)
        if waiting.count >= PictureReading.atOnce { try readWaiting() }
    }

    /// Leaves a row out, or throws what is wrong with it. What is wrong with an image before it
    /// counts first.
    mutating func leaveOut(_ error: DataError) throws(DataError) {
        try readWaiting()
        guard error.kind == .row, reading.skipsBadRows else { throw error }
        badRows.append(error)
    }

    /// Takes over rows that another file has left out.
    mutating func append(badRows rows: [DataError]) { badRows += rows }

    mutating func sortBadRows() { badRows.sort { ($0.line ?? 0) < ($1.line ?? 0) } }

    /// Reads the images that are waiting.
    mutating func readWaiting() throws(DataError) {
        let pictures = waiting
        waiting = []
        for (picture, result) in zip(pictures, reading.read(pictures)) {
            switch result {
            case .success(let read): append(picture, read)
            case .failure(let error):
                guard error.kind == .row, reading.skipsBadRows else { throw error }
                badRows.append(error)
            }
        }
        reading.progress(samples.count)
    }

    private mutating func append(_ picture: Picture, _ read: PictureReading.Read) {
        let held = read.image.held
        if read.image.size != (held.width, held.height) {
            fileSizes[samples.count] = read.image.size
        }
        if read.image.isColour { colourCount += 1 }
        let digest = read.content.digest
        listing.update(data: Data("\(digest.hexadecimal)  \(picture.sample.id)\n".utf8))
        bytesRead += read.content.count
        facts.append(read.facts)
        entries.append(.init(path: picture.url.path, part: picture.part, digest: digest.first8))
        if !isOnDisk, pixels.count + held.pixels.count > reading.memoryLimit {
            isOnDisk = true
            pixels = []
        }
        append(picture.sample, held)
    }

    /// What the images were read from.
    func source(path: String) -> Dataset.Source {
        Dataset.Source(path: path, sha256: listing.finalize().hexadecimal, bytes: bytesRead)
    }

    /// - Precondition: no image is waiting.
    func dataset(name: String, form: Dataset.Form, sources: [Dataset.Source]) -> Dataset {
        precondition(waiting.isEmpty, "expected all images to be read")
        var dataset = Dataset(
            name: name, form: form, isSynthetic: isSynthetic, samples: samples, sources: sources,
            badRows: badRows, pixels: pixels, areas: areas)
        dataset.notes = notes.map { Advice($0) }
        dataset.votesAgreement = votesAgreement
        dataset.colourCount = colourCount
        dataset.fileSizes = fileSizes
        if entries.count == samples.count, !entries.isEmpty {
            dataset.facts = facts
            if isOnDisk {
                dataset.files = PictureFiles(entries, reading.reader)
            } else {
                dataset.facts?.thumbnails = []
            }
        }
        return dataset
    }
}

/// How the image files of a data set are read.
struct PictureReading: Sendable {
    var reader = ImageFileReader()
    var skipsBadRows = false
    /// Bytes of pixels that a data set may hold; with more its images stay on disk.
    var memoryLimit = Dataset.memoryLimit
    /// Is told how many images were read.
    var progress: @Sendable (Int) -> Void = { _ in }

    /// Images that are read together.
    static let atOnce = 256

    struct Read: Sendable {
        let content: ImageFileReader.Content
        let image: FileImage
        let facts: PictureFacts.Facts
    }

    /// One result for each, in their order, from several threads.
    func read(_ pictures: [DatasetBuilder.Picture]) -> [Result<Read, DataError>] {
        let results = Mutex([Result<Read, DataError>?](repeating: nil, count: pictures.count))
        let threads = min(ProcessInfo.processInfo.activeProcessorCount, pictures.count)
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            var maker = FingerprintMaker()
            while true {
                let number = next.add(1, ordering: .relaxed).oldValue
                guard number < pictures.count else { return }
                let result = read(pictures[number], &maker)
                results.withLock { $0[number] = result }
            }
        }
        return results.withLock { $0.compactMap(\.self) }
    }

    private func read(
        _ picture: DatasetBuilder.Picture, _ maker: inout FingerprintMaker
    ) -> Result<Read, DataError> {
        Result { () throws(DataError) in
            let (content, image) = try reader.image(
                picture.url, part: picture.part, listedIn: picture.list)
            return Read(content: content, image: image, facts: .init(of: image.grey, &maker))
        }
    }
}

extension SHA256.Digest {
    /// The first eight bytes.
    var first8: UInt64 { prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
}
