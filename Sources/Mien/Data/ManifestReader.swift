import Foundation

/// A text file with columns that lists images: `path`, `label` or the columns of votes, and where
/// wanted `split`, `subject` and `sequence`; every further column becomes an attribute. Paths are
/// relative to the file.
struct ManifestReader {
    let path: String
    /// The folder that paths are relative to, where it is not that of the file.
    var root: URL?
    /// That of all rows, where the list is of one.
    var split: Split?

    static func recognises(_ header: CSVHeader, _ columns: ColumnNames? = nil) -> Bool {
        ManifestColumns.pathColumn(header) != nil || HeaderlessList(header) != nil
            || columns?.path.map { header.index(of: $0) != nil } == true
    }

    func read(_ labels: LabelOptions, _ reading: PictureReading) throws(DataError) -> Dataset {
        var list = PictureList()
        var listed = ListedImages()
        try append(to: &list, labels: labels, reading.skipsBadRows, &listed)
        list.notes += listed.notes
        return try list.dataset(name: path, form: .manifest, from: nil, reading)
    }

    func append(
        to list: inout PictureList, labels: LabelOptions, _ skipsBadRows: Bool,
        _ listed: inout ListedImages
    ) throws(DataError) {
        var table = try ManifestTable(path: path, skipBadRows: skipsBadRows)
        if let text = labels.labelPattern {
            table = ManifestTable(
                table, labelledBy: try NamePattern(text, for: "label"),
                path: try ManifestColumns.path(table.header, labels.columns))
        }
        let conventions = ListConventions(for: table)
        var classes = labels.scheme
        if classes == nil, let name = conventions.scheme { classes = try ClassScheme(named: name) }
        let columns = try ManifestColumns(
            table, classes, labels, conventions: conventions, skipBadRows: skipsBadRows)
        let folder = root ?? URL(fileURLWithPath: path).deletingLastPathComponent()
        list.authority = "the file's"
        list.knownAs = conventions.name ?? list.knownAs
        list.sources.append(table.source)
        for fault in table.badRows { list.leaveOut(fault) }
        list.notes += columns.notes
        if let name = conventions.scheme, let text = classes?.text {
            list.notes.append(
                "\(path): its numbers are taken for those of the scheme \(text)"
                    + (text == name ? ", by the list's form." : "."))
        }
        let first = list.nextRow
        list.nextRow += table.rows.count + table.badRows.count
        listed.begin(path)
        var (leftOut, missing) = (0, 0)
        for row in table.rows {
            do throws(DataError) {
                let sample = try columns.sample(row, number: first + row.number, in: split) {
                    (id) throws(DataError) in try conventions.attributes(id, folder)
                }
                guard let sample else {
                    leftOut += 1
                    continue
                }
                let url = place(of: sample.id, below: folder, conventions)
                if conventions.passesOverMissing,
                    !FileManager.default.fileExists(atPath: url.path)
                {
                    missing += 1
                    continue
                }
                let box = try columns.box(row)
                try listed.add(sample, at: url, box)
                list.append(sample, at: url, box: box, listedIn: (path, row.line))
            } catch {
                list.leaveOut(error)
            }
        }
        if leftOut > 0 {
            list.notes.append("\(path): \(leftOut) rows are left out, of classes given as none.")
        }
        if missing > 0 {
            list.notes.append("\(path): \(missing) rows are left out, whose images are missing.")
        }
    }

    /// Takes the separators of Windows too, where there is no such file otherwise.
    private func place(of id: String, below folder: URL, _ conventions: ListConventions) -> URL {
        let exists: (URL) -> Bool = { FileManager.default.fileExists(atPath: $0.path) }
        let places = conventions.places(id, folder)
        if places.count > 1 { return places.first(where: exists) ?? places[0] }
        guard id.contains("\\"), !exists(places[0]) else { return places[0] }
        return URL(
            fileURLWithPath: id.replacingOccurrences(of: "\\", with: "/"), relativeTo: folder)
    }
}

/// The images that lists have named so far: one listed twice has to be told the same of.
struct ListedImages {
    private var file = ""
    private var first: [Place: Told] = [:]
    private var repeats = 0

    /// Several faces of one image are told apart by their boxes.
    private struct Place: Hashable {
        let path: String
        let box: FaceBox?
    }

    /// What a row tells of its image, as hashes: there may be many rows.
    private struct Told {
        let line: Int?
        let label, split, subject, sequence: Int

        init(_ sample: Sample) {
            line = sample.line
            var hasher = Hasher()
            hasher.combine(sample.emotion)
            hasher.combine(sample.votes)
            label = hasher.finalize()
            split = sample.split.hashValue
            subject = sample.subject.hashValue
            sequence = sample.sequence.hashValue
        }
    }

    /// Begins with another list.
    mutating func begin(_ file: String) { self.file = file }

    mutating func add(_ sample: Sample, at url: URL, _ box: FaceBox?) throws(DataError) {
        let place = Place(path: url.standardizedFileURL.path, box: box)
        let told = Told(sample)
        guard let first = first.updateValue(told, forKey: place) else { return }
        let said = [
            ("label", first.label == told.label), ("split", first.split == told.split),
            ("subject", first.subject == told.subject),
            ("sequence", first.sequence == told.sequence),
        ]
        guard let other = said.first(where: { !$0.1 }) else {
            repeats += 1
            return
        }
        throw .row(
            file, line: sample.line, column: "path",
            found: "\(sample.id.quoted(limit: 80)) again, with another \(other.0) than on line "
                + "\(first.line ?? 0)", expected: "each image once")
    }

    var notes: [String] {
        repeats == 0
            ? []
            : ["\(file) lists images twice: \(repeats) rows repeat an earlier one and count again."]
    }
}
