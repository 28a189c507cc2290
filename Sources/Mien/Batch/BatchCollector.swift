public import Foundation
import Torch

/// Joins the results of a job's shards, after it has proved that each listed picture has its rows
/// exactly once.
public struct BatchCollector: Sendable {
    private let job: BatchJob

    public init(_ job: BatchJob) { self.job = job }

    /// Writes the rows in the order of the lists, as `mien predict` would print them.
    /// - Parameters:
    ///   - csv: the file for csv; `nil` for none.
    ///   - lines: the file for JSON, one object a line; `nil` for none.
    ///   - observe: called with the number of shards read; throws to stop.
    /// - Throws: `UsageError` where both are one file, `BatchError` of the kind `refused` with a
    ///   shard's number, `FileError`, what `observe` throws. No file is then written.
    public func collect(
        csv: URL?, lines: URL?, observe: (Int) throws -> Void = { _ in }
    ) throws -> BatchStatus {
        if let csv, let lines, try CollectedFile.areOne(csv, lines) {
            throw UsageError(
                setting: "json-lines", found: "\(lines.path), which is the file of the csv too",
                expected: "a file of its own")
        }
        let records = try records()
        let csvFile = try csv.map(CollectedFile.init)
        let linesFile = try lines.map(CollectedFile.init)
        let classes = job.plan.classes.map(Emotion.init(named:))
        try csvFile?.append(PredictionRow.csvHeader(classes: classes) + "\n")
        for record in records {
            let data = try job.output(of: record)
            let rows = try rows(data, of: record)
            let entries = try refusing { () throws(BatchError) in
                try job.entries(of: record.shard)
            }
            try check(rows, against: entries, record)
            try linesFile?.append([UInt8](data))
            if csvFile != nil {
                let text = rows.map { row in
                    var row = row
                    row.classes = classes
                    return row.csv + "\n"
                }
                try csvFile?.append(text.joined())
            }
            try observe(record.shard + 1)
        }
        try csvFile?.finish()
        try linesFile?.finish()
        return BatchStatus(job.plan, records)
    }

    private func records() throws(BatchError) -> [BatchRecord] {
        var records: [BatchRecord] = []
        var missing: [Int] = []
        for shard in 0 ..< job.plan.shards {
            let record = try refusing { () throws(BatchError) in try job.record(of: shard) }
            if let record {
                records.append(record)
            } else {
                missing.append(shard)
            }
        }
        guard missing.isEmpty else {
            throw BatchError(
                .refused, "shards \(BatchStatus.ranges(missing))",
                found: "no results of \(missing.count) of \(job.plan.shards)",
                expected: "all shards done", advice: "Run these shards, then collect again.")
        }
        return records
    }

    /// What keeps a shard from being read, as a refusal: a list that was changed or is not there.
    private func refusing<Value>(
        _ read: () throws(BatchError) -> Value
    ) throws(BatchError) -> Value {
        do throws(BatchError) {
            return try read()
        } catch {
            throw BatchError(
                .refused, error.subject, found: error.found, expected: error.expected,
                advice: error.advice)
        }
    }

    private func rows(_ data: Data, of record: BatchRecord) throws(BatchError) -> [PredictionRow] {
        let decoder = JSONDecoder()
        var rows: [PredictionRow] = []
        for (line, text) in data.split(separator: UInt8(ascii: "\n")).enumerated() {
            guard let row = try? decoder.decode(PredictionRow.self, from: Data(text)) else {
                throw BatchError(
                    .refused, "shard \(record.shard)",
                    found: "line \(line + 1) of \(record.file), which is no row",
                    expected: "a row as written", advice: "Run the shard again.")
            }
            rows.append(row)
        }
        return rows
    }

    /// - Throws: `BatchError` unless each picture has its rows once: one that says why there is no
    ///   face, or one for each face.
    private func check(
        _ rows: [PredictionRow], against entries: [BatchEntry], _ record: BatchRecord
    ) throws(BatchError) {
        func refuse(_ found: String, _ expected: String) -> BatchError {
            BatchError(
                .refused, "shard \(record.shard)", found: "\(found) in \(record.file)",
                expected: expected, advice: "Run the shard again.")
        }
        var next = 0
        for entry in entries {
            guard next < rows.count else {
                throw refuse("no row of \(entry.name.line)", "each listed picture")
            }
            let count = rows[next].face == nil ? 1 : max(1, rows[next].faces ?? 1)
            for number in 0 ..< count {
                guard next < rows.count, rows[next].path == entry.path,
                    rows[next].pathBase64 == entry.pathBase64, rows[next].kind == .image,
                    rows[next].face == nil ? count == 1 : rows[next].face == number + 1
                else {
                    let found = next < rows.count ? "a row of \(rows[next].path)" : "the end"
                    throw refuse(
                        "\(found.printable()) at line \(next + 1)",
                        "row \(number + 1) of \(count) of \(entry.name.line)")
                }
                next += 1
            }
        }
        guard next == rows.count else {
            throw refuse(
                "a row too many, of \(rows[next].path.printable()) at line \(next + 1)",
                "\(next) rows for \(entries.count) pictures")
        }
    }
}

/// A large file that gets its name when it is whole.
private final class CollectedFile {
    private let url: URL
    private let temporary: URL
    private let file: GrowingFile

    /// - Throws: `FileError` with this path where it cannot be written, as of a device.
    init(_ url: URL) throws(FileError) {
        self.url = url
        let place = try AtomicFile.destination(of: url)
        temporary = URL(fileURLWithPath: AtomicFile.temporary(for: place.path))
        file = try GrowingFile(temporary, name: url.path)
    }

    /// Whether two paths lead to one file, which need not be there yet.
    static func areOne(_ first: URL, _ second: URL) throws(FileError) -> Bool {
        let first = try AtomicFile.destination(of: first)
        let second = try AtomicFile.destination(of: second)
        if let file = FileIdentity(path: first.path), file == FileIdentity(path: second.path) {
            return true
        }
        let names = (FileName(first.path), FileName(second.path))
        guard names.0.last == names.1.last,
            let folder = FileIdentity(path: names.0.folder.text)
        else { return false }
        return folder == FileIdentity(path: names.1.folder.text)
    }

    deinit { unlink(temporary.path) }

    func append(_ text: String) throws(FileError) { try file.append(text) }

    func append(_ bytes: [UInt8]) throws(FileError) { try file.append(bytes) }

    func finish() throws(FileError) {
        try file.finish()
        do throws(FileError) {
            try AtomicFile.move(temporary, to: try AtomicFile.destination(of: url))
        } catch {
            throw FileError(path: url.path, reason: error.reason)
        }
    }
}
