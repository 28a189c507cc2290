import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

/// A support vector machine from training to a report, as a user has it.
@Suite(.serialized)
struct ClassicalCommandTests {
    static let data = ["--data", "synthetic:seed=5,train=160,valid=0,test=40"]

    private func train(
        _ recipe: String, _ more: [String] = [], into run: String
    ) throws -> Program.Outcome {
        try Program.run(
            Program.url,
            ["train", "--recipe", recipe, "--labels", "fer2013", "--out", run] + Self.data + more)
    }

    @Test func aModelOfHandMadeFeaturesTakesTheWayOfOthers() throws {
        let folder = try TemporaryFolder()
        let (svm, forest) = (folder.path("svm"), folder.path("forest"))
        let training = try train(
            "svm", ["--components", "20", "--cost", "10", "--gamma", "1", "--folds", "3"], into: svm
        )
        #expect(training.status == 0, "\(training.errors)")
        #expect(training.errors.contains("support vectors"))
        #expect(
            try train("forest", ["--trees", "20", "--features", "hog,lbp"], into: forest).status
                == 0)

        let labels = ["--labels", "fer2013"]
        let measured = try Program.run(
            Program.url, ["evaluate", "--model", svm, "--json"] + Self.data + labels)
        #expect(
            measured.status == 0 && measured.output.contains("\"compute_precision\" : \"float64\""))
        let compared = try Program.run(
            Program.url,
            ["compare", svm, forest, "--out", folder.path("compared")] + Self.data + labels)
        #expect(compared.status == 0, "\(compared.errors)")
        #expect(compared.output.contains("forest"))

        let face = try folder.write(
            Dataset.synthetic().image(at: 0).encoded(as: .png), to: "face.png")
        let predicted = try Program.run(
            Program.url, ["predict", face, "--whole-image", "--model", svm, "--json"])
        #expect(predicted.status == 0 && predicted.output.contains("score"))

        let refused = try Program.run(
            Program.url, ["explain", face, "--whole-image", "--model", svm, "--out", svm])
        #expect(refused.status == 2 && refused.errors.contains("--method occlusion"))
        let maps = folder.path("maps")
        let explained = try Program.run(
            Program.url,
            [
                "explain", face, "--whole-image", "--model", svm, "--method", "occlusion", "--out",
                maps,
            ])
        #expect(explained.status == 0, "\(explained.errors)")

        let report = try Program.run(Program.url, ["report", svm, "--labels", "fer2013"])
        #expect(report.status == 0, "\(report.errors)")
        let page = try folder.text("svm/report.html")
        #expect(page.contains("SVM (RBF) on HOG") && !page.contains("batchSize"))
    }

    @Test func moreClassesThanEmotionsAreLearnt() throws {
        let folder = try TemporaryFolder()
        let names = (0 ..< 9).map { "texture\($0)" }
        for (label, name) in names.enumerated() {
            for number in 0 ..< 8 {
                // Stripes of another direction for each class, moved for each picture.
                let pixels = (0 ..< 48 * 48).map { place in
                    let (x, y) = (place % 48, place / 48)
                    return UInt8(128 + ((x * (label - 4) + y * 4 + number * 5) % 16) * 7)
                }
                let image = Image(width: 48, height: 48, channels: 1, pixels: pixels)
                let split = number < 6 ? "train" : "test"
                try folder.write(
                    try image.encoded(as: .png), to: "faces/\(split)/\(name)/\(number).png")
            }
        }
        let (data, run) = (folder.path("faces"), folder.path("run"))
        let training = try Program.run(
            "train", "--data", data, "--classes", names.joined(separator: ","), "--positive",
            "texture0,texture8", "--labels", "fer2013", "--recipe", "linear-svm", "--cost", "0.01",
            "--folds", "3", "--no-group-by-name", "--out", run)
        #expect(training.status == 0, "\(training.errors)")
        let measured = try Program.run("evaluate", "--model", run, "--data", data)
        #expect(measured.status == 0, "\(measured.errors)")
        #expect(measured.output.contains("n 18"))
    }

    @Test(arguments: [
        ("svm", ["--epochs", "3"], "--epochs"), ("svm", ["--trees", "3"], "--trees"),
        ("forest", ["--cost", "1"], "--cost"), ("linear-svm", ["--gamma", "1"], "--gamma"),
        ("svm", ["--features", "hog,sift"], "hog,lbp,gabor"), ("svm", ["--cost", "x"], "--cost"),
        ("paper", ["--features", "hog"], "--features"), ("svm", ["--init", "scratch"], "--init"),
    ])
    func optionsWithoutEffectAreRefused(recipe: String, more: [String], named: String) throws {
        let folder = try TemporaryFolder()
        let refused = try train(recipe, more, into: folder.path("run"))
        #expect(refused.status == 2 && refused.errors.contains(named), "\(refused.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("run")))
    }

    @Test func withoutItsModelLandmarksSayWhichPackageToInstall() throws {
        let folder = try TemporaryFolder()
        let outcome = try train(
            "linear-svm",
            ["--features", "landmarks,geometry", "--landmark-model", folder.path("none.dat")],
            into: folder.path("run"))
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("none.dat") && outcome.errors.contains("libdlib-data"))
        let unused = try train(
            "linear-svm", ["--landmark-model", folder.path("none.dat")], into: folder.path("run"))
        #expect(unused.status == 2 && unused.errors.contains("the features need no landmarks"))
    }

    @Test func aRunThatFailedIsToBeStartedAnew() throws {
        let folder = try TemporaryFolder()
        let run = folder.path("run")
        // One face, many times: no folds.
        let pixels = [String](repeating: "7", count: 48 * 48).joined(separator: " ")
        let rows = (0 ..< 20).map { "\($0 % 2 + 3),\(pixels),Training" }
        let data = try folder.write(
            (["emotion,pixels,Usage"] + rows).joined(separator: "\n"), to: "faces.csv")
        let failed = try Program.run(
            Program.url,
            [
                "train", "--recipe", "linear-svm", "--labels", "fer2013", "--data", data, "--out",
                run,
            ]
        )
        #expect(failed.status == 2, "\(failed.errors)")
        let measured = try Program.run(
            Program.url, ["evaluate", "--model", run, "--data", data, "--labels", "fer2013"])
        #expect(measured.status == 2 && measured.errors.contains("Start it anew"))
        #expect(!measured.errors.contains("--resume"))
    }
}
