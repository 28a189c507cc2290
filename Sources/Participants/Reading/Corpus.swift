public import Foundation
public import Mien

/// A corpus of interviews: its recordings and what is irregular in it.
public struct Corpus: Sendable, Equatable {
    /// The form of the folder or file.
    public enum Form: String, Sendable, Codable, CaseIterable {
        case daicWoz = "daic-woz"
        case eDaic = "e-daic"
        case manifest
        /// Texts with their times and no recordings.
        case posts
    }

    public let form: Form
    /// The form, or the name of a manifest; "synthetic" in front where a program made it.
    public let name: String
    public let path: String
    public internal(set) var recordings: [Recording]
    public internal(set) var irregularities: [Irregularity]
    public let rule: LabelRule
    /// Of the participants of ``Form/posts``.
    var posts: [Post] = []

    /// The name of a file that marks a folder as made by a program.
    static let syntheticMark = "SYNTHETIC.txt"

    /// Recognises and reads a corpus; signals and words are read later, recording by recording.
    ///
    /// - Parameters:
    ///   - path: a folder of DAIC-WOZ or E-DAIC, a folder with manifest.csv, a manifest, a file of
    ///     posts.
    ///   - faults: those whose answers apply.
    /// - Throws: `DataError` for what is none of these.
    public static func read(
        _ path: String, rule: LabelRule = .usual, faults: KnownFaults = .init()
    ) throws(DataError) -> Corpus {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw DataError(
                .unreadable, file: path, found: "no such file or folder",
                expected: "a corpus or a manifest")
        }
        let url = URL(fileURLWithPath: path)
        guard isFolder.boolValue else { return try ManifestFile.read(url, rule: rule) }
        let manifest = url.appendingPathComponent("manifest.csv")
        if FileManager.default.fileExists(atPath: manifest.path) {
            return try ManifestFile.read(manifest, rule: rule)
        }
        let listing = CorpusListing(url)
        switch (listing.isDaicWoz, listing.isEDaic) {
        case (true, false): return try listing.corpus(.daicWoz, rule: rule, faults: faults)
        case (false, true): return try listing.corpus(.eDaic, rule: rule, faults: faults)
        case (true, true):
            throw DataError(
                .unknownForm, file: path, found: "files of DAIC-WOZ and of E-DAIC",
                expected: "one corpus a folder", advice: "Name both folders, one after the other.")
        case (false, false):
            throw DataError(
                .unknownForm, file: path,
                found: listing.contents,
                expected: "a folder of DAIC-WOZ (300_P/300_TRANSCRIPT.csv), of E-DAIC "
                    + "(300_P/300_Transcript.csv) or with manifest.csv",
                advice: listing.archives.first.map {
                    "Unpack the archives of the participants, such as: \(ArchiveCheck.command(for: $0))"
                } ?? "")
        }
    }

    /// Whether a folder or one above it, up to two, is marked as made by a program.
    static func isSynthetic(_ folder: URL) -> Bool {
        FileManager.default.fileExists(
            atPath: folder.appendingPathComponent(syntheticMark).path)
    }

    /// How many people there are in several corpora; those of one group are one.
    public static func people(in corpora: [Corpus]) -> Int {
        Set(corpora.flatMap { $0.recordings.map(\.participant.group) }).count
    }

    /// Gives people who occur in several corpora one group: same number in DAIC-WOZ and E-DAIC.
    /// - Returns: how many.
    @discardableResult
    public static func joinPeople(of corpora: inout [Corpus]) -> Int {
        let interviews = corpora.indices.filter {
            corpora[$0].form == .daicWoz || corpora[$0].form == .eDaic
        }
        var places: [String: Set<Int>] = [:]
        for index in interviews {
            for recording in corpora[index].recordings {
                places[recording.participant.id, default: []].insert(index)
            }
        }
        let shared = places.filter { $0.value.count > 1 }
        guard let last = interviews.last, !shared.isEmpty else { return 0 }
        corpora[last].irregularities.append(
            Irregularity(
                .otherCorpus, found: "\(shared.count) people who are in another corpus as well",
                answer: "each is one person and stays on one side of a split"))
        return shared.count
    }
}
