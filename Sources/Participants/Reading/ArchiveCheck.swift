import Foundation
import Mien

/// Whether an archive was cut or damaged in transfer. Nothing is unpacked.
enum ArchiveCheck {
    private static func isZip(_ url: URL) -> Bool { url.pathExtension.lowercased() == "zip" }

    /// Unpacks the archive, in its folder.
    static func command(for url: URL) -> String {
        "\(isZip(url) ? "unzip -n" : "tar xzf") \(url.lastPathComponent)"
    }

    /// - Returns: what is wrong, or `nil`. A tar.gz is read to its end with its checksum; a zip is held
    ///   against the place and size of its directory.
    static func fault(of url: URL) -> String? {
        isZip(url) ? faultOfZip(url) : faultOfGzip(url)
    }

    private static func faultOfGzip(_ url: URL) -> String? {
        do throws(DataError) {
            let stream = try FileStream(path: url.path)
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
            defer { buffer.deallocate() }
            while try stream.read(into: buffer) > 0 {}
            return stream.isCompressed ? nil : "no gzip stream"
        } catch {
            return error.found
        }
    }

    /// The end record of a directory, and the longest comment after it, in bytes.
    private static let (endRecord, longestComment) = (22, 65_535)

    private static func faultOfZip(_ url: URL) -> String? {
        guard let file = try? FileHandle(forReadingFrom: url), let size = try? file.seekToEnd()
        else { return "a file that cannot be read" }
        defer { try? file.close() }
        let start = size - min(size, UInt64(endRecord + longestComment))
        guard (try? file.seek(toOffset: start)) != nil, let tail = try? file.readToEnd(),
            let place = tail.range(of: Data("PK\u{5}\u{6}".utf8), options: .backwards)?.lowerBound,
            tail.count - place >= endRecord
        else { return "a zip archive without its directory: it ends early" }
        func number(at offset: Int) -> UInt64 {
            (0 ..< 4).reduce(0) { $0 | UInt64(tail[place + offset + $1]) << (8 * UInt64($1)) }
        }
        let (length, offset) = (number(at: 12), number(at: 16))
        // Larger archives say so and have the true numbers elsewhere.
        guard length != 0xFFFF_FFFF, offset != 0xFFFF_FFFF else { return nil }
        let end = start + UInt64(place)
        return offset + length > end
            ? "a zip archive that lacks \(offset + length - end) bytes before its directory" : nil
    }
}
