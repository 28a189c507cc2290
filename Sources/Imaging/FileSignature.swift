/// What a file is by its first bytes, where it is nothing that Mien reads: what to call it, and the
/// one thing to do about it.
///
/// Magic numbers after the formats' own specifications; the name of the file plays no part.
public struct FileSignature: Sendable, Equatable {
    /// With its article: "a tar archive".
    public let name: String
    /// A sentence; `FILE` stands for the file's path.
    public let remedy: String

    /// - Parameter bytes: the first 512 bytes of the file, or all of a shorter one.
    public init?(of bytes: some Collection<UInt8>) {
        let bytes = Array(bytes.prefix(512))
        guard let known = Self.known.first(where: { $0.matches(bytes) }) else { return nil }
        name = known.name
        remedy = known.remedy
    }

    /// What a file is where text was expected: also a picture or a video, or binary data without a
    /// name; `nil` for text.
    public init?(ofBinary bytes: some Collection<UInt8>) {
        let bytes = Array(bytes.prefix(512))
        if let other = Self.other.first(where: { $0.matches(bytes) }) {
            name = other.name
            remedy = other.remedy
        } else if let named = Self(of: bytes) {
            self = named
        } else if Self.isBinary(bytes) {
            name = "binary data"
            remedy = ""
        } else {
            return nil
        }
    }

    /// The remedy for the file at `path`.
    public func remedy(for path: String) -> String {
        remedy.replacing("FILE", with: path)
    }

    private struct Known {
        let name: String
        let remedy: String
        let matches: @Sendable ([UInt8]) -> Bool

        init(_ name: String, _ magic: [UInt8], at offset: Int = 0, _ remedy: String) {
            self.name = name
            self.remedy = remedy
            matches = { $0.dropFirst(offset).starts(with: magic) }
        }

        init(_ name: String, _ magic: String, at offset: Int = 0, _ remedy: String) {
            self.init(name, Array(magic.utf8), at: offset, remedy)
        }

        init(_ name: String, _ remedy: String, _ matches: @escaping @Sendable ([UInt8]) -> Bool) {
            self.name = name
            self.remedy = remedy
            self.matches = matches
        }

        /// An ISO base media file (MP4's container) of one of these brands.
        init(_ name: String, brands: [String], _ remedy: String) {
            self.name = name
            self.remedy = remedy
            matches = { bytes in
                bytes.dropFirst(4).starts(with: "ftyp".utf8)
                    && brands.contains { bytes.dropFirst(8).starts(with: $0.utf8) }
            }
        }
    }

    private static let sound = "It holds sound and no picture."
    private static let known = [
        Known("a tar archive", "ustar", at: 257, "Unpack it: tar xf FILE"),
        // Of before 1988, without the word: its header holds the sum of its bytes.
        Known("a tar archive", "Unpack it: tar xf FILE", hasTarChecksum),
        Known("a gzip file", [0x1F, 0x8B], "Unpack it: gunzip FILE (a tar.gz: tar xzf FILE)"),
        Known("a zip archive", [0x50, 0x4B, 3, 4], "Unpack it: unzip FILE"),
        Known("an empty zip archive", [0x50, 0x4B, 5, 6], "Download it again."),
        Known("a bzip2 file", "BZh", "Unpack it: bunzip2 FILE (a tar.bz2: tar xjf FILE)"),
        Known(
            "an xz file", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0],
            "Unpack it: unxz FILE (a tar.xz: tar xJf FILE)"),
        Known("a zstd file", [0x28, 0xB5, 0x2F, 0xFD], "Unpack it: unzstd FILE"),
        Known("a 7z archive", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "Unpack it: 7z x FILE"),
        Known("a RAR archive", [0x52, 0x61, 0x72, 0x21, 0x1A, 7], "Unpack it: unrar x FILE"),
        Known(
            "a HEIC picture",
            brands: ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"],
            "Convert it: heif-convert FILE picture.jpg (on a Mac: sips -s format jpeg FILE "
                + "--out picture.jpg)"),
        Known(
            "an AVIF picture", brands: ["avif", "avis"],
            "Convert it: ffmpeg -i FILE picture.png"),
        Known(
            "a JPEG XL picture", [0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20],
            "Convert it: djxl FILE picture.png"),
        Known("a JPEG XL picture", [0xFF, 0x0A], "Convert it: djxl FILE picture.png"),
        Known(
            "a JPEG 2000 picture", [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20],
            "Convert it: ffmpeg -i FILE picture.png"),
        Known("a GIF", "GIF8", "Convert it: ffmpeg -i FILE picture%03d.png"),
        Known("a Photoshop file", "8BPS", "Save it as PNG."),
        Known("an OpenEXR picture", [0x76, 0x2F, 0x31, 0x01], "Save it as PNG."),
        Known("a Radiance HDR picture", "#?RADIANCE", "Save it as PNG."),
        Known("a PDF", "%PDF-", "Convert it: pdftoppm -png FILE page"),
        Known("a sound file (WAV)", "WAVE", at: 8, sound),
        Known("a sound file (MP3)", "ID3", sound),
        Known("a sound file (FLAC)", "fLaC", sound),
        Known("a sound file (M4A)", brands: ["M4A ", "M4B "], sound),
        Known("an AIFF sound file", "AIFF", at: 8, sound),
        Known(
            "a NumPy array", [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "Save it as csv or pictures."),
        Known("an HDF5 file", [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], "Save it as csv."),
        Known("a MATLAB file", "MATLAB 5.0", "Save it as csv: writetable."),
        Known("an SQLite database", "SQLite format 3", "Export it as csv."),
        Known("an Excel file of old form", [0xD0, 0xCF, 0x11, 0xE0], "Save it as csv."),
        Known("a Parquet file", "PAR1", "Save it as csv."),
        Known("a program", [0x7F, 0x45, 0x4C, 0x46], "Give the data, not a program."),
        Known("an HTML page", "<!DOCTYPE html", "Download the file itself."),
        Known("an HTML page", "<!doctype html", "Download the file itself."),
        Known("an HTML page", "<html", "Download the file itself."),
        Known("an SVG drawing", "<svg", "Convert it: rsvg-convert FILE --output picture.png"),
    ]

    private static let oneFile = "Give its folder as the data, or a csv that lists the files."
    private static let oneModel = "Give it as --model or --init."
    private static let other = [
        Known(
            "a spreadsheet (xlsx)", "[Content_Types].xml", at: 30,
            "Save it as csv in its program."),
        Known(
            "a spreadsheet (ods)", "mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            at: 30, "Save it as csv in its program."),
        Known("a PyTorch checkpoint", oneModel) { bytes in
            bytes.starts(with: [0x50, 0x4B, 3, 4])
                && bytes.dropFirst(30).prefix(100).split(separator: UInt8(ascii: "/"))
                    .dropFirst().first?.starts(with: "data.pkl".utf8) == true
        },
        Known("a safetensors model", "{\"", at: 8, oneModel),
        Known("a PNG picture", [0x89, 0x50, 0x4E, 0x47], oneFile),
        Known("a JPEG picture", [0xFF, 0xD8, 0xFF], oneFile),
        Known("a TIFF picture", [0x49, 0x49, 0x2A, 0], oneFile),
        Known("a TIFF picture", [0x4D, 0x4D, 0, 0x2A], oneFile),
        Known("a WebP picture", "WEBP", at: 8, oneFile),
        Known("an AVI video", "AVI ", at: 8, oneFile),
        Known("an MP4 or QuickTime video", "ftyp", at: 4, oneFile),
        Known("a Matroska or WebM video", [0x1A, 0x45, 0xDF, 0xA3], oneFile),
    ]

    /// A NUL byte, or a control character in what is no UTF-8.
    private static func isBinary(_ bytes: [UInt8]) -> Bool {
        if bytes.contains(0) { return true }
        let hasControl = bytes.contains { $0 < 32 && ![9, 10, 12, 13].contains($0) }
        // A character may be cut at the end.
        return hasControl
            && (0 ..< 4).allSatisfy {
                String(validating: bytes.dropLast($0), as: UTF8.self) == nil
            }
    }

    @Sendable private static func hasTarChecksum(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 512, bytes[0] != 0 else { return false }
        let field = bytes[148 ..< 156]
        let digits = field.drop { $0 == 0x20 }.prefix { 0x30 ... 0x37 ~= $0 }
        guard digits.count >= 3 else { return false }
        let stored = digits.reduce(0) { $0 * 8 + Int($1 - 0x30) }
        let sum = bytes.reduce(0) { $0 + Int($1) } - field.reduce(0) { $0 + Int($1) } + 8 * 0x20
        return stored == sum
    }
}
