import Foundation
import Imaging
import Mien
import Testing

struct DataSummaryTests {
    private let dataset = plainDataset([
        (1, Sample(id: "a", row: 0, emotion: .sad, split: .train)),
        (1, Sample(id: "b", row: 1, emotion: .sad, split: .train)),
        (2, Sample(id: "c", row: 2, emotion: .happy, split: .train)),
        (1, Sample(id: "d", row: 3, emotion: .neutral, split: .valid)),
    ])

    @Test func countsAndDuplicates() throws {
        let summary = DatasetSummary(of: dataset)
        #expect(summary.protocols.map(\.labels) == [.fer2013])
        let train = try #require(summary.protocols[0].splits.first)
        #expect(train.count == 3)
        #expect(train.positives == 2)
        #expect(train.byEmotion["sad"] == 2)
        #expect(train.byEmotion["fear"] == 0)
        func shared(_ split: Split, _ among: Split) -> Int? {
            summary.duplicates.first { $0.split == split && $0.among == among }?.count
        }
        #expect(shared(.train, .train) == 1)
        #expect(shared(.train, .valid) == 2)
        #expect(shared(.valid, .train) == 1)
        #expect(shared(.valid, .valid) == 0)
        #expect(!summary.isSynthetic)
    }

    @Test func jsonAndTextSayTheSame() throws {
        let summary = DatasetSummary(of: dataset)
        let json = try JSONEncoder().encode(summary)
        let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        for key in [
            "n", "form", "synthetic", "positive_classes", "protocols", "duplicates", "sources",
            "data_sha256", "bad_row_count",
        ] {
            #expect(object[key] != nil, "\(key)")
        }
        #expect(try JSONDecoder().decode(DatasetSummary.self, from: json) == summary)
        let text = summary.description
        #expect(text.contains("positive: sad-or-neutral expression"))
        #expect(text.contains("valid: also in train: 1 (100.0 %)"))
        #expect(!text.contains("SYNTHETIC"))
    }

    @Test func sampleSheetHasARowForEachClass() throws {
        let labelling = try dataset.labelled(by: .fer2013)
        let small = dataset.sampleSheet(of: labelling, perClass: 2)
        let large = dataset.sampleSheet(of: labelling, perClass: 4)
        #expect(large.width > small.width)
        #expect(large.height == small.height)
        #expect(dataset.sampleSheet(of: labelling, perClass: 2) == small)
        // The faces are nearly black, the paper white.
        #expect(small.pixels.contains(1) && small.pixels.contains(2))
    }

    @Test func augmentationSheetIsAFunctionOfTheSeed() throws {
        let labelling = try dataset.labelled(by: .fer2013)
        func sheet(_ augmentation: Augmentation, versions: Int = 3, seed: UInt64 = 1) -> Image {
            dataset.augmentationSheet(
                of: labelling, augmentation: augmentation, size: 32, faces: 2, versions: versions,
                seed: seed)
        }
        #expect(sheet(.init()) == sheet(.init()))
        #expect(sheet(.init(), versions: 5).width > sheet(.init()).width)
        // Other seeds choose other faces of the four, which differ in grey or caption.
        #expect((2 ..< 12).contains { sheet(.init(), seed: $0) != sheet(.init()) })
    }
}
