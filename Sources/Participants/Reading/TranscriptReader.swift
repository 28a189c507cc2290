public import Foundation
public import Mien

extension Transcript {
    /// Reads a transcript: tab-separated as in DAIC-WOZ, comma-separated as in E-DAIC or with the
    /// columns start, end, speaker, text in any order and case, SubRip or WebVTT.
    ///
    /// - Throws: `DataError` with line and column for times that are none, and for a file without
    ///   rows.
    public init(contentsOf url: URL) throws(DataError) {
        let reader = try LineReader(path: url.path)
        guard let first = try reader.next() else { throw Self.empty(url.path, line: 1) }
        reader.findSeparator(in: first)
        let text = String(decoding: first, as: UTF8.self)
        try NumberRows.refusePage(text, url.path)
        let ending = url.pathExtension.lowercased()
        let isCue = text.hasPrefix("WEBVTT") || text.contains("-->")
        if isCue || ["srt", "vtt"].contains(ending) {
            self.init(rows: try Self.cues(reader, first: text))
        } else {
            self.init(rows: try Self.table(reader, try reader.fields(of: first)))
        }
        guard !rows.isEmpty else { throw Self.empty(url.path, line: reader.line + 1) }
        source = reader.source()
    }

    private static func empty(_ path: String, line: Int) -> DataError {
        DataError(
            .empty, file: path, line: line, found: "no row of words",
            expected: "at least one row", advice: "Copy the file again.")
    }

    // MARK: - Tables

    private static func table(
        _ reader: LineReader, _ names: [String]
    ) throws(DataError) -> [Row] {
        let plain = names.map { $0.lowercased().replacingOccurrences(of: "_", with: "") }
        func position(_ candidates: Set<String>) -> Int? {
            plain.firstIndex(where: candidates.contains)
        }
        func needed(_ candidates: Set<String>, _ name: String) throws(DataError) -> Int {
            guard let found = position(candidates) else {
                throw DataError(
                    .unknownForm, file: reader.path, line: reader.line, column: name,
                    found: "only the columns \(names.listed(separator: ","))",
                    expected: "a column \(name)")
            }
            return found
        }
        let start = try needed(["starttime", "start", "begin"], "start_time")
        let stop = try needed(["stoptime", "endtime", "end", "stop"], "stop_time")
        let words = try needed(["value", "text", "words", "transcript"], "value")
        let speaker = position(["speaker"])
        let confidence = position(["confidence"])
        var rows: [Row] = []
        while let bytes = try reader.next() {
            let fields = try self.fields(of: bytes, reader, names.count, words)
            if fields.allSatisfy(\.isEmpty) { continue }
            let row = try TableRow(
                fields: fields, names: names, file: reader.path, line: reader.line)
            guard let from = try row.number(start) else {
                throw row.fault(start, expected: "seconds")
            }
            guard let until = try row.number(stop) else {
                throw row.fault(stop, expected: "seconds")
            }
            guard until >= from, from >= 0 else {
                throw row.fault(stop, expected: "a time of \(from) s or later")
            }
            rows.append(
                Row(
                    start: from, stop: until,
                    speaker: speaker.flatMap { row.text($0) }.map(Self.speaker),
                    text: row.text(words) ?? "", confidence: try row.number(confidence),
                    line: reader.line))
        }
        return rows
    }

    /// Words may hold the separator, or a quote that is not closed: they are then the rest of the
    /// line where they stand last.
    private static func fields(
        of bytes: UnsafeBufferPointer<UInt8>, _ reader: LineReader, _ count: Int, _ words: Int
    ) throws(DataError) -> [String] {
        guard words == count - 1 else { return try reader.fields(of: bytes) }
        try reader.refuseControlBytes(in: bytes)
        if bytes.contains(UInt8(ascii: "\"")), reader.separator != UInt8(ascii: "\t") {
            return try reader.fields(of: bytes)
        }
        let parts = bytes.split(
            separator: reader.separator, maxSplits: count - 1, omittingEmptySubsequences: false)
        var fields: [String] = []
        for part in parts {
            guard let text = String(validating: part, as: UTF8.self) else {
                return try reader.fields(of: bytes)
            }
            fields.append(text.trimmingCharacters(in: .whitespaces))
        }
        while fields.count < count, fields.count >= 1, bytes.count < 2 { fields.append("") }
        return fields
    }

    static func speaker(_ name: String) -> Speaker {
        ["ellie", "interviewer", "therapist", "clinician", "researcher", "agent"]
            .contains(name.lowercased()) ? .interviewer : .participant
    }

    // MARK: - Subtitles

    private static func cues(
        _ reader: LineReader, first: String
    ) throws(DataError) -> [Row] {
        var rows: [Row] = []
        var times: (start: Double, stop: Double, line: Int)?
        var words: [String] = []
        func finish(droppingLast isNumbered: Bool) {
            if isNumbered, let last = words.last, last.allSatisfy(\.isNumber) { words.removeLast() }
            let text = words.joined(separator: " ")
            if let times, !text.isEmpty { rows.append(cue(text, times)) }
            words = []
        }
        func take(_ line: String) throws(DataError) {
            guard line.contains("-->") else {
                if ["NOTE", "STYLE", "REGION"].contains(where: line.hasPrefix) {
                    finish(droppingLast: false)
                    times = nil
                }
                if times != nil { words.append(line) }
                return
            }
            // The line before the times may be the number of the cue.
            finish(droppingLast: true)
            let parts = line.components(separatedBy: "-->")
            let until =
                parts[1].trimmingCharacters(in: .whitespaces)
                .split(separator: " ").first.map(String.init) ?? ""
            guard parts.count == 2, let start = seconds(parts[0]), let stop = seconds(until),
                stop >= start
            else {
                throw DataError(
                    .row, file: reader.path, line: reader.line, column: "time",
                    found: line.quoted(), expected: "00:00:01,000 --> 00:00:02,500")
            }
            times = (start, stop, reader.line)
        }
        try take(first)
        while let bytes = try reader.next() {
            try reader.refuseControlBytes(in: bytes)
            guard let line = String(validating: bytes, as: UTF8.self) else {
                throw DataError(
                    .row, file: reader.path, line: reader.line,
                    found: "bytes that are not UTF-8", expected: "text in UTF-8")
            }
            try take(line)
        }
        finish(droppingLast: false)
        return rows
    }

    /// "<v Name>words" of WebVTT and "Name: words" name the speaker.
    private static func cue(_ text: String, _ times: (start: Double, stop: Double, line: Int))
        -> Row
    {
        var text = text
        var speaker: Speaker?
        if text.hasPrefix("<v "), let end = text.firstIndex(of: ">") {
            speaker = Self.speaker(String(text[text.index(text.startIndex, offsetBy: 3) ..< end]))
            text = String(text[text.index(after: end)...])
                .replacingOccurrences(of: "</v>", with: "")
        } else if let colon = text.firstIndex(of: ":"),
            ["ellie", "interviewer", "participant", "researcher", "clinician"]
                .contains(text[..<colon].lowercased())
        {
            speaker = Self.speaker(String(text[..<colon]))
            text = String(text[text.index(after: colon)...])
        }
        return Row(
            start: times.start, stop: times.stop, speaker: speaker,
            text: text.trimmingCharacters(in: .whitespaces), line: times.line)
    }

    /// "00:01:02,500", "01:02.500".
    private static func seconds(_ text: String) -> Double? {
        let parts = text.trimmingCharacters(in: .whitespaces)
            .replacingOccurrences(of: ",", with: ".").split(separator: ":")
        guard (2 ... 3).contains(parts.count) else { return nil }
        var total = 0.0
        for part in parts {
            guard let number = Double(part), number >= 0, number.isFinite else { return nil }
            total = total * 60 + number
        }
        return total
    }
}
