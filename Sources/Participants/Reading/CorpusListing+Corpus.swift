import Foundation
import Mien

extension CorpusListing {
    /// Joins label files and the files of the participants.
    /// - Throws: `DataError` where no label file of the splits can be read.
    func corpus(
        _ form: Corpus.Form, rule: LabelRule, faults: KnownFaults
    ) throws(DataError) -> Corpus {
        var labels = Labels(form: form, faults: faults)
        for url in labelFiles { labels.add(url) }
        guard labels.hasRead || labelFiles.isEmpty else {
            throw labels.firstError
                ?? DataError(
                    .unknownForm, file: root.path, found: "no label file that can be read",
                    expected: "train_split...csv with its companions")
        }
        var irregularities = self.irregularities + labels.irregularities
        let all = Set(files.keys).union(labels.entries.keys).sorted {
            Self.number($0) < Self.number($1)
        }
        var recordings: [Recording] = []
        for id in all {
            let entry = labels.entries[id]
            let inFile = entry?.label
            let label = rule.label(score: entry?.score, inFile: inFile)
            if let score = entry?.score, let inFile, (score >= 10) != inFile {
                irregularities.append(
                    Irregularity(
                        .labelContradictsScore, participant: id, file: labels.place[id]?.file,
                        line: labels.place[id]?.line, column: "PHQ_Binary",
                        found: "\(inFile ? 1 : 0) beside a score of \(Int(score))",
                        expected: "\(score >= 10 ? 1 : 0) by PHQ-8 >= 10",
                        answer: "the label is by \(rule)"))
            }
            if entry == nil, !labels.entries.isEmpty {
                irregularities.append(
                    Irregularity(
                        .labelMissing, participant: id, found: "files without a row of labels",
                        answer: "kept without a label"))
            }
            let files = participantFiles(id, form)
            if entry != nil, !files.missing.isEmpty, !self.files.isEmpty {
                irregularities.append(
                    Irregularity(
                        .missingFile, participant: id,
                        found: "no \(files.missing.joined(separator: ", no "))",
                        answer: "the columns are missing"))
            }
            var kept = files
            kept.items = entry?.items
            recordings.append(
                Recording(
                    Participant(
                        id: id, corpus: corpusName(form), split: labels.split[id], label: label,
                        score: entry?.score, gender: entry?.gender), files: kept))
        }
        irregularities += archives.compactMap {
            Self.irregularity(ofArchive: $0, unpacked: Set(files.keys))
        }
        return Corpus(
            form: form, name: corpusName(form), path: root.path, recordings: recordings,
            irregularities: irregularities, rule: rule)
    }

    private func corpusName(_ form: Corpus.Form) -> String {
        Corpus.isSynthetic(root) ? "synthetic-\(form.rawValue)" : form.rawValue
    }

    private static func number(_ id: String) -> Int { Int(id) ?? .max }

    private func participantFiles(_ id: String, _ form: Corpus.Form) -> ParticipantFiles {
        let found = files[id] ?? [:]
        func file(_ start: String, _ ending: String) -> URL? {
            found.filter { $0.key.hasPrefix(start) && $0.key.hasSuffix(ending) }
                .sorted { $0.key < $1.key }.first?.value
        }
        var files = ParticipantFiles()
        files.audio = file("audio", ".wav")
        files.transcript = file("transcript", ".csv")
        files.video = file("video", ".mp4") ?? file("video", ".avi")
        if form == .daicWoz {
            files.voice[.covarep] = file("covarep", ".csv")
            files.voice[.formant] = file("formant", ".csv")
            // The manual writes .csv, the files end in .txt.
            if let units = file("clnf_aus", "") {
                files.face = .clnf(
                    actionUnits: units, gaze: file("clnf_gaze", ""), pose: file("clnf_pose", ""))
            }
        } else {
            files.voice[.egemaps] = file("opensmile", "egemaps.csv")
            files.voice[.mfcc] = file("opensmile", "mfcc.csv")
            files.face = file("openface", "pose_gaze_aus.csv").map { .openFace($0) }
        }
        return files
    }

    /// A folder of archives is no error; one that was cut in transfer is named.
    static func irregularity(ofArchive url: URL, unpacked: Set<String>) -> Irregularity? {
        let id = url.lastPathComponent.split(separator: "_").first.map(String.init) ?? ""
        if let fault = ArchiveCheck.fault(of: url) {
            return Irregularity(
                .damagedArchive, participant: id, file: url.path, found: fault,
                expected: "a whole archive", answer: "download it again")
        }
        guard !unpacked.contains(id) else { return nil }
        return Irregularity(
            .packedArchive, participant: id, file: url.path, found: "an archive",
            answer: "not read; unpack it: \(ArchiveCheck.command(for: url))")
    }
}

/// What the label files of a corpus say, joined by participant.
private struct Labels {
    let form: Corpus.Form
    let faults: KnownFaults
    var entries: [String: LabelFile.Entry] = [:]
    var split: [String: Split] = [:]
    var place: [String: (file: String, line: Int)] = [:]
    var irregularities: [Irregularity] = []
    var hasRead = false
    var firstError: DataError?
    private var headers: [(name: String, columns: [String])] = []

    init(form: Corpus.Form, faults: KnownFaults) {
        self.form = form
        self.faults = faults
    }

    mutating func add(_ url: URL) {
        guard let kind = CorpusListing.labelKind(url.lastPathComponent.lowercased()) else { return }
        // 1 is male, 0 female: the words of E-DAIC confirm it for all 189.
        let codes: [String: Participant.Gender] = ["1": .male, "0": .female]
        let file: LabelFile
        do throws(DataError) {
            file = try LabelFile(url, genderCodes: codes)
            if kind == .split(.train, isDaicWoz: true) || kind == .fullTest {
                try file.requireLabels()
            }
        } catch {
            firstError = firstError ?? error
            irregularities.append(Irregularity(error, answer: "the file is left out"))
            return
        }
        hasRead = true
        irregularities += file.irregularities.filter {
            faults.isOn(.items) || $0.kind != .itemRestored
        }
        if case .split = kind { compareHeader(of: file) }
        for entry in file.entries {
            switch kind {
            case .split(let split, _): self.split[entry.id] = split
            case .fullTest: self.split[entry.id] = .test
            case .items: break
            }
            merge(entry, from: file.path)
        }
    }

    private mutating func merge(_ entry: LabelFile.Entry, from path: String) {
        guard var known = entries[entry.id] else {
            entries[entry.id] = entry
            place[entry.id] = (path, entry.line)
            return
        }
        if known.label == nil, entry.label != nil { place[entry.id] = (path, entry.line) }
        known.label = known.label ?? entry.label
        known.score = known.score ?? entry.score
        known.gender = known.gender ?? entry.gender
        if known.items?.contains(where: { $0 != nil }) != true { known.items = entry.items }
        entries[entry.id] = known
    }

    private mutating func compareHeader(of file: LabelFile) {
        let name = URL(fileURLWithPath: file.path).lastPathComponent
        headers.append((name, file.names))
        guard headers.count > 1, headers[0].columns != file.names else { return }
        irregularities.append(
            Irregularity(
                .headersDiffer, file: file.path, line: 1,
                found: "the columns \(file.names.listed(separator: ","))",
                expected: "those of \(headers[0].name)", answer: "columns are found by name"))
    }
}
