public import Foundation

/// What makes a file or folder one and the same under all its names.
public struct FileIdentity: Sendable, Hashable {
    let device: UInt64
    let number: UInt64

    public init(_ status: stat) {
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
    }

    /// Of what a path leads to, links followed; `nil` where there is nothing.
    public init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// Of an open regular file; `nil` for a terminal, a pipe or a device.
    public init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        self.init(status)
    }
}

/// What this process writes and reads by name: its outputs are no inputs, and its inputs are not
/// written over.
public enum FileRoles {
    private final class Registry: @unchecked Sendable {
        private let lock = NSLock()
        private var places: Set<FileIdentity> = []

        func add(_ place: FileIdentity?) {
            lock.lock()
            defer { lock.unlock() }
            if let place { places.insert(place) }
        }

        func contains(_ place: FileIdentity) -> Bool {
            lock.lock()
            defer { lock.unlock() }
            return places.contains(place)
        }
    }

    private static let outputs = Registry()
    private static let inputs = Registry()

    /// Keeps readers of folders from taking what is written there for input.
    /// - Parameter path: of a folder or file that exists.
    public static func addOutput(_ path: String) { outputs.add(FileIdentity(path: path)) }

    /// As ``addOutput(_:)`` for a regular file that is open, such as a redirected output.
    public static func addOutput(descriptor: Int32) {
        outputs.add(FileIdentity(descriptor: descriptor))
    }

    /// Keeps ``AtomicFile`` from replacing a file that was named as input.
    public static func addInput(_ path: String) { inputs.add(FileIdentity(path: path)) }

    /// Whether the command writes to this file.
    public static func isOutput(_ place: FileIdentity) -> Bool { outputs.contains(place) }

    /// Whether the command writes to the file of this path.
    public static func isOutput(_ path: String) -> Bool {
        FileIdentity(path: path).map(outputs.contains) ?? false
    }

    static func isInput(_ place: FileIdentity) -> Bool { inputs.contains(place) }
}
