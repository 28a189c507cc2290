import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

/// Names that outputs have from names of inputs.
struct OutputNameTests {
    @Test func aNameOfTwoHundredFiftyOneBytesStopsNothing() throws {
        let folder = try TemporaryFolder()
        let long = String(repeating: "a", count: 247)
        for name in [long + ".png", String(repeating: "a", count: 246) + "b.png", "z.png"] {
            try folder.writeImage(grey: 90, to: name)
        }
        let outcome = try Program.shell(
            "\"$0\" explain . --whole-image --out maps && \"$0\" predict . --whole-image "
                + "--annotate out", in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let manager = FileManager.default
        #expect(try manager.contentsOfDirectory(atPath: folder.path("maps")).count == 9)
        #expect(try manager.contentsOfDirectory(atPath: folder.path("out")).count == 3)
        #expect(manager.fileExists(atPath: folder.path("maps/z-overlay.png")))
    }

    @Test func namesStayApartAndFit() {
        var names = FileNames()
        let korean = String(repeating: "한", count: 83)
        let paths = [
            "a.png", "b/a.jpg", "A.png", "a-2.png", "e\u{301}.png", "\u{E9}.png", "-rf.png",
            "..png", "%s.png", "*.png", "new\nline.png", "x/\(korean).png", "y/\(korean).png",
            "esc\u{1B}[31m.png",
        ]
        let made = paths.map { names.name(for: $0) }
        let known = made.map { $0.lowercased().decomposedStringWithCanonicalMapping }
        #expect(Set(known).count == paths.count, "\(made)")
        for name in made {
            #expect(name.utf8.count <= 180 && !name.hasPrefix("-") && !name.hasPrefix("."))
            #expect(!name.unicodeScalars.contains { $0.value < 32 } && !name.contains("/"))
        }
        #expect(made[0] == "a" && made[8] == "%s" && made[9] == "*")
    }

    @Test func aThousandEqualNamesAreQuick() {
        var names = FileNames()
        let made = (0 ..< 5000).map { names.name(for: "\($0)/frame.png") }
        #expect(Set(made).count == 5000 && made[4999] == "frame-5000")
    }
}

extension OutputNameTests {
    /// Swift mends such a name, so that the output would go somewhere else.
    @Test func anOutputThatIsNotUTF8IsRefused() throws {
        let folder = try TemporaryFolder()
        try folder.writeImage(grey: 90, to: "a.png")
        let outcome = try Program.shell(
            "\"$0\" predict a.png --whole-image --annotate \"$(printf 'o\\351')\"", in: folder)
        #expect(outcome.status == 2 && outcome.errors.contains("o\\xE9: found a name that is not"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.png"])
    }
}
