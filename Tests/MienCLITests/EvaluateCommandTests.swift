import Foundation
import Mien
import ProgramSupport
import Testing

@Suite(.serialized)
struct EvaluateCommandTests {
    static let data = "synthetic:seed=5,train=64,valid=16,test=40"

    /// A model trained for two steps.
    private func model(in folder: TemporaryFolder, _ extra: [String] = []) throws -> String {
        let outcome = try Program.run(
            Program.url,
            [
                "train", "--data", Self.data, "--labels", "fer2013", "--image-size", "32",
                "--batch-size", "16", "--threads", "1", "--max-steps", "2", "--out",
                folder.path("run"),
            ] + extra)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return folder.path("run/model.safetensors")
    }

    @Test(arguments: ["binary", "emotions"])
    func theJSONHasTheKeysThatWerePromised(head: String) throws {
        let folder = try TemporaryFolder()
        let model = try model(in: folder, ["--head", head])
        let outcome = try Program.run(
            "evaluate", "--model", model, "--data", Self.data, "--labels", "fer2013", "--json",
            "--out", folder.path("evaluation"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("SYNTHETIC"))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        for key in [
            "accuracy", "auc", "balanced_accuracy", "sensitivity", "specificity", "precision", "f1",
            "mcc", "average_precision", "brier", "ece",
        ] {
            let estimate = try #require(object[key] as? [String: Any], "\(key)")
            #expect(Set(estimate.keys).isSuperset(of: ["value", "low", "high"]), "\(key)")
        }
        #expect(object["n"] as? Int == 40)
        #expect(object["protocol"] as? String == "fer2013")
        #expect(object["split"] as? String == "test")
        #expect(object["threshold"] as? Double == 0.5)
        #expect(Set(object["positive_classes"] as? [String] ?? []) == ["sad", "neutral"])
        let confusion = try #require(object["confusion"] as? [String: Int])
        #expect(Set(confusion.keys) == ["tp", "fp", "tn", "fn"])
        #expect(confusion.values.reduce(0, +) == 40)
        #expect(object["positives"] as? Int == (confusion["tp"] ?? 0) + (confusion["fn"] ?? 0))
        let byEmotion = try #require(object["by_emotion"] as? [[String: Any]])
        #expect(byEmotion.compactMap { $0["n"] as? Int }.reduce(0, +) == 40)
        let others = try #require(object["without_duplicates"] as? [String: Any])
        #expect(others["accuracy"] is [String: Any])
        #expect((object["model_sha256"] as? String)?.count == 64)
        #expect(object.keys.contains("human") && object.keys.contains("data_sha256"))
        #expect(object["images_per_s"] is Double)
        #expect((object["emotions"] != nil) == (head == "emotions"))

        let csv = try folder.text("evaluation/predictions.csv").split(separator: "\n")
        #expect(csv.count == 41)
        #expect(csv[0].hasPrefix("id,emotion,label,votes,score,probability_"))
    }

    @Test func scoresDoNotDependOnTheBatch() throws {
        let folder = try TemporaryFolder()
        let model = try model(in: folder)
        func predictions(_ batch: String) throws -> [Double] {
            let out = folder.path("batch-\(batch)")
            let outcome = try Program.run(
                "evaluate", "--model", model, "--data", Self.data, "--labels", "fer2013",
                "--batch-size", batch, "--precision", "float32", "--out", out)
            #expect(outcome.status == 0)
            return try folder.text("batch-\(batch)/predictions.csv").split(separator: "\n")
                .dropFirst().compactMap {
                    Double($0.split(separator: ",", omittingEmptySubsequences: false)[4])
                }
        }
        let alone = try predictions("1")
        let together = try predictions("64")
        #expect(alone.count == 40)
        // Different kernels may be chosen for different batches: float32 sums of some thousand
        // terms in another order.
        for (a, b) in zip(alone, together) { #expect(abs(a - b) < 1e-4) }
    }

    @Test func furtherAnalysesAreInTheJSON() throws {
        let folder = try TemporaryFolder()
        let model = try model(in: folder, ["--head", "emotions"])
        let samples = try Dataset.load(data: Self.data).samples.filter { $0.split == .test }
        let rows = samples.map { "\($0.id),\($0.row % 2 == 0 ? "left" : "right")\n" }.joined()
        let groups = try folder.write("id,side\n" + rows, to: "groups.csv")
        let outcome = try Program.run(
            "evaluate", "--model", model, "--data", Self.data, "--labels", "fer2013", "--json",
            "--groups", groups, "--abstain-below", "0.6", "--corruptions", "--limit", "8",
            "--out", folder.path("evaluation"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        func part(_ key: String, _ inner: String) -> Any? {
            (object[key] as? [String: Any])?[inner]
        }
        #expect(part("baseline", "always_commoner_accuracy") is [String: Any])
        #expect((part("mappings", "rows") as? [Any])?.count == 5)
        #expect((part("predictive_values", "rows") as? [Any])?.count == 14)
        #expect((part("predictive_values", "caution") as? String)?.contains("illness") == true)
        #expect(part("calibration", "before") is [String: Any])
        #expect(part("selective_prediction", "abstention") is [String: Any])
        #expect((part("groups", "attributes") as? [[String: Any]])?.first?["gaps"] is [Any])
        #expect((part("corruptions", "rows") as? [Any])?.count == 35)
        #expect(part("corruptions", "n") as? Int == 8)
        let names = try FileManager.default.contentsOfDirectory(
            atPath: folder.path("evaluation"))
        for name in ["mappings", "corruptions", "subgroups-side-accuracy", "accuracy-by-coverage"] {
            #expect(names.contains(name + ".svg") && names.contains(name + ".csv"), "\(name)")
        }
    }

    @Test func figuresArePNGWhereTheConverterIsAndElseItIsNamed() throws {
        let folder = try TemporaryFolder()
        let model = try model(in: folder)
        let arguments = [
            "evaluate", "--model", model, "--data", Self.data, "--labels", "fer2013", "--figures",
            "png", "--out", folder.path("evaluation"),
        ]
        let outcome = try Program.run(Program.url, arguments)
        let isThere = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .contains { FileManager.default.isExecutableFile(atPath: "\($0)/rsvg-convert") }
        guard isThere else {
            #expect(outcome.status == 2 && outcome.errors.contains("librsvg2-bin"))
            return
        }
        #expect(outcome.status == 0, "\(outcome.errors)")
        let file = URL(fileURLWithPath: folder.path("evaluation/roc.png"))
        let bytes = [UInt8](try Data(contentsOf: file))
        #expect(bytes.prefix(4) == [0x89, 0x50, 0x4E, 0x47])
        // 3.5 inches at 300 dots each; the width stands in bytes 16 to 19.
        #expect(bytes[16 ..< 20].reduce(0) { $0 << 8 | Int($1) } == 1050)
        #expect(!FileManager.default.fileExists(atPath: folder.path("evaluation/roc.svg")))
    }

    @Test func aModelIsCalibrated() throws {
        let folder = try TemporaryFolder()
        let model = try model(in: folder)
        let few = try Program.run(
            "calibrate", "--model", model, "--data", Self.data, "--out", folder.path("out"))
        #expect(few.status == 2 && few.errors.contains("at least 50"), "\(few.errors)")
        let outcome = try Program.run(
            "calibrate", "--model", model, "--data", Self.data, "--split", "train", "--labels",
            "fer2013", "--out", folder.path("calibrated.safetensors"), "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("\"temperature\""))
        let evaluated = try Program.run(
            "evaluate", "--model", folder.path("calibrated.safetensors"), "--data", Self.data,
            "--labels", "fer2013")
        #expect(evaluated.status == 0 && evaluated.output.contains("temperature"))
        let other = try Program.run(
            "calibrate", "--model", model, "--data", "synthetic:seed=6,train=64,valid=0,test=0",
            "--out", folder.path("out"))
        #expect(other.status == 2 && other.errors.contains("--split"), "\(other.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
    }

    @Test func aDamagedModelIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = try model(in: folder)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        var altered = whole
        altered[whole.count - 1000] ^= 1
        let cases: [(Data, String)] = [
            (whole.prefix(whole.count / 2), "cut off"), (whole.prefix(4), "binary data"),
            (Data(), "an empty file"), (altered, "checksum"),
            (Data("not a model".utf8), "a text file"),
        ]
        for (data, reason) in cases {
            let damaged = folder.url.appendingPathComponent("damaged.safetensors")
            try data.write(to: damaged)
            let outcome = try Program.run(
                "evaluate", "--model", damaged.path, "--data", Self.data, "--labels", "fer2013")
            #expect(outcome.status == 2, "\(reason): \(outcome.errors)")
            #expect(outcome.errors.contains(reason), "\(outcome.errors)")
        }
    }

    @Test(arguments: [
        (["--split", "PrivateTests"], "PrivateTests"), (["--threshold", "2"], "threshold"),
        (["--labels", "ferplus"], "votes"), (["--positive", "sad,sad"], "twice"),
        (["--batch-size", "0"], "batch-size"), (["--device", "tpu"], "cpu or cuda"),
        (["--abstain-below", "0.3"], "0.5 to 1"), (["--limit", "9"], "--corruptions"),
        (["--corruptions", "--limit", "0"], "at least 1"), (["--figures", "gif"], "svg, png"),
        (["--groups", "nowhere.csv"], "nowhere.csv"),
    ])
    func badInputIsNamed(arguments: [String], word: String) throws {
        let folder = try TemporaryFolder()
        let model = try model(in: folder)
        let outcome = try Program.run(
            Program.url, ["evaluate", "--model", model, "--data", Self.data] + arguments)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.errors.contains(word), "\(outcome.errors)")
    }

    @Test func helpIsForEveryCommand() throws {
        for command in [
            ["--help"], ["train", "--help"], ["evaluate", "--help"], ["data", "--help"],
        ] {
            let outcome = try Program.run(Program.url, command)
            #expect(outcome.status == 0 && outcome.output.contains("USAGE"))
        }
        #expect(try Program.run("nonsense").status == 2)
        #expect(try Program.run("train").status == 2)
    }
}
