import Evaluation
import Foundation
import Testing

struct FoldFigureTests {
    private let figure = FoldFigure(
        metric: "AUC",
        folds: [
            .init("fold 1", n: 12, value: Estimate(0.75, 0.5 ... 1)),
            .init("fold 2", n: 9, value: .missing("no positive samples")),
        ],
        pooled: .init("all folds", n: 21, value: Estimate(0.8, 0.7 ... 0.9)), trivial: 0.5)

    @Test func aDotStandsForEachFoldAndABarForAll() {
        let svg = figure.svg
        #expect(svg.contains("fold 1") && svg.contains("n = 12") && svg.contains("all folds"))
        #expect(svg.contains("no positive samples"))
        #expect(svg.contains("all test units: 0.800"))
        // The interval of one fold is not drawn, that of all is.
        #expect(svg.components(separatedBy: "class=\"bar ").count == 2)
    }

    @Test func theNumbersStandInTheTableAndInTheSummary() {
        #expect(
            figure.csv.split(separator: "\n").map(String.init) == [
                "fold,n,metric,value,low,high,trivial,reason",
                "fold 1,12,AUC,0.75,0.5,1.0,0.5,",
                "fold 2,9,AUC,,,,0.5,no positive samples",
                "all folds,21,AUC,0.8,0.7,0.9,0.5,",
            ])
        #expect(figure.summary.contains("fold 2: none, n = 9"))
        #expect(figure.summary.contains("All test units: 0.800 (0.700 to 0.900), n = 21."))
        #expect(figure.fileName == "folds-auc")
    }
}
