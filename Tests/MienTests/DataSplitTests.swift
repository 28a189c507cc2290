import Imaging
import Mien
import Testing

struct DataSplitTests {
    @Test func identicalPixelsAreFound() {
        let greys: [UInt8] = [5, 6, 5, 7, 6, 5]
        let dataset = plainDataset(
            greys.enumerated().map { ($1, Sample(id: "\($0)", row: $0, emotion: .sad)) })
        let duplicates = Duplicates(in: dataset)
        #expect(duplicates.first == [0, 1, 0, 3, 1, 0])
        #expect(duplicates.repeated(in: [0, 1, 2, 3]) == [2])
        #expect(duplicates.shared([3, 4, 5], with: [0, 1]) == [4, 5])
    }

    @Test func sameBytesOfAnotherShapeAreNotIdentical() {
        let samples = (0 ..< 2).map { Sample(id: "\($0)", row: $0) }
        let images = [(2, 8), (8, 2)].map {
            Image(width: $0.0, height: $0.1, channels: 1, filledWith: 3)
        }
        let dataset = Dataset(name: "shapes", samples: samples, images: images)
        #expect(Duplicates(in: dataset).first == [0, 1])
    }

    /// 600 faces of three classes in shares of 1, 2 and 3; every tenth repeats its neighbour.
    private func faces(subjectsOf size: Int? = nil) -> Dataset {
        let classes: [Emotion] = [.sad, .happy, .happy, .angry, .angry, .angry]
        let samples = (0 ..< 600).map { row in
            Sample(
                id: "\(row)", row: row, emotion: classes[row % 6],
                subject: size.map { "person \(row / $0)" })
        }
        let images = (0 ..< 600).map { row in
            let number = row % 10 == 9 ? row - 1 : row
            return Image(
                width: 2, height: 1, channels: 1,
                pixels: [UInt8(number % 256), UInt8(number / 256)])
        }
        return Dataset(name: "faces", samples: samples, images: images)
    }

    @Test(arguments: [0.05, 0.2, 0.5])
    func splitIsStratifiedAndKeepsDuplicatesTogether(fraction: Double) throws {
        let dataset = faces()
        let labelling = try dataset.labelled(by: .fer2013)
        let (training, validation) = try dataset.validationSplit(
            of: labelling, fraction: fraction, seed: 4)
        #expect((training.indices + validation.indices).sorted() == labelling.indices)
        for (emotion, total) in [(Emotion.sad, 100), (.happy, 200), (.angry, 300)] {
            let taken = validation.emotions.count { $0 == emotion }
            // Groups have at most two faces, so each class is met within one.
            let wanted: Double = fraction * Double(total)
            #expect(abs(Double(taken) - wanted) <= 1)
        }
        let shared = Duplicates(in: dataset).shared(validation.indices, with: training.indices)
        #expect(shared == [])
        // Pairs must not all fall on one side, which sorting by size could do.
        let pairs = validation.indices.filter { $0 % 10 == 9 }.count
        let wantedPairs: Double = fraction * 60
        #expect(abs(Double(pairs) - wantedPairs) <= 3)
    }

    @Test func splitKeepsSubjectsTogether() throws {
        let dataset = faces(subjectsOf: 7)
        let labelling = try dataset.labelled(by: .fer2013)
        let (training, validation) = try dataset.validationSplit(
            of: labelling, fraction: 0.2, seed: 4)
        func subjects(_ part: LabelledSubset) -> Set<String> {
            Set(part.indices.compactMap { dataset.samples[$0].subject })
        }
        #expect(subjects(training).isDisjoint(with: subjects(validation)))
        // Within one group, of up to 14 faces where a pair links two subjects of seven.
        #expect(abs(validation.count - 120) <= 28)
    }

    @Test func theSeedAloneDecides() throws {
        let dataset = faces()
        let labelling = try dataset.labelled(by: .fer2013)
        func rows(_ seed: UInt64) throws -> [Int] {
            try dataset.validationSplit(of: labelling, fraction: 0.2, seed: seed)
                .validation.indices
        }
        #expect(try rows(1) == rows(1))
        #expect(try rows(1) != rows(2))
    }

    @Test func splitsThatCannotBeMadeAreRefused() throws {
        let dataset = faces(subjectsOf: 600)
        let labelling = try dataset.labelled(by: .fer2013)
        for fraction in [0, 1, -0.5, .nan] {
            #expect(throws: DataError.self) {
                try dataset.validationSplit(of: labelling, fraction: fraction, seed: 1)
            }
        }
        let error = #expect(throws: DataError.self) {
            try dataset.validationSplit(of: labelling, fraction: 0.2, seed: 1)
        }
        #expect(error?.found.contains("1 groups") == true)
    }
}
