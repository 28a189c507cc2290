import Common
import Foundation

/// The first bytes of a file, and whether they are those of a video.
package struct VideoSignature {
    /// Enough for several packets of a transport stream.
    package static let length = 2048

    let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// - Throws: for what is not a regular file that can be read.
    init(contentsOf url: URL) throws(VideoError.Problem) {
        do throws(RegularFile.Problem) {
            bytes = try RegularFile(path: url.path).bytes(Self.length)
        } catch {
            throw .unreadable(error.words)
        }
    }

    /// Whether these are the first bytes of MP4, MOV, Matroska, WebM, AVI, MPEG, FLV, Ogg or ASF.
    package var isVideo: Bool {
        func has(_ tag: String, at offset: Int) -> Bool {
            bytes.dropFirst(offset).starts(with: tag.utf8)
        }
        func starts(_ prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }
        // Photos and sound in the container of MP4 have names of their own.
        let isMP4 = Self.boxes.contains { has($0, at: 4) } && FileSignature(of: bytes) == nil
        return isMP4 || has("RIFF", at: 0) && has("AVI ", at: 8)
            || starts([0x1A, 0x45, 0xDF, 0xA3])
            || starts([0, 0, 1, 0xBA]) || starts([0, 0, 1, 0xB3]) || isTransportStream
            || has("FLV", at: 0) || has("OggS", at: 0)
            || starts([0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11])
    }

    private static let boxes = [
        "ftyp", "styp", "moov", "moof", "mdat", "wide", "free", "skip", "pnot", "uuid",
    ]

    /// Packets of 188 bytes, or 192 with a clock (.m2ts) or 204 with checksums, each with its mark.
    /// A recording may start within one.
    private var isTransportStream: Bool {
        [188, 192, 204].contains { packet in
            (0 ..< packet).contains { start in
                let marks = stride(from: start, to: bytes.count, by: packet)
                return bytes.count > start + 2 * packet && marks.allSatisfy { bytes[$0] == 0x47 }
            }
        }
    }
}

/// What a file holds by its first bytes, whatever its name.
public enum MediaKind: Sendable {
    case image
    case video

    /// How many bytes tell.
    public static let length = VideoSignature.length

    /// `nil` for what is neither.
    public init?(startingWith bytes: [UInt8]) {
        if VideoSignature(bytes: bytes).isVideo {
            self = .video
        } else if ImageHeader.Format(of: bytes) != nil {
            self = .image
        } else {
            return nil
        }
    }
}
