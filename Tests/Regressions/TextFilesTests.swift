import Foundation
import Mien
import ProgramSupport
import Testing

/// Text files as spreadsheets, other systems and half-unpacked archives leave them.
struct TextFilesTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.writeImage(grey: 1, to: "a.png")
        try folder.writeImage(grey: 2, to: "b.png")
    }

    private func refusal(_ bytes: [UInt8], _ name: String = "list.csv") throws -> DataError {
        let list = try folder.write(bytes, to: name)
        return try #require(
            #expect(throws: DataError.self) { try Dataset.load(data: list, skipBadRows: true) })
    }

    @Test(arguments: [
        "path;label;subject\na.png;sad;p1\nb.png;happy;p2\n",
        "path\tlabel\tsubject\na.png\tsad\tp1\nb.png\thappy\tp2\n",
        "path|label|subject\na.png|sad|p1\nb.png|happy|p2\n",
        "sep=;\r\npath;label;subject\r\na.png;sad;p1\r\nb.png;happy;p2\r\n",
        "path,label,subject\ra.png,sad,p1\rb.png,happy,p2",
        "\u{FEFF}path;label;subject\ra.png;sad;p1\rb.png;happy;p2\r",
        "path,label,subject\r\r\na.png,sad,p1\r\r\nb.png,happy,p2\r\r\n",
        "\"path\";\"label\";\"subject\"\n\"a.png\";\"sad\";\"p1\"\n\"b.png\";\"happy\";\"p2\"\n",
    ])
    func manifestsOfSpreadsheetsAreRead(text: String) throws {
        let list = try folder.write(text, to: "list.csv")
        let dataset = try Dataset.load(data: list)
        #expect(dataset.samples.map(\.emotion) == [.sad, .happy])
        #expect(dataset.samples.map(\.subject) == ["p1", "p2"])
    }

    @Test(arguments: ["\r", "\r\n", "\n"], [",", ";", "\t"])
    func votesGroupsAndFacesInTheseFormsAreRead(end: String, separator: String) throws {
        func written(_ text: String, _ name: String) throws -> String {
            let lines = text.replacingOccurrences(of: ",", with: separator)
                .replacingOccurrences(of: "\n", with: end)
            return try folder.write(lines, to: name)
        }
        let dataset = try Dataset.load(
            data: written(FaceRows.csv([3, 4]), "fer.csv"),
            votes: written(FaceRows.votesFile([3, 4]), "votes.csv"))
        #expect(try dataset.labelled(by: .ferplus).emotions == [.happy, .sad])
        let groups = try GroupTable(path: written("id,sex\n0,f\n1,m", "groups.csv"))
        #expect(groups.values == ["0": ["f"], "1": ["m"]])
        let quoted = try QuotedResult.read(
            path: written("name,source,data_set,accuracy\nx,y,z,0.9\n", "quoted.csv"))
        #expect(quoted.map(\.accuracy) == [0.9])
    }

    @Test func latin1IsNamedByItsLine() throws {
        let error = try #require(
            #expect(throws: DataError.self) {
                try Dataset.load(
                    data: folder.write(
                        Array("path,label\na.png,sad\nb".utf8) + [0xE9] + Array(".png,sad\n".utf8),
                        to: "list.csv"))
            })
        #expect(error.line == 3 && error.found.contains("0xE9 as byte 2"))
        #expect(error.advice.description.contains("UTF-8"))
    }

    @Test func utf16IsNamedWithAndWithoutItsMark() throws {
        let text = "path,label\na.png,sad\n"
        let little = text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        for bytes in [[0xFF, 0xFE] + little, [0xFE, 0xFF] + big, little, big] {
            let error = try refusal(bytes)
            #expect(error.found == "text in UTF-16" && error.advice.description.contains("UTF-8"))
        }
    }

    @Test func utf32IsNamedWithAndWithoutItsMark() throws {
        let text = "path,label\na.png,sad\n"
        let little: [UInt8] = text.utf8.flatMap { [$0, 0, 0, 0] }
        let big: [UInt8] = text.utf8.flatMap { [0, 0, 0, $0] }
        for bytes in [[0xFF, 0xFE, 0, 0] + little, [0, 0, 0xFE, 0xFF] + big, little, big] {
            let error = try refusal(bytes)
            #expect(error.found == "text in UTF-32" && error.advice.description.contains("UTF-8"))
        }
    }

    /// It is read twice, and what was read first is gone.
    @Test func aPipeIsNamed() throws {
        let pipe = folder.path("faces.csv")
        #expect(mkfifo(pipe, 0o600) == 0)
        let error = try #require(
            #expect(throws: DataError.self) { try Dataset.load(data: pipe) })
        #expect(error.found == "a pipe" && error.advice.description.contains("give that file"))
    }

    @Test func nulBytesAreADamagedFileAndNoBadRow() throws {
        let rows = Array("path,label\na.png,sad\n".utf8)
        let padding = Array(repeating: rows, count: 80).flatMap { $0.dropFirst(11) }
        let error = try refusal(rows + padding + [UInt8](repeating: 0, count: 100))
        #expect(error.kind == .damaged && error.found.contains("NUL"))
        let faces = try refusal(
            Array((FaceRows.csv([3]) + "\n").utf8) + [UInt8](repeating: 0, count: 9), "fer.csv")
        #expect(faces.kind == .damaged && faces.line == 3)
    }

    private static func tar(_ content: String, ustar: Bool) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        header.replaceSubrange(0 ..< 11, with: "fer2013.csv".utf8)
        header.replaceSubrange(100 ..< 107, with: "0000644".utf8)
        if ustar { header.replaceSubrange(257 ..< 262, with: "ustar".utf8) }
        header.replaceSubrange(148 ..< 156, with: "        ".utf8)
        let sum = header.reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        let field = String(repeating: "0", count: 6 - digits.count) + digits
        header.replaceSubrange(148 ..< 154, with: field.utf8)
        header[154] = 0
        return header + Array(content.utf8)
    }

    @Test(arguments: [true, false])
    func aHalfUnpackedArchiveIsNamed(ustar: Bool) throws {
        let bytes = Self.tar(FaceRows.csv([3, 4]), ustar: ustar)
        let error = try refusal(bytes, "fer2013.csv")
        #expect(error.found == "a tar archive")
        #expect(error.advice == "Unpack it: tar xf \(folder.path("fer2013.csv"))")
    }

    /// `printf` of a tar header through `gzip`, with stored blocks.
    private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0 ..< 8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        func little(_ value: UInt32) -> [UInt8] { (0 ..< 4).map { UInt8(value >> (8 * $0) & 255) } }
        let size = UInt16(bytes.count)
        let sizes = [UInt8(size & 255), UInt8(size >> 8), UInt8(~size & 255), UInt8(~size >> 8)]
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + sizes + bytes + little(~crc)
            + little(UInt32(bytes.count))
    }

    @Test func gzipAroundATarIsNamed() throws {
        let error = try refusal(Self.gzip(Self.tar("x", ustar: true)), "fer2013.tar.gz")
        #expect(error.found == "a tar archive inside gzip")
        #expect(error.advice.description.hasPrefix("Unpack it: tar xzf "))
        // In a folder of its own it is named too.
        let alone = try TemporaryFolder()
        try alone.write(Self.gzip(Self.tar("x", ustar: true)), to: "fer2013.tar.gz")
        let inside = #expect(throws: DataError.self) { try Dataset.load(data: alone.path) }
        #expect(inside?.advice.description.contains("tar xzf") == true)
    }

    @Test(
        arguments: [
            ([0x50, 0x4B, 3, 4, 20, 0], "a zip archive"), (Array("BZh91AY".utf8), "a bzip2 file"),
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0], "an xz file"),
            (
                [0x50, 0x4B, 3, 4] + [UInt8](repeating: 1, count: 26)
                    + Array("[Content_Types].xml".utf8),
                "a spreadsheet (xlsx)"
            ),
            (
                [0x50, 0x4B, 3, 4] + [UInt8](repeating: 1, count: 26)
                    + Array("archive/data.pkl".utf8),
                "a PyTorch checkpoint"
            ),
            ([200, 0, 0, 0, 0, 0, 0, 0] + Array("{\"a\":".utf8), "a safetensors model"),
            ([0xFF, 1, 0x1B, 0x5B, 0x32, 0x4A], "binary data"),
            (Array("RIFF".utf8) + [36, 8, 0, 0] + Array("WAVEfmt ".utf8), "a sound file (WAV)"),
            ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "a PNG picture"),
            ([0xFF, 0xD8, 0xFF, 0xE0], "a JPEG picture"),
            ([0x1A, 0x45, 0xDF, 0xA3, 1], "a Matroska or WebM video"),
            ([1, 2, 3, 0, 0x1B, 0x5B, 0x32, 0x4A], "binary data"),
        ] as [([UInt8], String)])
    func binaryFilesAreCalledByTheirName(bytes: [UInt8], name: String) throws {
        #expect(try refusal(bytes).found == name)
        let file = folder.path("list.csv")
        let faces = try folder.write(FaceRows.csv([3]), to: "fer.csv")
        for arguments in [
            ["--data", file, "--skip-bad-rows"], ["--data", faces, "--votes", file],
        ] {
            let outcome = try Program.run(Program.url, ["data", "describe"] + arguments)
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains(name), "\(outcome.errors)")
            #expect(outcome.text.utf8.allSatisfy { $0 >= 32 && $0 != 127 || $0 == 10 })
        }
        #expect(throws: DataError.self) { try GroupTable(path: file) }
        #expect(throws: DataError.self) { try QuotedResult.read(path: file) }
    }

    @Test func escapesInAFileNeverReachTheTerminal() throws {
        let list = try folder.write(
            "path,label\na.png,\u{1B}[31msad\u{7}\n", to: "list.csv")
        let error = try #require(#expect(throws: DataError.self) { try Dataset.load(data: list) })
        #expect("\(error)".contains("\\x1B[31msad\\x07"))
        let columns = try folder.write("\u{1B}]0;x\u{7},\u{202E}b\n1,2\n", to: "columns.csv")
        let unknown = try #require(
            #expect(throws: DataError.self) { try Dataset.load(data: columns) })
        #expect(!"\(unknown)".unicodeScalars.contains { $0.value < 32 || $0.value == 0x202E })
    }

    @Test func filesOfOtherSystemsAreNoClasses() throws {
        let mac = try TemporaryFolder()
        try mac.writeImage(grey: 1, to: "sad/a.png")
        try mac.write("x", to: "__MACOSX/sad/._a.png")
        try mac.write("x", to: ".ipynb_checkpoints/b.png")
        #expect(try Dataset.load(data: mac.path).count == 1)
    }
}
