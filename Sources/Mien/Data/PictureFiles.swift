import Foundation
import Imaging
import Synchronization

/// The image files of a data set that is larger than the memory it may take: each is read again when
/// its pixels are asked for. Any number of threads may do so at once.
final class PictureFiles: Sendable {
    struct Entry: Sendable {
        let path: String
        let part: PicturePart?
        /// The first bytes of the file's SHA-256.
        let digest: UInt64
    }

    private let reader: ImageFileReader
    private let entries: [Entry]
    private let firstProblem = Mutex<DataError?>(nil)

    init(_ entries: [Entry], _ reader: ImageFileReader) {
        self.entries = entries
        self.reader = reader
    }

    /// What went wrong first; from then on images are missing.
    var problem: DataError? { firstProblem.withLock { $0 } }

    /// - Returns: `nil` for a file that is not as it was when the data set was read; see
    ///   ``problem``.
    func image(at index: Int) -> Image? {
        let entry = entries[index]
        let url = URL(fileURLWithPath: entry.path)
        do throws(DataError) {
            let (content, image) = try reader.image(url, part: entry.part)
            guard content.digest.first8 == entry.digest else {
                throw DataError(
                    .unreadable, file: entry.path, found: "a file that changed while it was used",
                    expected: "the file as it was read at first")
            }
            return image.held
        } catch {
            firstProblem.withLock { $0 = $0 ?? error }
            return nil
        }
    }

    /// Whether two images are the same part of files with the same bytes.
    func areSame(_ left: Int, _ right: Int) -> Bool {
        let (a, b) = (entries[left], entries[right])
        return a.digest == b.digest && a.part == b.part
    }
}

/// What is kept of each image file of a data set, so that duplicates are found without reading it
/// again: all of its grey pixels.
struct PictureFacts: Sendable {
    private(set) var prints: [ImageFingerprint] = []
    private(set) var hashes: [UInt64] = []
    /// [images, 16, 16], averaged down; empty for images that are in memory.
    var thumbnails: [UInt8] = []

    mutating func append(_ facts: Facts) {
        prints.append(facts.print)
        hashes.append(facts.hash)
        thumbnails += facts.thumbnail
    }

    func smallImage(at index: Int) -> SmallImage? {
        let area = SmallImage.side * SmallImage.side
        return thumbnails[index * area ..< (index + 1) * area].withUnsafeBufferPointer {
            SmallImage($0, width: SmallImage.side, height: SmallImage.side)
        }
    }

    /// Of one image.
    struct Facts: Sendable {
        let print: ImageFingerprint
        let hash: UInt64
        let thumbnail: [UInt8]

        init(of grey: Image, _ maker: inout FingerprintMaker) {
            (print, hash, thumbnail) = grey.pixels.withUnsafeBufferPointer {
                (
                    maker.fingerprint($0, width: grey.width, height: grey.height),
                    contentHash($0, width: grey.width, height: grey.height),
                    SmallImage.averages($0, width: grey.width, height: grey.height)
                        .flatMap { row in (0 ..< SmallImage.side).map { UInt8(row[$0].rounded()) } }
                )
            }
        }
    }
}
