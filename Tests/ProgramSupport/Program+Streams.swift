public import Foundation

extension Program {
    /// Runs the program from a shell, where `$0` is the program: for redirections and limits.
    public static func shell(_ script: String, in folder: TemporaryFolder) throws -> Outcome {
        try run(
            URL(fileURLWithPath: "/bin/sh"),
            ["-c", "cd '\(folder.path)' && { \(script); }", url.path])
    }

    /// Runs the program with a list of paths on standard input.
    public static func run(_ arguments: [String], input: [UInt8]) throws -> Outcome {
        let folder = try TemporaryFolder()
        try folder.write(input, to: "input")
        let list = arguments.map { "'\($0)'" }.joined(separator: " ")
        return try shell("\"$0\" \(list) < input", in: folder)
    }

    /// Runs the program with a terminal as standard error.
    /// - Returns: what the terminal got.
    public static func terminal(_ arguments: [String]) throws -> (status: Int32, text: String) {
        // A pseudoterminal, unlocked (TIOCSPTLCK), and its number (TIOCGPTN).
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var (locked, number): (Int32, Int32) = (0, 0)
        guard master >= 0, ioctl(master, 0x4004_5431, &locked) == 0,
            ioctl(master, 0x8004_5430, &number) == 0
        else { throw CocoaError(.fileReadUnknown) }
        let slave = FileHandle(
            fileDescriptor: open("/dev/pts/\(number)", O_RDWR | O_NOCTTY), closeOnDealloc: true)
        let process = Process()
        process.executableURL = url
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = slave
        try process.run()
        try slave.close()
        var text: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while true {
            // Fails when the last one that had the terminal has gone.
            let count = read(master, &part, part.count)
            guard count > 0 else { break }
            text += part.prefix(count)
        }
        close(master)
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }
}
