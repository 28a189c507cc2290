import Crypto
import Foundation
import Imaging
import Torch

/// An image as a data set takes it, and what its file holds.
struct FileImage {
    /// Reduced where it is large; in colour where that is wanted and there is some.
    let held: Image
    /// Width and height in the file, upright; of the part that was taken.
    let size: (width: Int, height: Int)
    /// Whether the channels of any pixel differ.
    let isColour: Bool
}

/// Reads the image files that a folder or a manifest names, makes them grey unless colour is wanted,
/// reduces large ones, and keeps the hash of what was read.
struct ImageFileReader {
    private let channels: InputSpecification.Channels
    private let longestShorterSide: Int

    private var listing = SHA256()
    private var bytesRead = 0

    /// - Parameter input: what the images are for; `nil` stands for grey pixels.
    init(for input: InputSpecification? = nil) {
        channels = input?.channels ?? .grey
        longestShorterSide = Self.longestShorterSide(for: input)
    }

    /// Larger images are reduced until their shorter side is this long, in pixels.
    static func longestShorterSide(for input: InputSpecification? = nil) -> Int {
        input?.channels == .rgb ? max(224, input?.size ?? 0) : 224
    }

    /// - Parameters:
    ///   - url: the image file.
    ///   - id: its path inside the data set.
    ///   - box: the part of it to take; all of it where there is none.
    ///   - listedIn: the manifest and its line, for errors.
    mutating func read(
        _ url: URL, id: String, box: FaceBox? = nil,
        listedIn list: (file: String, line: Int)? = nil
    ) throws(DataError) -> FileImage {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: url)
        } catch {
            let exists = FileManager.default.fileExists(atPath: url.path)
            throw unreadable(url, list, exists ? error.localizedDescription : "no file there")
        }
        var image: Image
        do {
            image = try Image(decoding: [UInt8](bytes), name: url.lastPathComponent)
        } catch {
            throw unreadable(url, list, "\"\(error)\"")
        }
        if let box {
            guard let part = box.clamped(width: image.width, height: image.height) else {
                throw unreadable(
                    url, list, "\(image.width) x \(image.height) pixels, beside the box")
            }
            image = image.cropped(
                left: part.left, top: part.top, width: part.width, height: part.height)
        }
        listing.update(data: Data("\(SHA256.hash(data: bytes).hexadecimal)  \(id)\n".utf8))
        bytesRead += bytes.count
        let isColour = image.isColour
        let held = channels == .rgb && isColour ? image : image.grey()
        return FileImage(
            held: held.reduced(shorterSide: longestShorterSide),
            size: (image.width, image.height), isColour: isColour)
    }

    func source(path: String) -> Dataset.Source {
        Dataset.Source(path: path, sha256: listing.finalize().hexadecimal, bytes: bytesRead)
    }

    private func unreadable(
        _ url: URL, _ list: (file: String, line: Int)?, _ found: String
    ) -> DataError {
        guard let list else {
            return .row(url.path, line: nil, found: found, expected: "an image")
        }
        return .row(
            list.file, line: list.line, column: "path", found: "\(url.path): \(found)",
            expected: "an image")
    }
}

/// What a folder holds, hidden files and those of file managers left out, in the order of the
/// names' bytes, so that every machine sees the same order.
struct FolderListing {
    let folders: [URL]
    let files: [URL]

    init(_ url: URL) throws(DataError) {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: url.path)
        } catch {
            throw DataError(
                .unreadable, file: url.path, found: error.localizedDescription,
                expected: "a folder to read")
        }
        var folders: [URL] = []
        var files: [URL] = []
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            if name.hasPrefix(".") || Self.clutter.contains(name) { continue }
            let child = url.appendingPathComponent(name)
            guard let status = FileName(child.path).status() else {
                files.append(child)
                continue
            }
            if FileRoles.isOutput(FileIdentity(status)) { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                folders.append(child)
            } else {
                files.append(child)
            }
        }
        self.folders = folders
        self.files = files
    }

    private static let clutter: Set<String> = ["Thumbs.db", "desktop.ini", "__MACOSX"]

    /// All files below a folder. A folder that is met again through a link is not entered twice.
    static func filesBelow(_ url: URL) throws(DataError) -> [URL] {
        var visited: Set<String> = []
        return try filesBelow(url, &visited)
    }

    private static func filesBelow(
        _ url: URL, _ visited: inout Set<String>
    ) throws(DataError) -> [URL] {
        guard visited.insert(url.resolvingSymlinksInPath().path).inserted else { return [] }
        let listing = try FolderListing(url)
        var files = listing.files
        for folder in listing.folders { files += try filesBelow(folder, &visited) }
        return files
    }
}

extension Image {
    /// Reduced where its shorter side is longer than this.
    func reduced(shorterSide side: Int) -> Image {
        min(width, height) > side ? resized(shorterSide: side) : self
    }

    fileprivate var isColour: Bool {
        guard channels >= 3 else { return false }
        return pixels.withUnsafeBufferPointer { values in
            for start in stride(from: 0, to: values.count - 2, by: channels) {
                let first = values[start]
                if first != values[start + 1] || first != values[start + 2] { return true }
            }
            return false
        }
    }
}

extension URL {
    /// Whether the name ends as those of images do.
    var hasImageEnding: Bool {
        ["jpg", "jpeg", "png", "bmp", "tif", "tiff", "webp", "pgm", "ppm"]
            .contains(pathExtension.lowercased())
    }
}

func isFolder(_ url: URL) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory)
        && isDirectory.boolValue
}
