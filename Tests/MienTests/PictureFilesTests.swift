import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

/// Data sets whose images stay on disk.
struct PictureFilesTests {
    private let folder: TemporaryFolder

    /// Two classes of drawn faces with some colour, one of them twice, and one not square.
    init() throws {
        folder = try TemporaryFolder()
        let drawn = Dataset.synthetic(
            try #require(try SyntheticOptions(parsing: "synthetic:seed=3,train=40,valid=0,test=0")))
        for index in 0 ..< drawn.count {
            var face = drawn.image(at: index).rgb().resized(width: 64, height: 64)
            for pixel in 0 ..< 64 * 8 { face.pixels[3 * pixel] = UInt8(index) }
            let name = index % 2 == 0 ? "sad" : "happy"
            try folder.write(try face.encoded(as: .png), to: "\(name)/\(index).png")
            if index == 6 {
                try folder.write(try face.encoded(as: .png), to: "\(name)/again.png")
                let wide = face.cropped(left: 0, top: 4, width: 64, height: 50)
                try folder.write(try wide.encoded(as: .png), to: "\(name)/wide.png")
            }
        }
    }

    private func load(
        _ channels: InputSpecification.Channels, onDisk: Bool
    ) throws -> (Dataset, InputSpecification) {
        let input = InputSpecification(channels: channels, size: 40)
        let dataset = try Dataset.load(
            data: folder.path, input: input, memoryLimit: onDisk ? 10_000 : Dataset.memoryLimit)
        #expect(dataset.isOnDisk == onDisk)
        return (dataset, input)
    }

    @Test(arguments: InputSpecification.Channels.allCases)
    func theyAreTheSameAsInMemory(channels: InputSpecification.Channels) throws {
        let (held, input) = try load(channels, onDisk: false)
        let (files, _) = try load(channels, onDisk: true)
        #expect(files.samples == held.samples && files.sha256 == held.sha256)
        #expect(files.colourCount == held.colourCount && files.count == 42)
        let samples = [5, 41, 0, 20, 21, 7]
        func batch(_ dataset: Dataset) -> ImageBatch {
            input.batch(of: dataset, samples: samples) {
                Augmentation().variation(seed: 1, epoch: 2, sample: $0)
            }
        }
        #expect(batch(files).planes == batch(held).planes)
        #expect((0 ..< 42).allSatisfy { files.image(at: $0) == held.image(at: $0) })
        let exact = Duplicates(in: files)
        #expect(exact == Duplicates(in: held))
        #expect(exact.repeated(in: Array(0 ..< 42)).count == 1)
        #expect(
            Duplicates(nearlyIn: files, exact: exact) == Duplicates(nearlyIn: held, exact: exact))
        #expect(files.fingerprints() == held.fingerprints())
        try files.requireReadable()
    }

    @Test func aFileThatChangesIsSaid() throws {
        let (files, input) = try load(.grey, onDisk: true)
        let index = try #require(files.samples.firstIndex { $0.id == "sad/4.png" })
        try folder.writeImage(grey: 7, to: "sad/4.png")
        #expect(input.batch(of: files, samples: [index]).plane(0).allSatisfy { $0 == 127 })
        let error = try #require(throws: DataError.self) { try files.requireReadable() }
        #expect(error.file == folder.path("sad/4.png") && error.found.contains("changed"))
        #expect(throws: DataError.self) {
            try Trainer.refusesUnreadable(files)
        }
    }

    @Test func theFirstOfSeveralFaultsCounts() throws {
        try folder.write("no image", to: "happy/1.png")
        try folder.makeFolder("sad2")
        try folder.write(
            "path,label\nhappy/3.png,happy\nhappy/1.png,happy\nhappy/5.png,glad\n", to: "list.csv")
        let list = folder.path("list.csv")
        let error = try #require(loadingError(list))
        #expect(error.line == 4)
        let skipped = try Dataset.load(data: list, skipBadRows: true)
        #expect(skipped.count == 1 && skipped.badRows.map(\.line) == [3, 4])
    }
}

extension Trainer {
    /// Trains on the rows of a data set, in a folder that goes with it.
    fileprivate static func refusesUnreadable(_ dataset: Dataset) throws {
        let folder = try TemporaryFolder()
        var recipe = Recipe()
        recipe.labels = .fer2013
        recipe.imageSize = 32
        recipe.batchSize = 16
        recipe.maxSteps = 1
        let start = RunConfiguration(
            recipe: recipe, data: "", votes: nil, skipBadRows: false, initialWeights: "scratch",
            threads: 1, device: "cpu", sources: dataset.sources)
        _ = try Trainer(
            start, dataset: dataset,
            initial: InitialNetwork(scratch: recipe.network(outputs: 2), seed: 1),
            folder: try RunFolder.create(
                at: folder.url.appendingPathComponent("run"), start), resume: false)
    }
}
