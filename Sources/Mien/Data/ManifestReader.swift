import Foundation

/// A text file with columns that lists images: `path`, `label` or the columns of votes, and where
/// wanted `split`, `subject` and `sequence`; every further column becomes an attribute. Paths are relative to
/// the file.
enum ManifestReader {
    static func recognises(_ header: CSVHeader) -> Bool {
        ManifestColumns.pathColumn(header) != nil || HeaderlessList(header) != nil
    }

    /// - Parameters:
    ///   - root: the folder that paths are relative to, where it is not that of the file.
    ///   - classes: what numbers and names of the data's own stand for.
    static func read(
        path: String, below root: URL? = nil, classes: ClassScheme? = nil,
        _ reading: PictureReading
    ) throws(DataError) -> Dataset {
        let table = try ManifestTable(path: path, skipBadRows: reading.skipsBadRows)
        var classes = classes
        if classes == nil, let name = table.scheme { classes = try ClassScheme(named: name) }
        let columns = try ManifestColumns(table, classes, skipBadRows: reading.skipsBadRows)
        let folder = root ?? URL(fileURLWithPath: path).deletingLastPathComponent()
        var builder = DatasetBuilder(reading)
        builder.append(badRows: table.badRows)
        builder.notes = columns.notes
        if let name = table.scheme, let text = classes?.text {
            builder.notes.append(
                "\(path): its numbers are taken for those of the scheme \(text)"
                    + (text == name ? ", by the list's form." : "."))
        }
        var listed = ListedImages(file: path)
        var leftOut = 0
        for row in table.rows {
            do throws(DataError) {
                guard let sample = try columns.sample(row) else {
                    leftOut += 1
                    continue
                }
                let url = url(of: sample.id, below: folder, isPlain: table.isHeaderless)
                let box = try columns.box(row)
                try listed.add(sample, at: url, box)
                try builder.append(
                    .init(sample: sample, url: url, box: box, list: (path, row.line)))
            } catch {
                try builder.leaveOut(error)
            }
        }
        try builder.readWaiting()
        builder.sortBadRows()
        if leftOut > 0 {
            builder.notes.append("\(path): \(leftOut) rows are left out, of classes given as none.")
        }
        builder.notes += listed.notes + PathClaims(of: builder.samples).notes(taking: "the file's")
        return builder.dataset(
            name: path, form: .manifest,
            sources: [table.source, builder.source(path: "images of \(path)")])
    }

    /// Takes the separators of Windows too, where there is no such file otherwise.
    /// - Parameter isPlain: whether the list gives names alone, and data sets keep the images
    ///   elsewhere.
    private static func url(of id: String, below folder: URL, isPlain: Bool) -> URL {
        let url = URL(fileURLWithPath: id, relativeTo: folder)
        if isPlain {
            let places = HeaderlessList.places(of: id, listedIn: folder)
            return places.first { FileManager.default.fileExists(atPath: $0.path) } ?? url
        }
        guard id.contains("\\"), !FileManager.default.fileExists(atPath: url.path) else {
            return url
        }
        return URL(
            fileURLWithPath: id.replacingOccurrences(of: "\\", with: "/"), relativeTo: folder)
    }
}

/// The images that a manifest has listed so far: one listed twice has to be told the same of.
private struct ListedImages {
    let file: String
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

    init(file: String) { self.file = file }

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
