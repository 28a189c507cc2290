import ArgumentParser
import Foundation
import Mien

struct CollectBatch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Joins the results of all shards, if each photo has its rows exactly once.",
        discussion: """
            Refuses, with the shard's number, where results are missing, damaged, doubled, or of another \
            model, plan or list. The exit code is then 1, and no file is written. It is 2 where \
            photos could not be read, and where there is no job.
            """)

    @OptionGroup var job: BatchJobArgument
    @Option(help: "Write csv to this file.")
    var csv: String?
    @Option(help: "Write JSON to this file, one object per line.")
    var jsonLines: String?
    @Flag(help: "Print counts as JSON.")
    var json = false

    func validate() throws {
        guard csv != nil || jsonLines != nil else {
            throw ValidationError("Give --csv, --json-lines or both.")
        }
    }

    func run() throws {
        Interruption.install()
        let collector = BatchCollector(try job.required())
        let progress = WorkProgress(unit: "shards")
        let status = try collector.collect(
            csv: csv.map { URL(fileURLWithPath: $0) },
            lines: jsonLines.map { URL(fileURLWithPath: $0) }
        ) { shards in
            guard !Interruption.isRequested else { throw Interrupted() }
            progress.show("collected", shards, of: nil)
        }
        if json { try Console.json(status) } else { try Console.result(status.text) }
        try status.finish()
    }
}
