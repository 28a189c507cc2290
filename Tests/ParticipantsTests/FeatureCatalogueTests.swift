import Foundation
import Testing

@testable import Participants

/// The list of features and the page that is made of it.
struct FeatureCatalogueTests {
    @Test func namesAreUnique() {
        let keys = FeatureCatalogue.all.map(\.key)
        #expect(Set(keys).count == keys.count)
        #expect(
            FeatureCatalogue.all.allSatisfy { !$0.meaning.isEmpty && !$0.column.source.isEmpty })
    }

    /// docs/participants-features.md is written by `mien participants features --markdown`.
    @Test func thePageIsUpToDate() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/participants-features.md")
        #expect(try String(contentsOf: page, encoding: .utf8) == FeatureCatalogue.markdown())
    }
}

/// Features whose values are known by hand.
struct ParticipantFeatureTests {
    @Test func expressionsOfAVideo() {
        var activity = EmotionActivity()
        let first = (0 ..< 8).map { $0 == 0 ? 0.5 : $0 == 1 ? 0.5 : 0 }
        activity.add(first, seconds: 0)
        activity.add((0 ..< 8).map { $0 == 2 ? 1 : 0 }, seconds: 0.5)
        activity.add(nil, seconds: 1)
        activity.add((0 ..< 8).map { $0 == 2 ? 1 : 0 }, seconds: 9)
        let values = activity.values()
        #expect(values["face.emotion_kept_share"] == 0.75)
        #expect(abs((values["face.emotion_entropy"] ?? 0) - 1.0 / 3) < 1e-12)
        #expect(values["face.emotion_changes"] == 120, "one change in the half second observed")
    }

    @Test func turnsLatenciesAndPauses() {
        func row(_ start: Double, _ stop: Double, _ who: Transcript.Speaker, _ text: String)
            -> Transcript.Row
        {
            Transcript.Row(start: start, stop: stop, speaker: who, text: text)
        }
        let values = TimingFeatures.values(
            of: Transcript(rows: [
                row(0, 2, .interviewer, "how are you"), row(3, 5, .participant, "um well good"),
                row(5.5, 6, .participant, "thanks"), row(7, 8, .interviewer, "and now"),
                row(7.5, 10, .participant, "still good <laughter>"),
            ]))
        #expect(values["timing.latency_median"] == 1)
        #expect(values["timing.overlap_share"] == 0.5)
        #expect(values["timing.pause_mean"] == 0.5)
        #expect(values["timing.turns_per_minute"] == 12)
        #expect(values["timing.speaking_share"] == 0.5)
        #expect(values["timing.turn_words_median"] == 3)
        #expect(abs((values["timing.um_per_100"] ?? 0) - 100.0 / 6) < 1e-9)
    }

    @Test func quantilesOfLongStreams() {
        var summary = RunningSummary()
        for value in 0 ..< 200_000 { summary.add(Double(value)) }
        #expect(summary.mean == 99_999.5)
        #expect(abs(summary.quantiles([0.5])[0] - 100_000) < 10)
        #expect(abs(summary.deviation - 57_735.17) < 0.5)
    }
}
