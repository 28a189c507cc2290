import Crypto
import Foundation

/// Names for files made of the names of images, each once, also where capital and small letters are
/// one. With an ending of up to 75 bytes they fit the 255 bytes of the file systems.
public struct FileNames {
    private static let longest = 180

    private var used: Set<String> = []
    /// The last number that a name was given.
    private var numbers: [String: Int] = [:]

    public init() {}

    /// The last part of a path without its ending. A long one is cut and gets a hash of the path;
    /// one that was used already gets a number.
    public mutating func name(for path: String) -> String {
        let base = Self.base(path)
        var name = base
        var number = numbers[Self.key(base), default: 1]
        while !used.insert(Self.key(name)).inserted {
            number += 1
            name = "\(base)-\(number)"
        }
        numbers[Self.key(base)] = number
        return name
    }

    private static func base(_ path: String) -> String {
        let last = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        var base = (last.isEmpty || last == "/" ? "image" : last).printable()
        // Neither hidden nor taken for an option.
        if base.hasPrefix(".") || base.hasPrefix("-") { base = "_" + base }
        guard base.utf8.count > longest else { return base }
        let hash = SHA256.hash(data: Data(path.utf8)).hexadecimal.prefix(16)
        while base.utf8.count > longest - hash.utf8.count - 1 { base.removeLast() }
        return "\(base)-\(hash)"
    }

    private static func key(_ name: String) -> String {
        name.lowercased().decomposedStringWithCanonicalMapping
    }
}
