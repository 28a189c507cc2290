import Foundation
import Mien
import Testing

/// Counts of the published protocols on FER-2013 and FER+. Skipped where the data is not at hand.
@Suite(.enabled(if: realData != nil, "real data is not at hand: set MIEN_DATA to its folder"))
struct DataRealTests {
    @Test func protocolsKeepWhatIsPublished() throws {
        let folder = try #require(realData)
        let dataset = try Dataset.load(data: folder.path)
        #expect(
            dataset.sources.map { URL(fileURLWithPath: $0.path).lastPathComponent } == [
                "fer2013.csv.gz", "fer2013new.csv",
            ])
        func counts(_ labels: LabelProtocol) throws -> [Int] {
            let labelling = try dataset.labelled(by: labels)
            return try ["train", "valid"].map {
                dataset.rows(of: labelling, in: try dataset.resolve(split: $0)).count
            }
        }
        #expect(try counts(.fer2013) == [28_709, 3_589])
        #expect(try counts(.ferplus) == [25_060, 3_199])
        #expect(try counts(.ferplusArgmax) == [28_559, 3_579])
        // Counted by a Python program from the votes file.
        #expect(try counts(.ferplusVotes) == [28_558, 3_577])

        let majority = try dataset.labelled(by: .ferplus)
        let test = dataset.rows(of: majority, in: try dataset.resolve(split: "PublicTest"))
        #expect(test.positives(.paper).count { $0 } == 1_533)
        // The same program, with this type's definition.
        let human = HumanAnnotator(
            test.indices.compactMap { dataset.samples[$0].votes }, mapping: .paper)
        #expect(human.agreed == 27_728)
        #expect(human.compared == 30_175)

        let duplicates = Duplicates(in: dataset)
        let rows = Dictionary(grouping: dataset.samples.indices) { dataset.samples[$0].split }
        let training = try #require(rows[.train])
        let shared = duplicates.shared(try #require(rows[.valid]), with: training)
        #expect(shared.count == 280)

        let (kept, aside) = try dataset.validationSplit(
            of: dataset.rows(of: majority, in: try dataset.resolve(split: "train")),
            fraction: 0.2, seed: 1, duplicates: duplicates)
        #expect(duplicates.shared(aside.indices, with: kept.indices) == [])
        #expect(abs(aside.count - 5_012) <= 8)
    }

    /// Counted by a Python program: 0.676 over all rows, 0.62 to 0.74 by 500 of them.
    @Test func labelsAndVotesAgreeAsMeasured() throws {
        let folder = try #require(realData)
        let dataset = try Dataset.load(data: folder.path)
        let agreement = try #require(dataset.votesAgreement)
        #expect(agreement.compared == 28_259)
        #expect(abs(agreement.share - 0.67596) < 1e-5)
        #expect(agreement.range.map { ($0 * 1000).rounded() / 1000 } == [0.62, 0.739])
        #expect(agreement.disagreement == nil && dataset.notes.isEmpty)
    }

    @Test func cropsOfCKPlusAreNoPhotos() throws {
        let folder = try #require(realData).appendingPathComponent("CK+48")
        guard FileManager.default.fileExists(atPath: folder.path) else { return }
        #expect(try Dataset.load(data: folder.path).notes.isEmpty)
    }
}
