import Foundation
import Mien
import ProgramSupport
import Testing

/// What paths stand for.
struct PredictSourceTests {
    private func all(_ list: SourceList) -> [PredictionSource] {
        var result: [PredictionSource] = []
        while let source = list.next() { result.append(source) }
        return result
    }

    private func names(_ folder: TemporaryFolder, _ sources: [PredictionSource]) -> [String] {
        sources.map { source in
            switch source {
            case .image(let name): String(name.text.dropFirst(folder.path.count + 1))
            case .video(let name): "video " + String(name.text.dropFirst(folder.path.count + 1))
            case .camera(let number): "camera \(number)"
            case .unreadable(let name, let why): "\(name.last.text): \(why)"
            }
        }
    }

    @Test func aFolderIsListedInOrder() throws {
        let folder = try TemporaryFolder()
        for name in ["b.png", "B.PNG", "a/2.jpg", "a/10.jpg", "c.txt", ".hidden.png", "d.mp4"] {
            try folder.write("x", to: name)
        }
        let list = SourceList([FileName(folder.path)])
        #expect(
            names(folder, all(list)) == ["B.PNG", "a/10.jpg", "a/2.jpg", "b.png", "video d.mp4"])
        #expect(list.leftOut == 1)
    }

    @Test func loopsEndAndLinksToNothingAreSaid() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "a/1.png")
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: folder.path + "/a/up", withDestinationPath: "..")
        try manager.createSymbolicLink(
            atPath: folder.path + "/broken.png", withDestinationPath: "nowhere")
        let list = SourceList([FileName(folder.path)])
        #expect(
            names(folder, all(list)) == [
                "a/1.png", "broken.png: is a link to something that is not there",
            ])
        #expect(list.foldersMetAgain == 1)
    }

    @Test func whatIsDeletedMeanwhileIsSaid() throws {
        let folder = try TemporaryFolder()
        for name in ["1.png", "2.png", "3.png"] { try folder.write("x", to: name) }
        let list = SourceList([FileName(folder.path)])
        #expect(list.next() == .image(FileName(folder.path + "/1.png")))
        try FileManager.default.removeItem(atPath: folder.path + "/2.png")
        #expect(
            list.next()
                == .unreadable(
                    FileName(folder.path + "/2.png"), "cannot be read: No such file or directory"))
        #expect(list.next() == .image(FileName(folder.path + "/3.png")))
    }

    @Test func patternsStandForFilesUnlessAFileHasTheName() throws {
        let folder = try TemporaryFolder()
        for name in ["1.png", "2.png", "3.jpg", "x[1].png", "x1.png"] {
            try folder.write("x", to: name)
        }
        func named(_ pattern: String) -> [String] {
            names(folder, all(SourceList([FileName(folder.path + "/" + pattern)])))
        }
        #expect(named("?.png") == ["1.png", "2.png"])
        #expect(named("x[1].png") == ["x[1].png"])
        let missing = named("*.webp")
        #expect(missing.count == 1 && missing[0].contains("No such file"))
    }

    @Test func namesNeedNotBeText() throws {
        let folder = try TemporaryFolder()
        let strange = [UInt8]((folder.path + "/a").utf8) + [0xFF, 0xC3, 0x28] + Array(".png".utf8)
        let descriptor = open(
            strange.map { CChar(bitPattern: $0) } + [0], O_CREAT | O_WRONLY, 0o644)
        #expect(descriptor >= 0)
        close(descriptor)
        try folder.write("x", to: "new\nline.png")
        let found = all(SourceList([FileName(folder.path)]))
        #expect(found.count == 2)
        guard case .image(let name) = found.first else {
            Issue.record("expected an image, got \(found)")
            return
        }
        #expect(name.bytes == strange && !name.isUTF8)
        #expect(name.last.text == "a\\xFF\\xC3(.png")
        #expect(FileName("new\nline.png").line == "new\\x0Aline.png")
        #expect(FileName("é.png").text == "é.png")
    }

    @Test(arguments: [false, true]) func listsAreReadFromAPipe(nul: Bool) throws {
        let folder = try TemporaryFolder()
        let end = nul ? "\0" : "\n"
        for name in ["1.png", "2.png"] { try folder.write("x", to: name) }
        if nul { try folder.write("x", to: "a\nb.png") }
        var descriptors: [Int32] = [0, 0]
        #expect(pipe(&descriptors) == 0)
        let paths = ["/2.png", "/1.png", nul ? "/a\nb.png" : ""].map { folder.path + $0 }
        let text = Array((paths[0] + end + end + paths[1] + end + (nul ? paths[2] : "")).utf8)
        #expect(write(descriptors[1], text, text.count) == text.count)
        close(descriptors[1])
        let list = SourceList(
            [FileName("-"), FileName("camera:3")],
            standardInput: PathList(descriptor: descriptors[0], nul: nul))
        let expected = ["2.png", "1.png"] + (nul ? ["a\nb.png"] : []) + ["camera 3"]
        #expect(names(folder, all(list)) == expected)
        close(descriptors[0])
    }

    @Test func anUnendingListCanBeCancelled() throws {
        var descriptors: [Int32] = [0, 0]
        #expect(pipe(&descriptors) == 0)
        let list = SourceList(
            [FileName("-")],
            standardInput: PathList(descriptor: descriptors[0], isCancelled: { true }))
        #expect(list.next() == nil)
        for descriptor in descriptors { close(descriptor) }
    }
}
