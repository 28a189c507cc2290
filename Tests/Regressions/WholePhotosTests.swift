import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

/// Images that are not what models are shown.
@Suite(.enabled(if: DrawnPhotos.hasDetector, "\(DrawnPhotos.missing)"))
struct WholePhotosTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ photo: Image, _ name: String) throws {
        try folder.write(photo.encoded(as: .png), to: name)
    }

    @Test func classFoldersOfWholePhotosAreNoticed() throws {
        for index in 0 ..< 3 {
            let photo = DrawnPhotos.photo(
                width: 400, height: 300, side: 100, at: [(left: 40 + 60 * index, top: 80)])
            try write(photo, "sad/\(index).png")
        }
        let outcome = try Program.run("data", "describe", "--data", folder.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("whole photos"))
        #expect(outcome.output.contains("mien faces \(folder.path) --label-from-folder"))
        #expect(outcome.output.contains("3 of 3 images are far from square"))
        // Every other command says it too.
        let sheet = try Program.run(
            "data", "augment", "--data", folder.path, "--out", folder.path("../a.png"))
        #expect(sheet.errors.contains("whole photos"))
    }

    @Test func cropsOfFacesAreNoPhotos() throws {
        for side in [48, 160, 224] {
            let face = DrawnPhotos.photo(
                width: side, height: side, side: side, at: [(left: 0, top: 0)])
            try write(face, "sad/\(side).png")
            try write(face, "happy/\(side).png")
        }
        #expect(try Dataset.load(data: folder.path).notes.isEmpty)
    }

    @Test func facesOnTheirSideAreNoticed() throws {
        let face = DrawnPhotos.photo(
            width: 224, height: 224, side: 224, at: [(left: 0, top: 0)])
        var turned = face
        for row in 0 ..< 224 {
            for column in 0 ..< 224 {
                turned.pixels[row * 224 + column] = face.pixels[(223 - row) * 224 + 223 - column]
            }
        }
        try write(turned, "sad/a.png")
        let notes = try Dataset.load(data: folder.path).notes.map(\.description)
        // The detector need not find a face that stands on its head.
        #expect(notes.isEmpty || notes.contains { $0.contains("stands on its head") })
    }

    @Test func picturesOfTenPixelsAreNoticed() throws {
        try folder.writeImage(grey: 1, width: 10, height: 10, to: "sad/a.png")
        try folder.writeImage(grey: 1, width: 48, height: 48, to: "sad/b.png")
        #expect(
            try Dataset.load(data: folder.path).notes.contains {
                $0.description.contains("1 of 2 images")
            })
    }

    @Test func describeTellsTheSizeOfTheFiles() throws {
        try folder.writeImage(grey: 90, width: 400, height: 300, channels: 3, to: "a.png")
        let list = try folder.write("path,label\na.png,sad\n", to: "list.csv")
        let dataset = try Dataset.load(data: list)
        #expect(dataset.fileSize(of: 0) == (400, 300))
        #expect(dataset.size(of: 0).height == 224)
        let outcome = try Program.run("data", "describe", "--data", list)
        #expect(outcome.output.contains("size 400 x 300 pixels"))
    }

    @Test func colourIsCounted() throws {
        let colour = Image(width: 2, height: 1, channels: 3, pixels: [1, 2, 3, 4, 4, 4])
        try write(colour, "sad/a.png")
        try folder.writeImage(grey: 9, channels: 3, to: "sad/b.png")
        #expect(DatasetSummary(of: try Dataset.load(data: folder.path)).colourCount == 1)
    }
}
