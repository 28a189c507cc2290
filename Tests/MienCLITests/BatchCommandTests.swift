import Foundation
import Mien
import ProgramSupport
import Testing

/// `mien batch`: shards that may run twice, and results that are proved before they are joined.
@Suite(.serialized)
struct BatchCommandTests {
    private let folder: TemporaryFolder
    private var job: String { folder.path("job") }

    init() throws { folder = try TemporaryFolder() }

    @discardableResult
    private func batch(
        _ arguments: String..., environment: [String: String] = [:]
    ) throws -> Program.Outcome {
        try Program.run(Program.url, ["batch"] + arguments, environment: environment)
    }

    /// Seven pictures, the fourth of them damaged where that is wanted, in three shards.
    private func plan(damaged: Bool = false) throws {
        for number in 0 ..< 7 {
            let pixels = (0 ..< 48 * 48).map { UInt8(truncatingIfNeeded: $0 * (number + 3)) }
            let bytes = Array("P5 48 48 255\n".utf8) + pixels
            try folder.write(
                number == 3 && damaged ? Array("text".utf8) : bytes, to: "photos/\(number).pgm")
        }
        let outcome = try batch(
            "plan", folder.path("photos"), "--whole-image", "--shards", "3", "--out", job,
            "--model", PredictCommandTests.model.get())
        #expect(outcome.output == "7 pictures in 3 shards.\n", "\(outcome.errors)")
    }

    private func runAll() throws {
        let outcome = try Program.run(
            ["batch", "run", job, "--shard", "-"], input: Array("0\n1\n2\n".utf8))
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    private func collect() throws -> Program.Outcome {
        try batch(
            "collect", job, "--csv", folder.path("rows.csv"), "--json-lines",
            folder.path("rows.jsonl"))
    }

    private func record(_ shard: Int) throws -> [String: Any] {
        let text = try folder.text("job/out/0000\(shard).done.json")
        return try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private func output(_ shard: Int) throws -> String {
        "job/out/" + (try #require(try record(shard)["file"] as? String))
    }

    @Test func aJobGivesTheRowsOfPredict() throws {
        try plan(damaged: true)
        try runAll()
        let again = try batch("run", job, "--shard", "1")
        #expect(again.status == 0 && again.output.contains("done before"), "\(again.errors)")
        // An unreadable picture is a row; as after mien predict the exit code says so.
        let collected = try collect()
        #expect(collected.status == 2 && collected.errors.contains("1 of 7"), "\(collected.errors)")
        for (form, file) in [("--json", "rows.jsonl"), ("--csv", "rows.csv")] {
            let single = try Program.run(
                "predict", folder.path("photos"), "--whole-image", form, "--model",
                PredictCommandTests.model.get())
            #expect(try folder.text(file) == single.output)
            #expect(single.output.split(separator: "\n").count >= 7)
        }
        let status = try batch("status", job, "--json")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [String: Any])
        #expect(object["done"] as? Int == 3 && object["missing"] as? String == "")
        #expect(object["ok"] as? Int == 6 && object["unreadable"] as? Int == 1)
    }

    @Test func aChangedOrMissingPictureIsARow() throws {
        try plan()
        try folder.write("P5 1 1 255\n!", to: "photos/0.pgm")
        try FileManager.default.removeItem(atPath: folder.path("photos/5.pgm"))
        try runAll()
        _ = try collect()
        let reasons = try folder.text("rows.jsonl").split(separator: "\n").filter {
            $0.contains("\"reason\":\"changed")
        }
        #expect(reasons.count == 2)
        #expect(reasons.allSatisfy { $0.contains("\"status\":\"unreadable\"") })
    }

    @Test func aShardAtOnceOrAfterAKillChangesNothing() throws {
        try plan()
        let both = try (0 ..< 2).map { _ in
            try Program.start(["batch", "run", job, "--shard", "0"])
        }
        for process in both {
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        let killed = try Program.start(["batch", "run", job, "--shard", "1"])
        kill(killed.processIdentifier, SIGKILL)
        killed.waitUntilExit()
        try runAll()
        #expect(try collect().status == 0)
        let first = try folder.text("rows.jsonl")
        // Once more from nothing, by one process.
        try FileManager.default.removeItem(atPath: folder.path("job/out"))
        try folder.makeFolder("job/out")
        try runAll()
        #expect(try collect().status == 0)
        #expect(try folder.text("rows.jsonl") == first)
        #expect(first.split(separator: "\n").count == 7)
    }

    @Test func damagedResultsAreRefusedWithTheShard() throws {
        try plan()
        try runAll()
        let file = try output(1)
        let text = try folder.text(file)
        let done = try record(1)

        func refuses(_ words: String...) throws {
            try? FileManager.default.removeItem(atPath: folder.path("rows.csv"))
            let outcome = try collect()
            #expect(outcome.status == 1, "\(outcome.output)")
            for word in ["shard", "1"] + words {
                #expect(outcome.errors.contains(word), "\(outcome.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: folder.path("rows.csv")))
        }
        func write(_ object: [String: Any]) throws {
            let data = try JSONSerialization.data(withJSONObject: object)
            try folder.write(Array(data), to: "job/out/00001.done.json")
        }

        try folder.write(
            text.replacingOccurrences(of: "\"score\":0.", with: "\"score\":1."), to: file)
        try refuses("shard 1", "changed")
        // Running it again makes it whole.
        #expect(try batch("run", job, "--shard", "1").status == 0)
        #expect(try collect().status == 0)

        // A doubled row under hashes that agree.
        let line = try #require(text.split(separator: "\n").first)
        let doubled = "\(line)\n\(text)"
        try folder.write(doubled, to: file)
        var hashes = try #require(done["sha256"] as? [String: String])
        hashes["output"] = try Model.sha256(
            ofFile: folder.url.appendingPathComponent(file))
        try write(done.merging(["sha256": hashes]) { $1 })
        try refuses("shard 1", "line 2")

        hashes["model"] = String(repeating: "0", count: 64)
        try write(done.merging(["sha256": hashes]) { $1 })
        try refuses("shard 1", "another model")

        try FileManager.default.removeItem(atPath: folder.path("job/out/00001.done.json"))
        try refuses("shards 1", "1 of 3")
    }

    @Test func theExitCodeSaysWhatAnEngineIsToRepeat() throws {
        try plan()
        let model = try PredictCommandTests.model.get()
        let other = try folder.write("other", to: "other.safetensors")
        #expect(try batch("run", job, "--shard", "0", "--model", other).status == 42)
        #expect(try batch("run", job, "--shard", "3").status == 42)
        #expect(try batch("run", job, "--shard", "x").status == 2)
        #expect(try batch("run", job, "--shard-from-env").status == 2)
        #expect(try batch("run", folder.path("none"), "--shard", "0").status == 75)
        #expect(try batch("run", job, "--shard", "0", "--model", folder.path("gone")).status == 75)
        // As where the file system of the pictures is not mounted.
        let photos = folder.path("photos")
        try FileManager.default.moveItem(atPath: photos, toPath: folder.path("away"))
        let unmounted = try batch("run", job, "--shard", "0")
        #expect(unmounted.status == 75 && unmounted.errors.contains("mounted"))
        try FileManager.default.moveItem(atPath: folder.path("away"), toPath: photos)
        // As where the disk takes nothing.
        try FileManager.default.removeItem(atPath: folder.path("job/out"))
        try folder.write("", to: "job/out")
        #expect(try batch("run", job, "--shard", "0").status == 75)
        // A plan of another version of Mien.
        let plan = try folder.text("job/plan.json")
        try folder.write(
            plan.replacingOccurrences(of: "\"program\":\"", with: "\"program\":\"9"),
            to: "job/plan.json")
        let version = try batch("run", job, "--shard", "0", "--model", model)
        #expect(version.status == 42 && version.errors.contains("which planned the job"))
        #expect(try batch("plan", photos, "--shards", "2", "--out", job).status == 2)
    }

    @Test func theEngineNamesTheShard() throws {
        try plan()
        for name in ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX", "OMPI_COMM_WORLD_RANK"] {
            let outcome = try batch("run", job, "--shard-from-env", environment: [name: "2"])
            #expect(outcome.status == 0 && outcome.output.contains("shard 2"), "\(outcome.errors)")
        }
        let both = try batch("run", job, "--shard", "0", "--stride", "2", "--json")
        #expect(both.output.split(separator: "\n").count == 2)
        #expect(both.output.contains("\"shard\":0") && both.output.contains("\"shard\":2"))
        #expect(try batch("run", job, "--shard", "2", "--stride", "2").status == 2)
        #expect(try batch("status", job).output.contains("missing: 1"))
    }

    @Test func whatIsNoRegularFileIsNotReplaced() throws {
        try plan()
        try runAll()
        let pipe = folder.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let link = folder.path("link")
        let files = FileManager.default
        try files.createSymbolicLink(atPath: link, withDestinationPath: "pipe")
        for option in ["--csv", "--json-lines"] {
            for path in [pipe, link] {
                let outcome = try batch("collect", job, option, path)
                let words = "\(path): cannot be written: it is not a regular file"
                #expect(outcome.status == 1)
                #expect(outcome.errors.contains(words), "\(outcome.errors)")
            }
        }
        let kind = try files.attributesOfItem(atPath: pipe)[.type] as? FileAttributeType
        #expect(kind != .typeRegular)
        #expect(try files.destinationOfSymbolicLink(atPath: link) == "pipe")
        let absent = try batch("collect", job, "--csv", folder.path("none/rows.csv"))
        #expect(absent.status == 1)
        #expect(absent.errors.contains("none/rows.csv: cannot be written"), "\(absent.errors)")
        #expect(!absent.errors.contains(".partial"))

        // A link to a file stays, and the file is written.
        let linked = folder.path("linked.csv")
        try folder.write("old", to: "real.csv")
        try files.createSymbolicLink(atPath: linked, withDestinationPath: "real.csv")
        #expect(try batch("collect", job, "--csv", linked).status == 0)
        #expect(try files.destinationOfSymbolicLink(atPath: linked) == "real.csv")
        #expect(try folder.text("real.csv").split(separator: "\n").count == 8)
        let names = try files.contentsOfDirectory(atPath: folder.path)
        #expect(!names.contains { $0.contains("partial") }, "\(names)")
    }

    @Test func twoOutputsAreTwoFiles() throws {
        try plan()
        try runAll()
        for isThere in [false, true] {
            if isThere { try folder.write("old", to: "same.out") }
            for other in ["same.out", "./same.out", "photos/../same.out"] {
                let outcome = try Program.shell(
                    "\"$0\" batch collect job --csv same.out --json-lines \(other)", in: folder)
                #expect(outcome.status == 2)
                #expect(outcome.errors.contains("--json-lines: found"), "\(outcome.errors)")
                #expect((try? folder.text("same.out")) == (isThere ? "old" : nil))
            }
        }
    }

    @Test func aPathThatLeadsToNothingIsNotPlanned() throws {
        let model = try PredictCommandTests.model.get()
        let files = FileManager.default
        try folder.makeFolder("kept")
        for out in ["deep/job", "kept"] {
            for path in ["nowhere", "nowhere/*.png"] {
                let outcome = try batch(
                    "plan", folder.path(path), "--whole-image", "--shards", "1", "--out",
                    folder.path(out), "--model", model)
                let words = "\(folder.path(path)): found a path that cannot be read"
                #expect(outcome.status == 2 && outcome.errors.contains(words), "\(outcome.errors)")
            }
        }
        #expect(!files.fileExists(atPath: folder.path("deep")))
        #expect(files.fileExists(atPath: folder.path("kept")))
        // A list may name what has gone: it is a row. Counts of one are singular.
        let gone = try Program.run(
            [
                "batch", "plan", "-", "--whole-image", "--shards", "1", "--out", job, "--model",
                model,
            ],
            input: Array("\(folder.path("gone.png"))\n".utf8))
        #expect(gone.status == 0 && gone.output == "1 picture in 1 shard.\n", "\(gone.errors)")
        let run = try batch("run", job, "--shard", "0")
        #expect(run.output == "shard 0: 1 row of 1 picture\n", "\(run.errors)")
        let status = try batch("status", job)
        #expect(status.status == 2)
        #expect(status.output.hasPrefix("1 of 1 shard done, 1 picture planned.\n1 row: 0 ok"))
    }

    @Test func aListThatWasChangedIsNoticed() throws {
        try plan()
        try runAll()
        let name = "job/shards/00001.list"
        let list = try folder.text(name)
        try folder.write(list + list, to: name)
        let run = try batch("run", job, "--shard", "1")
        #expect(run.status == 42 && run.errors.contains("a list that was changed"), "\(run.errors)")
        #expect(try batch("run", job, "--shard", "0").output.contains("done before"))
        #expect(try batch("status", job).output.contains("missing: 1"))
        let changed = try collect()
        #expect(changed.status == 1 && changed.errors.contains("shard 1: found a list that was"))
        try FileManager.default.removeItem(atPath: folder.path(name))
        #expect(try batch("run", job, "--shard", "1").status == 75)
        let gone = try collect()
        #expect(gone.status == 1)
        #expect(gone.errors.contains("shard 1: found no list"), "\(gone.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("rows.csv")))
        // The list as it was makes the result count again.
        try folder.write(list, to: name)
        #expect(try batch("run", job, "--shard", "1").output.contains("done before"))
        #expect(try collect().status == 0)
    }

    @Test func aFolderWithoutAJobIsWrongInput() throws {
        try folder.makeFolder("photos")
        for path in [folder.path("none"), folder.path("photos")] {
            let status = try batch("status", path)
            let collected = try batch("collect", path, "--csv", folder.path("rows.csv"))
            for outcome in [status, collected] {
                let words = "\(path)/plan.json: found no file"
                #expect(outcome.status == 2 && outcome.errors.contains(words), "\(outcome.errors)")
            }
            #expect(try batch("run", path, "--shard", "0").status == 75)
        }
        try folder.write("{}", to: "photos/plan.json")
        #expect(try batch("status", folder.path("photos")).status == 2)
    }
}
