/// Magic numbers after the formats' own specifications.
extension FileSignature {
    static let known = videos + pictures + archives + sounds + documents

    private static let pictures = [
        KnownSignature(
            "an AVIF picture", brands: ["avif", "avis"], isPicture: true,
            "Convert it: ffmpeg -i FILE picture.png"),
        KnownSignature(
            "a HEIC picture",
            brands: [
                "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "mif2",
                "msf1",
            ],
            isPicture: true,
            "Convert it: heif-convert FILE picture.jpg (on a Mac: sips -s format jpeg FILE "
                + "--out picture.jpg)"),
        KnownSignature("a camera's raw file (CR3)", brands: ["crx "], raw),
        KnownSignature("a camera's raw file (CR2)", [0x43, 0x52, 0x02], at: 8, raw),
        KnownSignature("a camera's raw file (ORF)", [0x49, 0x49, 0x52, 0x4F], raw),
        KnownSignature("a camera's raw file (ORF)", [0x49, 0x49, 0x52, 0x53], raw),
        KnownSignature("a camera's raw file (ORF)", [0x4D, 0x4D, 0x4F, 0x52], raw),
        KnownSignature("a camera's raw file (RW2)", [0x49, 0x49, 0x55, 0x00], raw),
        KnownSignature("a camera's raw file (RAF)", "FUJIFILMCCD-RAW", raw),
        KnownSignature("a camera's raw file (X3F)", "FOVb", raw),
        KnownSignature(
            "a JPEG XL picture", [0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20],
            "Convert it: djxl FILE picture.png"),
        KnownSignature("a JPEG XL picture", [0xFF, 0x0A], "Convert it: djxl FILE picture.png"),
        KnownSignature(
            "a JPEG 2000 picture", [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20], convert),
        KnownSignature("a JPEG 2000 picture", [0xFF, 0x4F, 0xFF, 0x51], convert),
        KnownSignature("a JPEG-LS picture", [0xFF, 0xD8, 0xFF, 0xF7], convert),
        KnownSignature("a JPEG XR picture", [0x49, 0x49, 0xBC], savePNG),
        KnownSignature("a GIF", "GIF8", "Convert it: ffmpeg -i FILE picture%03d.png"),
        KnownSignature("an icon", [0, 0, 1, 0], convert),
        KnownSignature("a PAM picture", "P7\n", "Convert it: ffmpeg -i FILE picture.png"),
        KnownSignature("a PFM picture (floating point)", savePNG, matches: isFloatMap),
        KnownSignature("a QOI picture", "qoif", convert),
        KnownSignature("a DDS texture", "DDS ", convert),
        KnownSignature("a FITS picture", "SIMPLE  =", savePNG),
        KnownSignature(
            "a DICOM file", "DICM", at: 128, "Convert it: dcm2img FILE picture.png"),
        KnownSignature("a Photoshop file", "8BPS", savePNG),
        KnownSignature("a GIMP file", "gimp xcf", savePNG),
        KnownSignature("an OpenEXR picture", [0x76, 0x2F, 0x31, 0x01], savePNG),
        KnownSignature("a Radiance HDR picture", "#?RADIANCE", savePNG),
        KnownSignature("a Radiance HDR picture", "#?RGBE", savePNG),
        KnownSignature("a Sun raster picture", [0x59, 0xA6, 0x6A, 0x95], convert),
        KnownSignature("an SGI picture", [0x01, 0xDA], convert),
        KnownSignature(
            "a PCX picture", convert, matches: { $0.starts(with: [0x0A, 0x05, 0x01]) }),
        KnownSignature(
            "an SVG drawing", text: ["<svg"], "Convert it: rsvg-convert FILE --output picture.png"),
        KnownSignature(
            "an SVG drawing", "Convert it: rsvg-convert FILE --output picture.png",
            matches: { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                return text.hasPrefix("<?xml") && text.contains("<svg")
            }),
    ]

    private static let archives = [
        KnownSignature("a tar archive", "ustar", at: 257, "Unpack it: tar xf FILE"),
        // Of before 1988, without the word: its header holds the sum of its bytes.
        KnownSignature("a tar archive", "Unpack it: tar xf FILE", matches: hasTarChecksum),
        KnownSignature(
            "a gzip file", [0x1F, 0x8B], "Unpack it: gunzip FILE (a tar.gz: tar xzf FILE)"),
        KnownSignature("a zip archive", [0x50, 0x4B, 3, 4], "Unpack it: unzip FILE"),
        KnownSignature("an empty zip archive", [0x50, 0x4B, 5, 6], "Download it again."),
        KnownSignature(
            "a bzip2 file", "BZh", "Unpack it: bunzip2 FILE (a tar.bz2: tar xjf FILE)"),
        KnownSignature(
            "an xz file", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0],
            "Unpack it: unxz FILE (a tar.xz: tar xJf FILE)"),
        KnownSignature("a zstd file", [0x28, 0xB5, 0x2F, 0xFD], "Unpack it: unzstd FILE"),
        KnownSignature("an lz4 file", [0x04, 0x22, 0x4D, 0x18], "Unpack it: unlz4 FILE"),
        KnownSignature(
            "a compress file", [0x1F, 0x9D], "Unpack it: uncompress FILE (a tar.Z: tar xZf FILE)"),
        KnownSignature(
            "a 7z archive", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "Unpack it: 7z x FILE"),
        KnownSignature(
            "a RAR archive", [0x52, 0x61, 0x72, 0x21, 0x1A, 7], "Unpack it: unrar x FILE"),
        KnownSignature("a cabinet archive", "MSCF", "Unpack it: cabextract FILE"),
    ]

    private static let sounds = [
        KnownSignature("a sound file (WAV)", container: "RIFF", form: "WAVE", sound),
        KnownSignature("a sound file (WAV)", container: "RF64", form: "WAVE", sound),
        KnownSignature("a sound file (MP3)", "ID3", sound),
        KnownSignature(
            "a sound file (MP3 or AAC)", sound,
            matches: {
                $0.count > 3 && $0[0] == 0xFF && [0xFB, 0xF3, 0xF2, 0xF1, 0xF9].contains($0[1])
            }),
        KnownSignature("a sound file (FLAC)", "fLaC", sound),
        KnownSignature("a sound file (M4A)", brands: ["M4A ", "M4B ", "M4P "], sound),
        KnownSignature("a sound file (AIFF)", container: "FORM", form: "AIF", sound),
        KnownSignature("a sound file (Opus)", "OpusHead", at: 28, sound),
        KnownSignature("a sound file (Vorbis)", "\u{1}vorbis", at: 28, sound),
        KnownSignature("a sound file (AU)", ".snd", sound),
        KnownSignature("a sound file (AMR)", "#!AMR", sound),
        KnownSignature("a sound file (MIDI)", "MThd", sound),
    ]

    private static let documents = [
        KnownSignature("a PDF", "%PDF-", "Convert it: pdftoppm -png FILE page"),
        KnownSignature("a PostScript file", "%!PS", savePNG),
        KnownSignature(
            "a NumPy array", [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "Save it as csv or pictures."),
        KnownSignature(
            "an HDF5 file", [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], "Save it as csv."),
        KnownSignature("a MATLAB file", "MATLAB 5.0", "Save it as csv: writetable."),
        KnownSignature("an SQLite database", "SQLite format 3", "Export it as csv."),
        KnownSignature(
            "a Word, Excel or PowerPoint file of old form", [0xD0, 0xCF, 0x11, 0xE0],
            "Save a table as csv, pictures as PNG."),
        KnownSignature("a Parquet file", "PAR1", "Save it as csv."),
        KnownSignature("an Arrow file", "ARROW1", "Save it as csv."),
        KnownSignature("an RTF text", "{\\rtf", "Save it as csv or plain text."),
        KnownSignature("a TensorFlow Lite network", "TFL3", at: 4, savedByPyTorch),
        KnownSignature("a GGUF network", "GGUF", savedByPyTorch),
        // The first field of the message is its version, the second the text of its producer.
        KnownSignature(
            "an ONNX network", savedByPyTorch,
            matches: {
                $0.count > 4 && $0[0] == 8 && 3 ... 20 ~= $0[1]
                    && [0x12, 0x1A, 0x22, 0x3A].contains($0[2])
            }),
        KnownSignature("a program", [0x7F, 0x45, 0x4C, 0x46], "Give the data, not a program."),
        KnownSignature(
            "a stand-in of Git LFS for a file", "version https://git-lfs",
            "Fetch the file itself: git lfs pull"),
        KnownSignature(
            "what a Mac keeps beside a file (AppleDouble)", [0, 0x05, 0x16, 0x07],
            "Give the file whose name lacks the \"._\"."),
        KnownSignature(
            "an HTML page", text: ["<!doctype html", "<html", "<head", "<body"],
            "Download the file itself."),
    ]

    /// Zip archives and model files whose content says more than their container.
    static let packed = [
        KnownSignature("a spreadsheet (xlsx)", "[Content_Types].xml", at: 30, saveCSV),
        KnownSignature(
            "a spreadsheet (ods)", "mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            at: 30, saveCSV),
        KnownSignature("a PyTorch checkpoint", oneModel) { bytes in
            bytes.starts(with: [0x50, 0x4B, 3, 4])
                && bytes.dropFirst(30).prefix(100).split(separator: UInt8(ascii: "/"))
                    .dropFirst().first?.starts(with: "data.pkl".utf8) == true
        },
        KnownSignature("a safetensors model", "{\"", at: 8, oneModel),
    ]

    /// What Mien reads, but not as text.
    static let media = [
        KnownSignature("a PNG picture", [0x89, 0x50, 0x4E, 0x47], oneFile),
        KnownSignature("a JPEG picture", [0xFF, 0xD8, 0xFF], oneFile),
        KnownSignature("a TIFF picture", [0x49, 0x49, 0x2A, 0], oneFile),
        KnownSignature("a TIFF picture", [0x4D, 0x4D, 0, 0x2A], oneFile),
        KnownSignature("a TIFF picture", [0x49, 0x49, 0x2B, 0], oneFile),
        KnownSignature("a TIFF picture", [0x4D, 0x4D, 0, 0x2B], oneFile),
        KnownSignature("a WebP picture", "WEBP", at: 8, oneFile),
        KnownSignature("an AVI video", "AVI ", at: 8, oneFile),
        KnownSignature("an MP4 or QuickTime video", "ftyp", at: 4, oneFile),
        KnownSignature("a Matroska or WebM video", [0x1A, 0x45, 0xDF, 0xA3], oneFile),
    ]

    private static let savedByPyTorch = "Save its weights with PyTorch."
    private static let oneFile = "Give its folder as the data, or a csv that lists the files."
    private static let oneModel = "Give it as the model or as initial weights."
    private static let saveCSV = "Save it as csv in its program."
    private static let convert = "Convert it: ffmpeg -i FILE picture.png"
    private static let savePNG = "Save it as PNG."
    private static let raw = "Develop it: darktable-cli FILE picture.jpg"
    @Sendable private static func isFloatMap(_ bytes: [UInt8]) -> Bool {
        let isNamed = bytes.starts(with: "PF\n".utf8) || bytes.starts(with: "Pf\n".utf8)
        return isNamed && bytes.count > 3 && UInt8(ascii: "1") ... UInt8(ascii: "9") ~= bytes[3]
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

    private static let sound = "It holds sound and no picture."

    /// Whether it is sound in a form that ``SoundTrack`` reads.
    var isReadableSound: Bool { remedy == Self.sound && !name.contains("MIDI") }
}
