import Foundation
import Testing
import Torch

@Suite struct AtomicFileTests {
    @Test func replacesAndLeavesNothingBehind() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("atomic-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("note.txt")
        try AtomicFile.write("old and longer", to: file)
        try AtomicFile.write("new", to: file)
        #expect(try String(contentsOf: file, encoding: .utf8) == "new")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["note.txt"])
    }

    /// The file that a link leads to is written, whether or not it is there.
    @Test func aLinkStays() throws {
        let files = FileManager.default
        let folder = files.temporaryDirectory.appendingPathComponent("atomic-\(UUID().uuidString)")
        try files.createDirectory(
            at: folder.appendingPathComponent("real"), withIntermediateDirectories: true)
        defer { try? files.removeItem(at: folder) }
        let link = folder.appendingPathComponent("link")
        let file = folder.appendingPathComponent("real/note.txt")
        try files.createSymbolicLink(atPath: link.path, withDestinationPath: "real/note.txt")
        for text in ["first", "second"] {
            try AtomicFile.write(text, to: link)
            #expect(try String(contentsOf: file, encoding: .utf8) == text)
            #expect(try files.destinationOfSymbolicLink(atPath: link.path) == "real/note.txt")
        }
        let names = try files.contentsOfDirectory(atPath: folder.path + "/real")
        #expect(names == ["note.txt"])

        let loop = folder.appendingPathComponent("loop")
        try files.createSymbolicLink(atPath: loop.path, withDestinationPath: "loop")
        let error = #expect(throws: FileError.self) { try AtomicFile.write("x", to: loop) }
        #expect(error?.path == loop.path)
        #expect(try files.destinationOfSymbolicLink(atPath: loop.path) == "loop")
    }

    /// A folder, a device, and a path below a file: the error names the path and the reason, and
    /// a device is not replaced.
    @Test(arguments: [
        ("/nowhere/note.txt", "No such file"), ("/tmp", "not a regular file"),
        ("/dev/null", "not a regular file"), ("/dev/null/note.txt", "Not a directory"),
    ])
    func saysWhyNot(_ path: String, _ reason: String) {
        let error = #expect(throws: FileError.self) {
            try AtomicFile.write("x", to: URL(fileURLWithPath: path))
        }
        #expect(error?.path == path)
        #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
    }
}
