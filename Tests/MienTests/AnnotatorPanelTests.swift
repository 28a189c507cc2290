import Evaluation
import Mien
import Testing

struct AnnotatorPanelTests {
    private func votes(_ counts: [Int: UInt8]) -> Votes {
        Votes((0 ..< 10).map { counts[$0] ?? 0 })
    }

    private func panel(_ kind: AnnotatorPanel.Kind, _ votes: [Votes], draws: Int = 40)
        -> AnnotatorPanel
    {
        AnnotatorPanel(
            kind, votes, mapping: .paper, draws: draws,
            bootstrap: Bootstrap(resamples: 200, seed: 5))
    }

    @Test(arguments: [AnnotatorPanel.Kind.fiveAgainstFive, .secondPanelOfTen])
    func unanimousFacesAreAgreedOn(kind: AnnotatorPanel.Kind) throws {
        let faces = [votes([3: 10]), votes([1: 10]), votes([0: 10]), votes([4: 10])]
        let result = panel(kind, faces)
        #expect(result.accuracy.value == 1 && result.auc.value == 1)
        #expect(result.faces == 4 && result.draws == 40)
    }

    /// Six votes for sad, four for happy. Of the 252 ways to deal five, the panel has k sad votes
    /// in 6, 60, 120, 60, 6 of them for k = 1...5, and the others have 6 - k. They agree only for
    /// k = 3: at k = 1 and 2 the panel says happy and the others sad, at 4 and 5 the reverse.
    @Test func fiveAgainstFiveByHand() throws {
        let faces = Array(repeating: votes([3: 6, 1: 4]), count: 100)
        let result = panel(.fiveAgainstFive, faces, draws: 100)
        // Four standard errors of a share of 10,000 deals.
        #expect(abs((result.accuracy.value ?? 0) - 120.0 / 252) < 4 * 0.005)
        // All faces have one label, but the others differ, so that there is an area.
        #expect(result.auc.value != nil)
    }

    /// Six of ten for sad: the label is sad, and a panel of ten says so from five votes on, which
    /// the binomial distribution gives a chance of 0.8337614.
    @Test func aSecondPanelByHand() throws {
        let faces = Array(repeating: votes([3: 6, 1: 4]), count: 100)
        let result = panel(.secondPanelOfTen, faces, draws: 100)
        #expect(abs((result.accuracy.value ?? 0) - 0.8337614) < 4 * 0.0038)
        let low = try #require(result.accuracy.low)
        let high = try #require(result.accuracy.high)
        #expect(low < 0.8337614 + 0.01 && high > 0.8337614 - 0.01)
        // Every face is positive.
        #expect(result.auc.value == nil && result.auc.reason?.contains("both classes") == true)
    }

    @Test func facesWithoutAMajorityArePassedOver() {
        let result = panel(.fiveAgainstFive, [votes([3: 5, 1: 5]), .notAFace])
        #expect(result.faces == 0 && result.accuracy == .missing("no samples"))
    }

    @Test func drawsAreSeeded() {
        let faces = (0 ..< 30).map { face in
            let sad = UInt8(6 + face % 4)
            return votes([3: sad, 1: 10 - sad])
        }
        #expect(panel(.fiveAgainstFive, faces) == panel(.fiveAgainstFive, faces))
        let other = AnnotatorPanel(
            .fiveAgainstFive, faces, mapping: .paper,
            bootstrap: Bootstrap(resamples: 200, seed: 6))
        #expect(other != panel(.fiveAgainstFive, faces))
    }

    @Test func aTaggersAnswersMakeAConfusion() {
        // Seven for sad, three for happy. Without one of either the others have a majority for
        // sad (6 to 3 and 7 to 2).
        let tagger = HumanAnnotator([votes([3: 7, 1: 3])], mapping: .paper)
        #expect(tagger.confusion == BinaryConfusion(tp: 7, fn: 3))
        #expect(tagger.faces == 1 && tagger.compared == 10 && tagger.agreed == 7)
        #expect(tagger.sensitivity.value == 0.7)
        #expect(tagger.specificity.value == nil)
    }
}
