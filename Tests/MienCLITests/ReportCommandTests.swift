import Foundation
import ProgramSupport
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite(.serialized)
struct ReportCommandTests {
    static let data = "synthetic:seed=6,train=80,valid=16,test=40"

    /// A run with two outputs that ends with a report, and one of all emotions without.
    private struct Runs: Sendable {
        private static let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("mien-runs-\(getpid())", isDirectory: true)

        init() throws {
            try FileManager.default.createDirectory(
                at: Self.folder, withIntermediateDirectories: true)
            atexit { try? FileManager.default.removeItem(at: Runs.folder) }
            try train("binary", [])
            try train("all emotions", ["--no-report", "--head", "emotions", "--seed", "2"])
        }

        var binary: String { path("binary") }
        var emotions: String { path("all emotions") }

        func path(_ name: String) -> String { Self.folder.appendingPathComponent(name).path }

        func text(_ name: String) throws -> String {
            try String(contentsOfFile: path(name), encoding: .utf8)
        }

        private func train(_ name: String, _ extra: [String]) throws {
            let outcome = try Program.run(
                Program.url,
                [
                    "train", "--data", ReportCommandTests.data, "--labels", "fer2013",
                    "--image-size", "32", "--batch-size", "16", "--threads", "1", "--max-steps",
                    "2", "--precision", "float32", "--out", path(name),
                ] + extra)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }

    /// Made once, by the first test that needs them, and only read.
    private static let madeRuns = Result { try Runs() }

    private func runs() throws -> Runs { try Self.madeRuns.get() }

    /// Strict XML, nothing fetched, ids unique, and the drawings counted.
    private func expectGood(_ html: String, drawings: Int) throws {
        let page = try Page(html)
        let ids = page.elements.compactMap { $0.attributes["id"] }
        #expect(Set(ids).count == ids.count)
        #expect(page.elements.count { $0.name == "svg" } == drawings)
        #expect(html.utf8.count < 3_000_000)
        for element in page.elements {
            #expect(element.name != "script" && element.name != "link")
            for name in ["src", "href"] {
                guard let value = element.attributes[name] else { continue }
                #expect(value.hasPrefix("#") || value.hasPrefix("data:"), "\(value.prefix(80))")
            }
        }
        #expect(!html.contains("nan (") && !html.contains("Optional("))
        #expect(html.contains("SYNTHETIC") || html.contains("Synthetic faces."))
        #expect(!html.contains("patient"))
    }

    @Test func trainingEndsWithAReportOfRowsHeldOut() throws {
        let runs = try runs()
        let html = try runs.text("binary/report.html")
        try expectGood(html, drawings: html.components(separatedBy: "<svg ").count - 1)
        #expect(html.contains("Validation rows, not test rows."))
        #expect(html.contains("training rows held out for validation"))
        let card = try runs.text("binary/MODEL_CARD.md")
        #expect(card.contains("# Model card") && card.contains("held out for validation"))
        let model = try Data(contentsOf: URL(fileURLWithPath: runs.binary + "/model.safetensors"))
        #expect(model.prefix(100_000).range(of: Data("# Model card".utf8)) != nil)
        #expect(!FileManager.default.fileExists(atPath: runs.emotions + "/report.html"))
        #expect(FileManager.default.fileExists(atPath: runs.emotions + "/MODEL_CARD.md"))
    }

    @Test func aReportHoldsEveryFigureAndNumber() throws {
        let (folder, run) = (try TemporaryFolder(), try runs().emotions)
        let outcome = try Program.run(
            "report", run, "--trust-images", "3", "--corruptions", "--limit", "4", "--json",
            "--out", folder.path("r.html"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        let figures = try #require(object["figures"] as? [String])
        #expect(
            Set(figures).isSuperset(of: ["training", "roc", "confusion", "precision-recall"]))
        #expect(figures.count >= 10 && object["trust"] is [String: Any])
        #expect(object["data_is_training_data"] as? Bool == true)
        let html = try folder.text("r.html")
        try expectGood(html, drawings: figures.count)
        for figure in figures { #expect(html.contains("id=\"figure-\(figure)\""), "\(figure)") }
        let evaluation = try #require(object["evaluation"] as? [String: Any])
        #expect(evaluation["n"] as? Int == 40)
        for words in [
            "What was asked", "Data and protocol", "Recipe", "Results", "How far the numbers carry",
            "Explanations", "Errors", "Limits and ethics", "How to repeat it", "Other mappings",
            "Calibration", "Answering only when sure", "Groups of people", "Worse images",
            "always", "not why a person feels something", "mien report '", "mien train --data",
            "random map", "A face is not a diagnosis",
        ] { #expect(html.contains(words), "\(words)") }
        let hash = try #require(object["model_sha256"] as? String)
        #expect(html.contains(hash) && hash.count == 64)
        // The command in the report can be given again.
        #expect(html.contains("--recipe '\(run)/recipe.json'"))
        #expect(try folder.text("MODEL_CARD.md").contains("test split, n 40"))

        let faceless = try Program.run(
            "report", run, "--no-faces", "--trust-images", "0", "--out", folder.path("f.html"))
        #expect(faceless.status == 0, "\(faceless.errors)")
        #expect(!(try folder.text("f.html")).contains("<img"))
    }

    @Test func badInputIsSaid() throws {
        let (folder, run) = (try TemporaryFolder(), try runs().emotions)
        let empty = folder.path("empty")
        try FileManager.default.createDirectory(
            atPath: empty, withIntermediateDirectories: true)
        let text = try folder.write("no model", to: "text.safetensors")
        let cases: [([String], String)] = [
            ([folder.path("none")], "nothing there"), ([empty], "recipe.json"),
            ([text], "safetensors"), ([run, "--split", "night"], "night"),
            ([run, "--limit", "3"], "--corruptions"), ([run, "--labels", "ferplus"], "votes"),
            ([run, "--trust-images", "-1"], "--trust-images"),
            ([run, "--out", folder.path("none/r.html")], "--out"),
            (
                [run, "--split", "held-out", "--data", "synthetic:seed=1,train=9,valid=9,test=9"],
                "held-out"
            ),
        ]
        for (arguments, word) in cases {
            let outcome = try Program.run(Program.url, ["report"] + arguments)
            #expect(outcome.status == 2, "\(arguments): \(outcome.errors)")
            #expect(outcome.errors.contains(word), "\(arguments): \(outcome.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: run + "/report.html"))
    }

    @Test func changedOrMissingDataIsRefusedUnlessGiven() throws {
        let folder = try TemporaryFolder()
        let csv = folder.path("faces.csv")
        let drawn = try Program.run(
            "data", "synthesize", "--train", "60", "--valid", "12", "--test", "12", "--out", csv)
        #expect(drawn.status == 0, "\(drawn.errors)")
        let trained = try Program.run(
            "train", "--data", csv, "--labels", "fer2013", "--image-size", "32", "--batch-size",
            "16", "--threads", "1", "--max-steps", "1", "--no-report", "--out", folder.path("run"))
        #expect(trained.status == 0, "\(trained.errors)")
        let text = try folder.text("faces.csv")
        let lines = text.split(separator: "\n")
        _ = try folder.write(lines.dropLast().joined(separator: "\n"), to: "faces.csv")
        let changed = try Program.run("report", folder.path("run"))
        #expect(changed.status == 2 && changed.errors.contains("other bytes"), "\(changed.errors)")
        let given = try Program.run(
            "report", folder.path("run"), "--data", csv, "--trust-images", "0")
        #expect(given.status == 0, "\(given.errors)")
        #expect(try folder.text("run/report.html").contains("not the files that the model was"))
        try FileManager.default.removeItem(atPath: csv)
        let missing = try Program.run("report", folder.path("run"))
        #expect(missing.status == 2 && missing.errors.contains("--data"), "\(missing.errors)")
    }

    @Test func modelsAreComparedOnTheSameRows() throws {
        let (folder, one, two) = (try TemporaryFolder(), try runs().binary, try runs().emotions)
        let quoted = try folder.write(
            "name,source,data_set,accuracy\nNet <x>,Someone 2020,FER+,0.5\n", to: "q.csv")
        let outcome = try Program.run(
            "compare", one, two + "/model.safetensors", "--data", Self.data, "--labels", "fer2013",
            "--quoted", quoted, "--out", folder.path("out"), "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        let measured = try #require(object["measured"] as? [[String: Any]])
        #expect(measured.compactMap { $0["name"] as? String } == ["binary", "all emotions"])
        #expect(measured.compactMap { $0["n"] as? Int } == [40, 40])
        #expect((object["pairs"] as? [[String: Any]])?.count == 1)
        #expect((object["quoted"] as? [[String: Any]])?.count == 4)
        let csv = try folder.text("out/comparison.csv").split(separator: "\n")
        #expect(csv.count == 1 + 2 + 1 + 4)
        #expect(csv.filter { $0.hasPrefix("quoted,") }.allSatisfy { $0.contains("not measured") })
        #expect(try folder.text("out/pairs.csv").split(separator: "\n").count == 2)
        let html = try folder.text("out/comparison.html")
        try expectGood(html, drawings: 1)
        #expect(html.contains("Net &lt;x&gt;") && html.contains("0.914"))
        // The same rows as evaluate has.
        let evaluated = try Program.run(
            "evaluate", "--model", one + "/model.safetensors", "--data", Self.data, "--labels",
            "fer2013", "--json")
        let metrics = try #require(
            try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Any])
        let (ours, theirs) = (measured[0]["auc"], metrics["auc"])
        #expect(ours as? [String: Double] == theirs as? [String: Double] && ours != nil)
    }

    /// A network, a classical classifier of several classes and a network from an ONNX file.
    @Test func modelsOfThreeKindsStandInOneTable() throws {
        let (folder, network) = (try TemporaryFolder(), try runs().emotions)
        let forest = folder.path("forest")
        let trained = try Program.run(
            "train", "--recipe", "forest", "--trees", "5", "--head", "emotions", "--labels",
            "fer2013", "--data", Self.data, "--out", forest)
        #expect(trained.status == 0, "\(trained.errors)")
        let (file, imported) = (folder.path("net.onnx"), folder.path("imported.safetensors"))
        let exported = try Program.run(
            "export", network + "/model.safetensors", "--onnx", file, "--include-preprocessing")
        #expect(exported.status == 0, "\(exported.errors)")
        let taken = try Program.run(
            "import", file, "--out", imported, "--input", "grey:32x32", "--classes",
            "neutral,happy,surprise,sad,angry,disgust,fear")
        #expect(taken.status == 0, "\(taken.errors)")
        let out = folder.path("out")
        let outcome = try Program.run(
            "compare", network, forest, imported, "--data", Self.data, "--labels", "fer2013",
            "--against-first", "--out", out, "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        let measured = try #require(object["measured"] as? [[String: Any]])
        #expect(
            measured.compactMap { $0["kind"] as? String }
                == ["network", "forest", "network from ONNX"])
        for row in measured {
            #expect(row["balanced_accuracy"] is [String: Any])
            #expect(row["class_accuracy"] is [String: Any])
            #expect(row["file_bytes"] as? Int ?? 0 > 0 && row["parameters"] as? Int ?? 0 > 0)
        }
        #expect((object["pairs"] as? [[String: Any]])?.count == 2)
        let reference = try #require(object["reference"] as? [String: Any])
        let common = try #require(reference["most_common_class"] as? [String: Any])
        #expect((common["name"] as? String)?.hasPrefix("always ") == true)

        let lines = try folder.text("out/comparison.csv").split(separator: "\n")
        let header = lines[0].split(separator: ",").map(String.init)
        let column = try #require(header.firstIndex(of: "accuracy_p_holm"))
        #expect(header.count == 33)
        let measuredLines = lines.filter { $0.hasPrefix("measured,") }
            .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(measuredLines.count == 3)
        let tested = measuredLines.map { $0[$0.count - header.count + column] }
        #expect(tested[0].isEmpty && !tested[1].isEmpty && !tested[2].isEmpty)
        let html = try folder.text("out/comparison.html")
        #expect(html.contains("network from ONNX") && html.contains("source not located"))
    }

    @Test func whatCannotBeComparedIsRefused() throws {
        let (folder, one, two) = (try TemporaryFolder(), try runs().binary, try runs().emotions)
        let cases: [([String], String)] = [
            ([two, one, "--positive", "fear"], "cannot be mapped anew"),
            ([one, one], "byte for byte"),
            ([one, folder.path("none")], "nothing there"),
            ([one, "--quoted", folder.path("none.csv")], "none.csv"),
            ([one, "--split", "night"], "night"), ([one, "--out", "/dev/null/x"], "--out"),
        ]
        for (arguments, word) in cases {
            let outcome = try Program.run(
                Program.url,
                ["compare"] + arguments + ["--data", Self.data, "--labels", "fer2013"])
            #expect(outcome.status == 2, "\(arguments): \(outcome.errors)")
            #expect(outcome.errors.contains(word), "\(arguments): \(outcome.errors)")
        }
        #expect(try Program.run("compare", "--data", Self.data).status == 2)
    }

    private static let browser = ["chromium", "google-chrome", "chromium-browser"]
        .map { "/usr/bin/" + $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }

    /// In a browser whose every host leads nowhere and that logs what it misses.
    @Test(.enabled(if: browser != nil, "no Chromium at hand: not opened in a browser"))
    func aBrowserOpensItWithoutComplaint() throws {
        let browser = try #require(Self.browser)
        let (folder, runs) = (try TemporaryFolder(), try runs())
        let outcome = try Program.run(
            URL(fileURLWithPath: browser),
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-extensions",
                "--user-data-dir=\(folder.path("profile"))", "--enable-logging=stderr", "--v=0",
                "--host-resolver-rules=MAP * ~NOTFOUND", "--log-net-log=\(folder.path("net.json"))",
                "--dump-dom", "file://\(runs.binary)/report.html",
            ])
        #expect(outcome.status == 0, "\(outcome.errors.suffix(500))")
        #expect(!outcome.errors.contains("CONSOLE"), "\(outcome.errors)")
        let written = try runs.text("binary/report.html")
        let count = { (text: String) in text.components(separatedBy: "<svg ").count }
        #expect(count(outcome.output) == count(written) && count(written) > 5)
        #expect(outcome.output.contains("How to repeat it"))
        // The browser's own errands come from no origin; a page's come from one, or from "null".
        let requests = try folder.text("net.json").components(separatedBy: "\"initiator\":\"")
        #expect(requests.dropFirst().allSatisfy { $0.hasPrefix("not an origin") })
    }
}

/// Reads a page with a strict parser.
private final class Page: NSObject, XMLParserDelegate {
    private(set) var elements: [(name: String, attributes: [String: String])] = []

    init(_ html: String) throws {
        super.init()
        let parser = XMLParser(data: Data(html.utf8))
        parser.delegate = self
        let wellFormed = parser.parse()
        #expect(wellFormed, "\(String(describing: parser.parserError))")
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        elements.append((name, attributes))
    }
}
