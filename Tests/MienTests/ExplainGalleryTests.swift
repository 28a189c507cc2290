import Evaluation
import Foundation
import Imaging
import Mien
import Testing

@Suite struct ExplainTargetTests {
    @Test func namesAreThoseOfTheModel() throws {
        let emotions = try ExplainSupport.model(emotions: true).card
        let binary = try ExplainSupport.model(emotions: false).card
        #expect(try ClassTarget(parsing: "positive", of: emotions) == .positive)
        #expect(try ClassTarget(parsing: "Predicted", of: emotions) == .predicted)
        #expect(try ClassTarget(parsing: "sadness", of: emotions) == .output(3))
        #expect(try ClassTarget(parsing: "sad-or-neutral", of: binary) == .output(1))
        #expect(throws: UsageError.self) { try ClassTarget(parsing: "sad", of: binary) }
        #expect(throws: UsageError.self) { try ClassTarget(parsing: "", of: emotions) }
    }

    /// The probability of positive and negative add up to 1, the values are log odds, and
    /// `predicted` is the larger one.
    @Test func positiveAndNegativeAreComplements() throws {
        let model = try ExplainSupport.model(emotions: true)
        func explained(_ target: ClassTarget) -> [ExplanationSession.Explanation] {
            var explainer = ExplanationSession()
            explainer.target = target
            return explainer.explanations(by: model, of: ExplainSupport.planes(), size: 64)
        }
        let all = zip(explained(.positive), zip(explained(.negative), explained(.predicted)))
        for (positive, (negative, predicted)) in all {
            #expect(abs(positive.probability + negative.probability - 1) < 1e-6)
            #expect(abs(positive.value + negative.value) < 1e-6)
            let odds = positive.probability / (1 - positive.probability)
            #expect(abs(positive.value - log(odds)) < 1e-6)
            #expect(predicted.value == max(positive.value, negative.value))
            #expect(predicted.target == (positive.value >= 0 ? .positive : .negative))
        }
    }

    @Test func anotherMappingIsAnotherTarget() throws {
        let model = try ExplainSupport.model(emotions: true)
        var explainer = ExplanationSession()
        explainer.positive = try LabelMapping(parsing: "sad")
        let sad = explainer.explanations(by: model, of: ExplainSupport.planes(), size: 64)
        explainer.positive = nil
        explainer.target = .output(3)
        let output = explainer.explanations(by: model, of: ExplainSupport.planes(), size: 64)
        for (a, b) in zip(sad, output) { #expect(abs(a.probability - b.probability) < 1e-6) }
    }
}

@Suite struct ExplainGalleryTests {
    private func gallery(scores: [Double], perSection: Int) throws -> Gallery {
        let emotions: [Emotion] = [.sad, .happy, .sad, .happy, .neutral, .angry]
        let votes = Votes([1, 0, 0, 7, 0, 0, 0, 0, 2, 0])
        let dataset = plainDataset(
            emotions.enumerated().map { row, emotion in
                (
                    UInt8(40 * row),
                    Sample(id: "face \(row)", row: row, emotion: emotion, votes: votes)
                )
            })
        var maker = GalleryMaker()
        maker.perSection = perSection
        return try #require(
            try maker.gallery(
                of: try ExplainSupport.model(emotions: true), on: dataset,
                rows: try dataset.labelled(by: .fer2013), scores: scores))
    }

    @Test func theSurestAndTheLeastCertainAreFound() throws {
        let gallery = try gallery(scores: [0.9, 0.1, 0.2, 0.95, 0.55, 0.4], perSection: 1)
        let found = Dictionary(
            uniqueKeysWithValues: gallery.sections.map { ($0.title, $0.entries.map(\.id)) })
        #expect(found["surest, right, positive"] == ["face 0"])
        #expect(found["surest, right, negative"] == ["face 1"])
        #expect(found["surest, wrong, positive"] == ["face 2"])
        #expect(found["surest, wrong, negative"] == ["face 3"])
        #expect(found["least certain"] == ["face 4"])
        #expect(found["any angry"] == ["face 5"])
        #expect(found["any surprise"] == nil, "no such face")
        let entry = try #require(gallery.sections.first?.entries.first)
        #expect(entry.votes == "sad 7, unknown 2, neutral 1")
        #expect(entry.score == 0.9 && entry.isRight && entry.emotion == .sad)
        let face = try Image(decoding: entry.facePNG)
        #expect(face.width == 4 && Set(face.pixels) == [0])
        #expect(try Image(decoding: entry.overlayPNG).width == 240)
    }

    @Test func theSheetHasAFaceAndAMapForEachEntry() throws {
        let gallery = try gallery(scores: [0.9, 0.1, 0.2, 0.95, 0.55, 0.4], perSection: 2)
        let sheet = gallery.sheet()
        #expect(sheet.width == 8 + 4 * (Gallery.tileSize + 8))
        #expect(gallery.sections.map(\.entries.count).max() == 2)
    }
}
