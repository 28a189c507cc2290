import Foundation
import Imaging
import ProgramSupport
import Testing
import Torch

/// Files that cannot be written: which, why, and what is kept, in one line.
struct FullDiskTests {
    /// Files of this process may have 1 kB or two, which ends as a full disk does.
    private func limited(_ command: String, in folder: TemporaryFolder) throws -> Program.Outcome {
        try Program.shell(
            "(trap '' XFSZ; ulimit -f 2; \"$0\" \(command)) 2>&1 | cat", in: folder)
    }

    private func photos(_ count: Int) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for number in 1 ... count {
            let pixels = (0 ..< 96 * 96).map { UInt8(truncatingIfNeeded: $0 * $0 / 7 * number) }
            try folder.write(
                Image(width: 96, height: 96, channels: 1, pixels: pixels).encoded(as: .png),
                to: "\(number).png")
        }
        return folder
    }

    @Test(arguments: [
        ("predict 1.png 2.png --whole-image --annotate out", "out/000001-1.jpg"),
        ("explain 1.png --whole-image --out out", "out/1-overlay.png"),
        ("data describe --data synthetic:train=8,valid=4,test=4 --sheet s.png", "s.png"),
        ("data synthesize --train 2 --valid 1 --test 1 --out s.csv", "s.csv.partial"),
        ("evaluate --data synthetic:train=4,valid=4,test=4 --out out", "out/metrics.json"),
        ("convert --weights float16 --out m.safetensors", "m.safetensors"),
    ])
    func theFileAndTheReasonAreTold(_ command: String, _ file: String) throws {
        let folder = try photos(2)
        let outcome = try limited(command, in: folder)
        let last = outcome.output.split(separator: "\n").first { $0.hasPrefix("Error") } ?? ""
        #expect(
            last.hasPrefix("Error: \(folder.path(file)): cannot be written: File too large"),
            "\(outcome.output)")
        #expect(!outcome.output.contains("Domain"))
        let names = FileManager.default.enumerator(atPath: folder.path)?.allObjects ?? []
        #expect(!names.contains { "\($0)".hasSuffix(".partial") }, "\(names)")
    }

    @Test func aLineThatDoesNotFitIsTakenBack() throws {
        let full = try GrowingFile(URL(fileURLWithPath: "/dev/full"))
        let error = #expect(throws: FileError.self) { try full.append("line\n") }
        #expect("\(try #require(error))" == "/dev/full: cannot be written: No space left on device")
        #expect(error?.keeping(3, "faces").reason.hasSuffix("; kept: 3 faces before it") == true)
        #expect(error?.keeping(0, "faces").reason.contains("kept") == false)
        let folder = try TemporaryFolder()
        let file = try GrowingFile(folder.url.appendingPathComponent("a.csv"))
        try file.append("a,b\n")
        try file.append("1,2\n")
        try file.finish()
        #expect(try folder.text("a.csv") == "a,b\n1,2\n")
    }

    @Test func anErrorOfFoundationIsToldInPlainWords() throws {
        let nowhere = URL(fileURLWithPath: "/nowhere/a.txt")
        let error = #expect(throws: (any Error).self) { try Data().write(to: nowhere) }
        #expect(plainReason(of: try #require(error)) == "No such file or directory")
        struct Card: Decodable { let size: Int }
        for (text, words) in [
            ("{", "not valid JSON"), ("{}", "no field size"), ("{\"size\": \"x\"}", "no Int"),
        ] {
            let error = #expect(throws: (any Error).self) {
                try JSONDecoder().decode(Card.self, from: Data(text.utf8))
            }
            #expect(plainReason(of: try #require(error)).contains(words))
        }
    }
}
