import Foundation

/// The files of CK+'s official tree, joined by the subject, sequence and frame in their names: the
/// folders that they lie in are not asked.
struct CKPlusTree {
    /// What the name of a file says: S005_001_00000011.
    struct Name: Hashable {
        let subject: String
        let sequence: String
        let frame: Int

        /// - Parameter suffix: what stands behind the frame, such as "_emotion".
        init?(_ file: URL, suffix: String = "") {
            let stem = file.deletingPathExtension().lastPathComponent
            guard stem.hasSuffix(suffix) else { return nil }
            let parts = stem.dropLast(suffix.count).split(
                separator: "_", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0].hasPrefix("S"), parts[0].count > 1,
                parts.dropFirst().allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isASCIIDigit) }),
                let frame = Int(parts[2])
            else { return nil }
            subject = String(parts[0])
            sequence = "\(parts[0])_\(parts[1])"
            self.frame = frame
        }
    }

    /// A labelled sequence with its frames in order.
    struct Sequence {
        let subject: String
        /// "S005_001"
        let name: String
        let emotion: Emotion
        /// Up to the labelled one.
        let frames: [(number: Int, file: URL)]
    }

    private(set) var sequences: [Sequence] = []
    private(set) var notes: [String] = []
    /// "code  name" of each label in the order of the names, for the hash.
    private(set) var labels: [String] = []
    private let landmarks: [Name: URL]

    static let imageFolder = "cohn-kanade-images"
    static let labelFolder = "Emotion"

    /// - Throws: `DataError` for a label that is none, two labels of one sequence, and a tree without
    ///   labels.
    init(_ root: URL, name: String, skipsBadRows: Bool, badRows: inout [DataError])
        throws(DataError)
    {
        let listing = try FolderListing(root)
        func files(_ folder: String) throws(DataError) -> [URL] {
            guard
                let found = listing.folders.first(where: {
                    $0.lastPathComponent.lowercased() == folder.lowercased()
                })
            else { return [] }
            return try FolderListing.filesBelow(found)
        }
        var frames: [String: [Int: URL]] = [:]
        var strange = 0
        for file in try files(Self.imageFolder) where file.hasImageEnding {
            guard let name = Name(file) else {
                strange += 1
                continue
            }
            let known = frames[name.sequence]?[name.frame]
            frames[name.sequence, default: [:]][name.frame] = known ?? file
        }
        let emotionFiles = try files(Self.labelFolder)
        guard !emotionFiles.isEmpty else {
            throw DataError(
                .unknownForm, file: name, found: "CK+'s images without labels",
                expected: "the folder Emotion with S005_001_00000011_emotion.txt and the like")
        }
        let scheme = try ClassScheme(named: "ckplus")
        var emotions: [String: (emotion: Emotion, name: Name)] = [:]
        for file in emotionFiles {
            guard let name = Name(file, suffix: "_emotion") else {
                strange += 1
                continue
            }
            do throws(DataError) {
                let emotion = try Self.emotion(in: file, scheme)
                if let other = emotions[name.sequence], other.emotion != emotion {
                    throw .row(
                        file.path, line: nil,
                        found: "\(emotion) for a sequence that another file calls \(other.emotion)",
                        expected: "one label for each sequence")
                }
                emotions[name.sequence] = (emotion, name)
            } catch {
                guard skipsBadRows else { throw error }
                badRows.append(error)
            }
        }
        var (without, beyond) = (0, 0)
        for (sequence, label) in emotions.sorted(by: { $0.key < $1.key }) {
            labels.append("\(label.emotion)  \(sequence)")
            let all = (frames[sequence] ?? [:]).sorted { $0.key < $1.key }
            let shown = all.filter { $0.key <= label.name.frame }
            guard !shown.isEmpty else {
                without += 1
                continue
            }
            if shown.last?.key != label.name.frame { beyond += 1 }
            sequences.append(
                Sequence(
                    subject: label.name.subject, name: sequence, emotion: label.emotion,
                    frames: shown.map { (number: $0.key, file: $0.value) }))
        }
        landmarks = Dictionary(
            try files("Landmarks").compactMap { file in
                Name(file, suffix: "_landmarks").map { ($0, file) }
            }, uniquingKeysWith: { first, _ in first })
        let unlabelled = frames.keys.count { emotions[$0] == nil }
        let counts = [
            (
                unlabelled,
                "sequences have no emotion file and are left out: no label is not neutral"
            ),
            (without, "emotion files are of sequences without images"),
            (beyond, "emotion files name a frame that is not there: the last before it is taken"),
            (strange, "files have other names than CK+'s and are not used"),
        ]
        notes = counts.filter { $0.0 > 0 }.map { "\(name): \($0.0) \($0.1)." }
    }

    /// The 68 points of a frame in pixels.
    /// - Returns: `nil` where there is no file.
    /// - Throws: `DataError` for a file with other content.
    func points(of frame: URL) throws(DataError) -> [(x: Double, y: Double)]? {
        guard let name = Name(frame), let file = landmarks[name] else { return nil }
        let numbers = try Self.text(of: file).split(whereSeparator: \.isWhitespace)
        let values = numbers.compactMap { Double($0) }.filter(\.isFinite)
        guard values.count == numbers.count, values.count == 2 * 68 else {
            throw .row(
                file.path, line: nil, found: "\(values.count) numbers among \(numbers.count) words",
                expected: "68 lines of x and y")
        }
        return stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
    }

    /// The label in a file: one number, such as "   3.0000000e+00".
    private static func emotion(
        in file: URL, _ scheme: ClassScheme
    ) throws(DataError) -> Emotion {
        let text = try text(of: file).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let code = Double(text), code == code.rounded(), 0 ... 7 ~= code,
            case .emotion(let emotion) = scheme.meaning(of: String(Int(code)))
        else {
            throw .row(
                file.path, line: 1, found: text.isEmpty ? "nothing" : text.quoted(limit: 40),
                expected: "one number from 0 to 7, as CK+ numbers its emotions")
        }
        return emotion
    }

    private static func text(of file: URL) throws(DataError) -> String {
        guard let data = try? Data(contentsOf: file) else {
            throw DataError(
                .unreadable, file: file.path, found: "a file that cannot be read",
                expected: "text")
        }
        return String(decoding: data.prefix(100_000), as: UTF8.self)
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0" ... "9").contains(self) }
}
