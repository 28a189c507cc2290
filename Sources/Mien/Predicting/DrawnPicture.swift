import CZlib
public import Foundation
public import Imaging
import Torch

/// Pictures that Mien has drawn on. They carry a mark, so that a folder of photos can hold them
/// without their being taken for photos.
///
/// JPEG has it as a comment, PNG as text of the keyword `Software`.
public enum DrawnPicture {
    private static let mark = "Drawn by Mien, no photo"
    /// The mark lies within so many bytes.
    static let head = 128

    /// Writes an image as ``Image/write(to:)`` does: whole or not at all.
    /// - Throws: `FileError`; also `ImageError` for a size that the format does not have.
    public static func write(_ image: Image, to url: URL, syncing: Bool = false) throws {
        let isJPEG = ["jpg", "jpeg"].contains(url.pathExtension.lowercased())
        try AtomicFile.write(
            marked(try image.encoded(as: isJPEG ? .jpeg() : .png)), to: url, syncing: syncing)
    }

    /// Whether there is nothing yet, or one of these pictures.
    public static func mayReplace(_ path: String) -> Bool {
        guard let start = FileName(path).start(head) else {
            return FileName(path).status() == nil
        }
        return isMarked(start)
    }

    /// - Parameter start: the first ``head`` bytes of a file.
    static func isMarked(_ start: some Collection<UInt8>) -> Bool {
        Data(start).range(of: Data(mark.utf8)) != nil
    }

    /// The bytes of a JPEG or PNG file with the mark.
    static func marked(_ bytes: [UInt8]) -> [UInt8] {
        if bytes.starts(with: [0xFF, 0xD8]) {
            // Behind the segment of JFIF, which has to be the first.
            let isJFIF = bytes.dropFirst(2).starts(with: [0xFF, 0xE0]) && bytes.count > 6
            let place = isJFIF ? 4 + Int(bytes[4]) << 8 + Int(bytes[5]) : 2
            let comment = [0xFF, 0xFE] + bigEndian(mark.utf8.count + 2, bytes: 2) + mark.utf8
            return bytes.prefix(place) + comment + bytes.dropFirst(place)
        }
        // Behind the signature and IHDR.
        let place = 33
        guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]), bytes.count > place else {
            return bytes
        }
        let content = Array("tEXtSoftware\0\(mark)".utf8)
        let checksum = crc32(0, content, UInt32(content.count))
        let chunk =
            bigEndian(content.count - 4, bytes: 4) + content
            + bigEndian(Int(checksum), bytes: 4)
        return bytes.prefix(place) + chunk + bytes.dropFirst(place)
    }

    private static func bigEndian(_ value: Int, bytes: Int) -> [UInt8] {
        (0 ..< bytes).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
