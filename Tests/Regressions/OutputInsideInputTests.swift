import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

/// What a command writes is no input of it, nor of the next.
struct OutputInsideInputTests {
    private func photos() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in ["a.png", "b.png"] { try folder.writeImage(grey: 90, to: name) }
        return folder
    }

    private func rows(_ outcome: Program.Outcome) -> [Substring] {
        outcome.output.split(separator: "\n")
    }

    @Test func predictingAFolderTwiceGivesTheSameRows() throws {
        let folder = try photos()
        let command = "\"$0\" predict . --whole-image --json --annotate out"
        let first = try Program.shell(command, in: folder)
        let second = try Program.shell("ln -s out link; \(command)", in: folder)
        #expect(first.status == 0 && rows(first).count == 2, "\(first.errors)")
        #expect(second.output == first.output)
        let notes = second.errors.split(separator: "\n").filter { $0.contains("writes") }
        #expect(notes == ["Left out where this command writes: ./link, ./out."])
    }

    @Test func mapsAreNotMadeOfPicturesThatMienDrew() throws {
        let folder = try photos()
        _ = try Program.shell("\"$0\" predict . --whole-image --annotate out", in: folder)
        for _ in 1 ... 2 {
            let outcome = try Program.shell(
                "\"$0\" explain . --whole-image --out maps --json", in: folder)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.components(separatedBy: "\"id\"").count == 3)
            #expect(outcome.errors.contains("Left out 2 pictures that Mien has drawn on."))
        }
    }

    /// Lists that the shell or find makes hold the pictures of the last run too.
    @Test(arguments: [
        "find . -name '*.[jp][pn]g' | sort | \"$0\" predict - --whole-image --json --annotate out",
        "\"$0\" predict *.[jp]* --whole-image --json --annotate .",
    ])
    func aListOfAllPicturesGivesTheSameRowsTwice(_ command: String) throws {
        let folder = try photos()
        let first = try Program.shell(command, in: folder)
        let second = try Program.shell(command, in: folder)
        #expect(first.status == 0 && rows(first).count == 2, "\(first.errors)")
        #expect(second.status == 0 && second.output == first.output, "\(second.errors)")
        #expect(second.errors.contains("Left out 2 pictures that Mien has drawn on."))
    }

    @Test func aFolderThatIsReadIsNotWrittenTo() throws {
        let folder = try photos()
        for command in [
            "predict . --whole-image --annotate .", "explain . --whole-image --out .",
            "faces . --out .", "predict \"$PWD\" --whole-image --figures .",
        ] {
            let outcome = try Program.shell("\"$0\" \(command)", in: folder)
            #expect(outcome.status == 2, "\(command): \(outcome.errors)")
            #expect(outcome.errors.contains("a folder of its own"))
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.sorted() == ["a.png", "b.png"])
    }

    @Test func aPhotoIsNotReplacedByAnAnnotatedOne() throws {
        let folder = try photos()
        let image = Image(width: 48, height: 48, channels: 1, filledWith: 90)
        let photo = try image.encoded(as: .jpeg(quality: 90))
        try folder.write(photo, to: "000001-a.jpg")
        let outcome = try Program.shell(
            "\"$0\" predict a.png 000001-a.jpg --whole-image --annotate .", in: folder)
        #expect(outcome.status == 1 && outcome.errors.contains("000001-a.jpg: is an input"))
        let kept = try Data(contentsOf: folder.url.appendingPathComponent("000001-a.jpg"))
        #expect(Array(kept) == photo)
    }

    @Test func theDataIsNotReplacedByResults() throws {
        let folder = try TemporaryFolder()
        try folder.writeImage(grey: 50, to: "a.png")
        let csv = "path,label\na.png,sad\n"
        for (name, command) in [
            ("predictions.csv", "evaluate --data predictions.csv --split all --out ."),
            ("m.csv", "calibrate --data m.csv --split all --out m.csv"),
        ] {
            try folder.write(csv, to: name)
            let outcome = try Program.shell("\"$0\" \(command)", in: folder)
            #expect(outcome.status != 0)
            #expect(try folder.text(name) == csv, "\(command): \(outcome.errors)")
        }
        let sheet = try Program.shell(
            "\"$0\" data describe --data predictions.csv --sheet a.png", in: folder)
        #expect(sheet.status == 2 && sheet.errors.contains("has not drawn"), "\(sheet.errors)")
    }

    @Test func resultsMayLieBesideTheClasses() throws {
        let folder = try TemporaryFolder()
        for name in ["sad", "happy"] {
            for number in 1 ... 3 {
                try folder.writeImage(grey: UInt8(40 * number), to: "\(name)/\(number).png")
            }
        }
        let command = "\"$0\" evaluate --data . --split all --out results"
        let first = try Program.shell(command, in: folder)
        let second = try Program.shell(command, in: folder)
        #expect(first.status == 0, "\(first.errors)")
        #expect(second.status == 0, "\(second.errors)")
        #expect(try folder.text("results/predictions.csv").split(separator: "\n").count == 7)
    }

    @Test(arguments: ["png", "jpg"])
    func aPictureWithTheMarkReadsAsBefore(_ ending: String) throws {
        let folder = try TemporaryFolder()
        let image = Image(
            width: 20, height: 10, channels: 3, pixels: (0 ..< 600).map { UInt8($0 % 251) })
        let url = folder.url.appendingPathComponent("a.\(ending)")
        try DrawnPicture.write(image, to: url)
        let plain = try Image(
            decoding: image.encoded(as: ending == "png" ? .png : .jpeg()), name: "plain")
        #expect(try Image(contentsOf: url).pixels == plain.pixels)
        #expect(DrawnPicture.mayReplace(url.path))
        try folder.write(image.encoded(as: .png), to: "b.png")
        #expect(!DrawnPicture.mayReplace(folder.path("b.png")))
    }
}
