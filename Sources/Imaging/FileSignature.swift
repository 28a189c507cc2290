/// What a file is by its first bytes, where it is nothing that Mien reads: what to call it, and the
/// one thing to do about it.
///
/// The name of the file plays no part.
public struct FileSignature: Sendable, Equatable {
    /// With its article: "a tar archive".
    public let name: String
    /// A sentence; `FILE` stands for the file's path.
    public let remedy: String

    /// - Parameter bytes: the first 512 bytes of the file, or all of a shorter one.
    public init?(of bytes: some Collection<UInt8>) {
        let bytes = Array(bytes.prefix(512))
        guard let known = Self.known.first(where: { $0.matches(bytes) }) else { return nil }
        self.init(known)
    }

    /// A picture that Mien reads, where a video was expected.
    init?(ofPicture bytes: [UInt8]) {
        guard ImageHeader.Format(of: bytes) != nil,
            let picture = Self.media.first(where: { $0.matches(bytes) })
        else { return nil }
        self.init(KnownSignature(picture.name, "Give it as a picture.") { _ in true })
    }

    /// What a file is where text was expected: also a picture or a video, or binary data without a
    /// name; `nil` for text.
    public init?(ofBinary bytes: some Collection<UInt8>) {
        let bytes = Array(bytes.prefix(512))
        if let packed = Self.packed.first(where: { $0.matches(bytes) }) {
            self.init(packed)
        } else if let named = Self(of: bytes) {
            self = named
        } else if let media = Self.media.first(where: { $0.matches(bytes) }) {
            self.init(media)
        } else if Self.isBinary(bytes) {
            self.init(KnownSignature("binary data", "") { _ in true })
        } else {
            return nil
        }
    }

    private init(_ known: KnownSignature) {
        name = known.name
        remedy = known.remedy
    }

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

    /// The remedy for the file at `path`, as a shell takes it.
    public func remedy(for path: String) -> String {
        let isPlain = path.unicodeScalars.allSatisfy { scalar in
            !scalar.isASCII || scalar.properties.isAlphabetic || ("0" ... "9").contains(scalar)
                || "_-./+,:@%".unicodeScalars.contains(scalar)
        }
        var word = path.hasPrefix("-") ? "./" + path : path
        if !isPlain { word = "'" + word.replacing("'", with: "'\\''") + "'" }
        return remedy.replacing("FILE", with: word)
    }
}

/// A form of file and how it begins.
struct KnownSignature: Sendable {
    let name: String
    let remedy: String
    let matches: @Sendable ([UInt8]) -> Bool

    init(_ name: String, _ remedy: String, matches: @escaping @Sendable ([UInt8]) -> Bool) {
        self.name = name
        self.remedy = remedy
        self.matches = matches
    }

    init(_ name: String, _ magic: [UInt8], at offset: Int = 0, _ remedy: String) {
        self.init(name, remedy) { $0.dropFirst(offset).starts(with: magic) }
    }

    init(_ name: String, _ magic: String, at offset: Int = 0, _ remedy: String) {
        self.init(name, Array(magic.utf8), at: offset, remedy)
    }

    /// A RIFF or IFF container: its form stands behind its size.
    init(_ name: String, container: String, form: String, _ remedy: String) {
        self.init(name, remedy) {
            $0.starts(with: container.utf8) && $0.dropFirst(8).starts(with: form.utf8)
        }
    }

    /// An ISO base media file (MP4's container): what it mainly is, or where `isPicture`, what it
    /// also is.
    init(_ name: String, brands: [String], isPicture: Bool = false, _ remedy: String) {
        self.init(name, remedy) { bytes in
            guard let (main, others) = Self.brands(bytes) else { return false }
            let all = isPicture && Self.pictureBrands.contains(main) ? others + [main] : [main]
            return all.contains { brands.contains($0) }
        }
    }

    /// Text that begins so, whatever its case, behind a byte order mark and spaces.
    init(_ name: String, text beginnings: [String], _ remedy: String) {
        self.init(name, remedy) { bytes in
            let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
            let text = bytes.drop { $0 == 0x20 || 0x09 ... 0x0D ~= $0 }
            return beginnings.contains { beginning in
                zip(beginning.utf8, text.prefix(beginning.utf8.count)).allSatisfy {
                    $0 == (UInt8(ascii: "A") ... UInt8(ascii: "Z") ~= $1 ? $1 | 0x20 : $1)
                } && text.count >= beginning.utf8.count
            }
        }
    }

    /// Of pictures and their sequences; a film may name one of them as its second.
    private static let pictureBrands = [
        "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "mif2", "msf1",
        "avif", "avis",
    ]

    /// Of a file that begins with MP4's `ftyp`: its main brand, and those it is compatible with.
    private static func brands(_ bytes: [UInt8]) -> (main: String, others: [String])? {
        guard bytes.count >= 12, bytes[4 ..< 8].elementsEqual("ftyp".utf8) else { return nil }
        let size = bytes[..<4].reduce(0) { $0 << 8 | Int($1) }
        let words = stride(from: 16, to: min(max(size, 16), bytes.count) - 3, by: 4)
        func word(_ offset: Int) -> String {
            String(decoding: bytes[offset ..< offset + 4], as: UTF8.self)
        }
        return (word(8), words.map(word))
    }
}
