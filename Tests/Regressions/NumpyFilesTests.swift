import Foundation
import Mien
import ProgramSupport
import Testing

/// AffectNet of 2021, whose labels are files of NumPy.
struct NumpyFilesTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.writeImage(grey: 1, to: "train_set/images/0.png")
    }

    /// As numpy.save writes it.
    static func file(_ type: String, shape: String = "()", _ elements: [UInt8]) -> [UInt8] {
        let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
        let header = text + String(repeating: " ", count: 117 - text.count) + "\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + elements
    }

    private func load(_ bytes: [UInt8]) throws -> Dataset {
        try folder.write(bytes, to: "train_set/annotations/0_exp.npy")
        return try Dataset.load(data: folder.path)
    }

    @Test(arguments: [
        ("<U1", "()", [0x32, 0, 0, 0] as [UInt8]), ("<U2", "()", [0x32, 0, 0, 0, 0, 0, 0, 0]),
        (">U1", "()", [0, 0, 0, 0x32]), ("<i4", "()", [2, 0, 0, 0]), (">i4", "()", [0, 0, 0, 2]),
        ("<i8", "(1,)", [2, 0, 0, 0, 0, 0, 0, 0]), ("<f4", "()", [0, 0, 0, 0x40]),
        ("<f8", "(1,)", [0, 0, 0, 0, 0, 0, 0, 0x40]), ("|u1", "()", [2]),
    ])
    func numbersAndTextAreRead(type: String, shape: String, elements: [UInt8]) throws {
        let dataset = try load(Self.file(type, shape: shape, elements))
        #expect(dataset.samples.map(\.emotion) == [.sad])
        #expect(dataset.samples.map(\.split) == [.train])
        #expect(dataset.samples[0].id == "train_set/images/0.png")
    }

    @Test(arguments: [
        ("|O", "()", [0x80, 2, 0x2E] as [UInt8], "pickled objects"),
        ("<c8", "()", [0, 0, 0, 0, 0, 0, 0, 0], "elements of the type"),
        ("<i4", "()", [2, 0, 0], "3 bytes of elements"),
        ("<i4", "(2, 1)", [2, 0, 0, 0, 2, 0, 0, 0], "the shape 2, 1"),
        ("<i8", "(9223372036854775807,)", [2], "bytes of elements"),
        ("<U1", "()", [0xFF, 0xFF, 0xFF, 0x7F], "letters"),
    ])
    func othersAreRefused(
        type: String, shape: String, elements: [UInt8], found: String
    ) throws {
        let error = #expect(throws: DataError.self) {
            try load(Self.file(type, shape: shape, elements))
        }
        #expect(error?.found.contains(found) == true, "\(String(describing: error))")
        #expect(error?.file?.hasSuffix("0_exp.npy") == true)
    }

    @Test func classesOfNoFaceAndMissingImagesAreCounted() throws {
        for (name, code) in [("0", 2), ("1", 8), ("2", 1)] {
            try folder.write(
                Self.file("|u1", [UInt8(code)]), to: "train_set/annotations/\(name)_exp.npy")
        }
        let absent: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0xC0]
        try folder.write(Self.file("<f8", absent), to: "train_set/annotations/0_val.npy")
        try folder.write(Self.file("|u1", [1]), to: "train_set/annotations/0_aro.npy")
        let dataset = try Dataset.load(data: folder.path)
        #expect(dataset.count == 1 && dataset.knownAs == "AffectNet")
        #expect(dataset.samples[0].attributes == ["arousal": "1"])
        #expect(dataset.notes.contains { $0.description.contains("1 images of no class") })
        #expect(
            dataset.notes.contains {
                $0.description.contains("1 labels are of images that are missing")
            })
    }
}
