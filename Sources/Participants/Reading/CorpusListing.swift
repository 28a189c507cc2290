import Foundation
import Mien

/// The files of a folder, by participant and kind.
struct CorpusListing {
    let root: URL
    private(set) var count = 0
    private(set) var files: [String: [String: URL]] = [:]
    private(set) var labelFiles: [URL] = []
    private(set) var archives: [URL] = []
    private(set) var irregularities: [Irregularity] = []

    /// Folders inside folders that are looked into; copies nest XXX_P/XXX_P.
    private static let deepest = 5

    init(_ root: URL) {
        self.root = root
        look(into: root, depth: 0)
        labelFiles.sort { $0.path < $1.path }
        archives.sort { $0.path < $1.path }
        irregularities.sort { ($0.file ?? "") < ($1.file ?? "") }
    }

    private mutating func look(into folder: URL, depth: Int) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names.sorted() {
            let url = folder.appendingPathComponent(name)
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
                continue
            }
            if isFolder.boolValue {
                if depth < Self.deepest, !name.hasPrefix(".") { look(into: url, depth: depth + 1) }
                continue
            }
            count += 1
            add(url, name)
        }
    }

    private mutating func add(_ url: URL, _ name: String) {
        let lowered = name.lowercased()
        if name.hasPrefix("._") {
            irregularities.append(
                Irregularity(
                    .appleDouble, participant: Self.participant(of: String(name.dropFirst(2)))?.id,
                    file: url.path, found: "a file of attributes of macOS", answer: "passed over"))
        } else if lowered.hasSuffix("_p.zip") || lowered.hasSuffix("_p.tar.gz") {
            archives.append(url)
        } else if let (id, kind) = Self.participant(of: name) {
            if files[id]?[kind] == nil { files[id, default: [:]][kind] = url }
        } else if Self.labelKind(lowered) != nil {
            labelFiles.append(url)
        }
    }

    /// "300" and "transcript.csv" of "300_TRANSCRIPT.csv".
    static func participant(of name: String) -> (id: String, kind: String)? {
        let parts = name.split(separator: "_", maxSplits: 1).map(String.init)
        guard parts.count == 2, (3 ... 4).contains(parts[0].count), parts[0].allSatisfy(\.isNumber)
        else { return nil }
        return (parts[0], parts[1].lowercased())
    }

    enum LabelKind: Equatable {
        case split(Split, isDaicWoz: Bool)
        case fullTest
        case items
    }

    static func labelKind(_ lowered: String) -> LabelKind? {
        guard lowered.hasSuffix(".csv") else { return nil }
        for split in [Split.train, .valid, .test] {
            let word = split == .valid ? "dev" : split.rawValue
            if lowered == "\(word)_split_depression_avec2017.csv" {
                return .split(split, isDaicWoz: true)
            }
            if lowered == "\(word)_split.csv" { return .split(split, isDaicWoz: false) }
        }
        if lowered == "full_test_split.csv" { return .fullTest }
        if ["detailed_phq8_labels.csv", "detailed_lables.csv", "detailed_labels.csv"]
            .contains(lowered)
        {
            return .items
        }
        return nil
    }

    private func hasFile(ending endings: String...) -> Bool {
        files.values.contains { kinds in
            kinds.keys.contains { kind in endings.contains { kind.hasPrefix($0) } }
        }
    }

    private func hasLabels(_ isDaicWoz: Bool) -> Bool {
        labelFiles.contains {
            switch Self.labelKind($0.lastPathComponent.lowercased()) {
            case .split(_, let found): found == isDaicWoz
            case .fullTest: isDaicWoz
            case .items: !isDaicWoz
            case nil: false
            }
        }
    }

    /// Of a folder that is no corpus, in words.
    var contents: String {
        guard count > 0 else { return "an empty folder" }
        guard !archives.isEmpty else { return "\(count) other files" }
        let damaged = archives.compactMap { url in
            ArchiveCheck.fault(of: url).map { "\(url.lastPathComponent) (\($0))" }
        }
        return "\(archives.count) archives of participants and no label file"
            + (damaged.isEmpty ? "" : "; damaged: \(damaged.listed())")
    }

    var isDaicWoz: Bool { hasFile(ending: "covarep", "formant", "clnf") || hasLabels(true) }
    var isEDaic: Bool { hasFile(ending: "openface", "opensmile") || hasLabels(false) }
}
