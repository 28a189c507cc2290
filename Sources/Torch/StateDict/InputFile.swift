import Common
import Foundation

/// A file whose parts are read where they are needed, every read checked against its size.
final class InputFile {
    let path: String
    let size: Int
    private let content: Content

    private enum Content {
        case file(RegularFile)
        case memory([UInt8])
    }

    init(path: String) throws(StateDictError) {
        let file: RegularFile
        do throws(RegularFile.Problem) {
            file = try RegularFile(path: path)
        } catch {
            throw StateDictError(path: path, reason: "cannot be read: \(error.words)")
        }
        self.path = path
        size = file.size
        content = .file(file)
    }

    init(bytes: [UInt8], name: String) {
        path = name
        size = bytes.count
        content = .memory(bytes)
    }

    /// - Parameter what: is named in the error when the file ends before it.
    func read(_ what: String, count: Int, at offset: Int) throws(StateDictError) -> [UInt8] {
        guard count >= 0, offset >= 0, offset <= size, count <= size - offset else {
            throw refused(
                "the file ends early: \(what) would take \(count) bytes at \(offset), "
                    + "but there are \(size) bytes in all")
        }
        switch content {
        case .memory(let bytes):
            return Array(bytes[offset ..< offset + count])
        case .file(let file):
            let bytes: [UInt8]
            do throws(RegularFile.Problem) {
                bytes = try file.bytes(count, at: offset)
            } catch {
                throw StateDictError(path: path, reason: "\(what) cannot be read: \(error.words)")
            }
            guard bytes.count == count else {
                throw StateDictError(
                    path: path,
                    reason: "\(what) cannot be read: \(bytes.count) of \(count) bytes came")
            }
            return bytes
        }
    }

    /// See ``RegularFile/mapped()``.
    func mapped() throws(StateDictError) -> Data {
        switch content {
        case .memory(let bytes): return Data(bytes)
        case .file(let file):
            do throws(RegularFile.Problem) {
                return try file.mapped()
            } catch {
                throw StateDictError(path: path, reason: "cannot be read: \(error.words)")
            }
        }
    }

    func refused(_ reason: String, isForeign: Bool = false) -> StateDictError {
        StateDictError(path: path, reason: reason, isForeign: isForeign)
    }
}

extension [UInt8] {
    /// The unsigned little-endian number of `count` bytes (at most 8) at `offset`, which the
    /// caller knows to be there.
    func number(at offset: Int, count: Int) -> UInt64 {
        self[offset ..< offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
