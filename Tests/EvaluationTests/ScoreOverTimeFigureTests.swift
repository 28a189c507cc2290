import Evaluation
import Testing

@Suite struct ScoreOverTimeFigureTests {
    @Test func showsEachPerson() throws {
        let figure = ScoreOverTimeFigure(
            tracks: [
                .init(
                    "person 1",
                    points: [
                        .init(seconds: 0, score: 0.25, smoothed: 0.25),
                        .init(seconds: 10, score: 0.75, smoothed: 0.5),
                    ]),
                .init("person 2", points: [.init(seconds: 5, score: 1, smoothed: 1)]),
            ], positive: "sad-or-neutral", omitted: 3)
        // The panel starts at x 40, y 8 and is 456 wide and 120 high: 0.25 lies at 8 + 90, the
        // middle of the ten seconds at 40 + 228.
        #expect(figure.svg.contains("M40 98L496 68"))
        #expect(figure.svg.contains("x=\"265.5\" y=\"5.5\""))
        #expect(
            figure.csv == "track,seconds,score,smoothed\nperson 1,0.0,0.25,0.25\n"
                + "person 1,10.0,0.75,0.5\nperson 2,5.0,1.0,1.0\n")
        #expect(figure.summary.contains("person 1: 0.25 to 0.50"))
        #expect(figure.summary.contains("3 more"))
    }

    @Test(arguments: [0, 1]) func standsWithoutData(tracks: Int) {
        let figure = ScoreOverTimeFigure(
            tracks: Array(repeating: .init("a < b", points: []), count: tracks), positive: "x")
        #expect(figure.svg.contains("nothing measured"))
        #expect(!figure.svg.contains("nan") && !figure.svg.contains("inf"))
    }
}
