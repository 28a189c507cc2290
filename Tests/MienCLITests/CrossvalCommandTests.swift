import Foundation
import ProgramSupport
import Testing

/// From drawn sequences to a report, as a user has it.
@Suite(.serialized)
struct CrossvalCommandTests {
    private func run(_ arguments: [String]) throws -> Program.Outcome {
        try Program.run(Program.url, arguments)
    }

    @Test func drawnSequencesAreCrossValidated() throws {
        let folder = try TemporaryFolder()
        let data = folder.path("sequences")
        let drawn = try run(
            ["data", "synthesize", "--people", "4", "--sequences", "7", "--out", data])
        #expect(drawn.status == 0, "\(drawn.errors)")
        let common = ["crossval", "--data", data, "--folds", "2"]
        let machine = ["--recipe", "forest", "--trees", "5"]
        let out = folder.path("out")
        let first = try run(common + machine + ["--protocol", "ck-binary", "--out", out])
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("protocol ck-binary") && first.output.contains("never sad"))
        for file in [
            "crossval.html", "crossval.json", "crossval.csv", "folds-auc.svg", "plan.json",
        ] {
            #expect(FileManager.default.fileExists(atPath: "\(out)/\(file)"), "\(file)")
        }
        let again = try run(
            common + machine + ["--protocol", "ck-binary", "--out", out, "--json"])
        #expect(again.status == 0 && again.errors.contains("Fold 2 of 2 was done before."))
        #expect(again.output.contains("\"unit\" : \"sequence\""))
        #expect(again.output.contains("\"protocol\" : \"ck-binary\""))

        let several = try run(
            common + ["--recipe", "linear-svm", "--cost", "0.001", "--inner-folds", "2"]
                + ["--equalize", "--protocol", "ck-7", "--out", folder.path("classes")])
        #expect(several.status == 0, "\(several.errors)")
        #expect(several.output.contains("accuracy between classes"))
        #expect(several.output.contains("linear SVM on HOG of equalised faces"))
        let scored = try run(
            ["evaluate", "--data", data, "--protocol", "ck-7", "--json", "--model"]
                + [folder.path("classes/fold-01")])
        #expect(scored.status == 0, "\(scored.errors)")

        let refusals: [([String], String)] = [
            (machine + ["--protocol", "ck-9"], "ck-7+neutral"),
            (machine + ["--protocol", "ck-binary", "--positive", "sad"], "--positive"),
            (["--model", "released", "--recipe", "cnn"], "--recipe"),
            (["--model", "released", "--epochs", "3"], "--epochs"),
            (machine + ["--group", "row"], "--group"),
        ]
        for (options, text) in refusals {
            let refused = try run(common + options + ["--out", folder.path("refused")])
            #expect(refused.status == 2 && refused.errors.contains(text), "\(refused.errors)")
        }
        let old = try run(
            ["train", "--recipe", "linear-svm", "--folds", "101", "--data", data, "--out", out])
        #expect(old.status == 2 && old.errors.contains("2 to 100"), "\(old.errors)")
    }
}
