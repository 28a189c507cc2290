import Evaluation
import Foundation
import Mien
import ProgramSupport
import Testing

/// Files of data sets with bytes that were changed, left out or repeated: each is read, or refused
/// with its path.
struct MutatedDataTests {
    private static let rounds =
        Int(ProcessInfo.processInfo.environment["MIEN_MUTATIONS"] ?? "") ?? 60

    private static func forms(_ folder: TemporaryFolder) throws -> [(file: String, data: String)] {
        func written(_ text: String, _ name: String) throws -> String {
            try folder.write(text, to: name)
        }
        for name in ["m/a.png", "e/image/a.png", "n/images/0.png", "f/cropped_aligned/v/00001.png"]
        {
            try folder.writeImage(grey: 7, to: name)
        }
        try folder.writeImage(grey: 7, to: "r/Image/aligned/train_00001_aligned.jpg")
        let list = try written("train_00001.jpg 5\n", "r/EmoLabel/list_patition_label.txt")
        let attributes = try written(
            String(repeating: "1.5\t2.5\n", count: 5) + "0\n1\n2\n",
            "r/Annotation/manual/train_00001_manu_attri.txt")
        let labels = try folder.write(
            NumpyFilesTests.file("<U1", [0x32, 0, 0, 0]), to: "n/annotations/0_exp.npy")
        let frames = try written(
            "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other,\n0\n-1\n",
            "f/labels/v.txt")
        let manifest = try written(
            "path,label,split,subject,\"a \"\"b\"\"\"\na.png,sad,train,p1,1;2\n", "m/list.csv")
        let boxes = try written("a.png 0 5 0 20 35 22.9 3\n", "e/label.lst")
        return [
            (list, list), (attributes, folder.path("r")), (labels, folder.path("n")),
            (frames, folder.path("f")), (manifest, manifest), (boxes, boxes),
        ]
    }

    @Test func everyFileIsReadOrRefusedWithItsPath() throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator(seed: 11)
        var refused = 0
        for (file, data) in try Self.forms(folder) {
            let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file)))
            #expect(try Dataset.load(data: data).count == 1)
            for _ in 0 ..< Self.rounds {
                var bytes = whole
                for _ in 0 ... generator.index(below: 3) { Self.change(&bytes, &generator) }
                try Data(bytes).write(to: URL(fileURLWithPath: file))
                let skips = generator.index(below: 2) == 0
                guard let error = Self.refusal(of: data, skips) else { continue }
                refused += 1
                #expect(error.file != nil, "\(error)")
                #expect(error.description.unicodeScalars.allSatisfy { $0.value >= 32 })
            }
            try Data(whole).write(to: URL(fileURLWithPath: file))
        }
        #expect(refused > Self.rounds)
    }

    private static func refusal(of data: String, _ skips: Bool) -> DataError? {
        do throws(DataError) {
            _ = try Dataset.load(data: data, skipBadRows: skips)
            return nil
        } catch { return error }
    }

    private static func change(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        let place = generator.index(below: bytes.count)
        switch generator.index(below: 6) {
        case 0: bytes[place] = UInt8(generator.index(below: 256))
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(UInt8(generator.index(below: 256)), at: place)
        case 3: bytes.removeLast(bytes.count - place)
        case 4: bytes.insert(contentsOf: bytes[..<place], at: place)
        default: bytes.swapAt(place, generator.index(below: bytes.count))
        }
    }
}
