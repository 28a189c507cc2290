import Crypto
import Foundation

/// What `mien data describe` tells about a data set.
public struct DatasetSummary: Codable, Sendable, Equatable {
    /// How many samples each class has.
    public struct Classes: Codable, Sendable, Equatable {
        /// `nil` for rows without a split.
        public let split: Split?
        public let count: Int
        /// Under the summary's mapping.
        public let positives: Int
        /// How many of each emotion, by its name; emotions that do not occur have 0.
        public let byEmotion: [String: Int]

        enum CodingKeys: String, CodingKey {
            case split
            case count = "n"
            case positives
            case byEmotion = "by_emotion"
        }
    }

    /// The samples that one label protocol keeps, by split.
    public struct ProtocolCounts: Codable, Sendable, Equatable {
        public let labels: LabelProtocol
        /// Names, in order.
        public let classes: [String]
        public let splits: [Classes]

        enum CodingKeys: String, CodingKey {
            case labels = "protocol"
            case classes, splits
        }
    }

    /// Images of `split` whose pixels also occur in `among`; where both are the same split,
    /// images that repeat an earlier one.
    public struct Shared: Codable, Sendable, Equatable {
        public let split: Split?
        public let among: Split?
        public let count: Int
        /// Of the images of `split`.
        public let share: Double

        enum CodingKeys: String, CodingKey {
            case split, among
            case count = "n"
            case share
        }
    }

    public let name: String
    public let form: Dataset.Form
    public let isSynthetic: Bool
    public let count: Int
    public let subjects: Int
    /// How many different sizes the files have.
    public let sizeCount: Int
    /// In pixels, of the files as they are.
    public let smallest: [Int]
    public let largest: [Int]
    public let positiveClasses: LabelMapping
    public let protocols: [ProtocolCounts]
    public let duplicates: [Shared]
    /// Groups of pixel-identical images to which the data gives different labels.
    public let contradictions: Int
    /// How many files hold colour, which is read as grey.
    public let colourCount: Int
    /// Of labels and votes that their order alone joins.
    public let votesAgreement: VotesAgreement?
    /// What the reader chose among several things, left unused, or noticed.
    public let notes: [Advice]
    public let badRowCount: Int
    public let badRows: [Advice]
    public let sources: [Dataset.Source]
    public let sha256: String

    /// The data set whose form it has, where that is known.
    public let knownAs: String?

    enum CodingKeys: String, CodingKey {
        case name, form
        case knownAs = "known_as"
        case isSynthetic = "synthetic"
        case count = "n"
        case subjects
        case sizeCount = "image_sizes"
        case smallest = "smallest_image"
        case largest = "largest_image"
        case positiveClasses = "positive_classes"
        case protocols, duplicates, notes
        case contradictions = "contradicting_duplicates"
        case colourCount = "colour_images"
        case votesAgreement = "votes_agreement"
        case badRowCount = "bad_row_count"
        case badRows = "bad_rows"
        case sources
        case sha256 = "data_sha256"
    }

    /// - Precondition: the data set has at least one image.
    public init(of dataset: Dataset, mapping: LabelMapping = .paper) {
        precondition(dataset.count > 0, "expected a data set with images, got none")
        name = dataset.name
        form = dataset.form
        knownAs = dataset.knownAs
        isSynthetic = dataset.isSynthetic
        count = dataset.count
        subjects = Set(dataset.samples.compactMap(\.subject)).count
        let sizes = (0 ..< dataset.count).map { dataset.fileSize(of: $0) }
        let byArea = sizes.sorted { $0.width * $0.height < $1.width * $1.height }
        sizeCount = Set(sizes.map { [$0.width, $0.height] }).count
        smallest = byArea.first.map { [$0.width, $0.height] } ?? []
        largest = byArea.last.map { [$0.width, $0.height] } ?? []
        colourCount = dataset.colourCount
        votesAgreement = dataset.votesAgreement
        notes = dataset.notes
        positiveClasses = mapping
        badRowCount = dataset.badRows.count
        badRows = dataset.badRows.map(\.message)
        sources = dataset.sources
        sha256 = dataset.sha256

        let splits = (Split.allCases.map(Optional.init) + [nil])
            .map { split in
                (split, dataset.samples.indices.filter { dataset.samples[$0].split == split })
            }
            .filter { !$0.1.isEmpty }
        protocols = LabelProtocol.allCases.compactMap { labels in
            guard let labelling = try? dataset.labelled(by: labels) else { return nil }
            return ProtocolCounts(
                labels: labels, classes: labelling.classes.map(\.name),
                splits: splits.map { split, _ in
                    Classes(
                        of: dataset.rows(of: labelling) { $0.split == split }, split: split,
                        mapping: mapping)
                })
        }
        let identity = Duplicates(in: dataset)
        contradictions = Self.contradictions(in: dataset, identity)
        duplicates = splits.flatMap { split, rows in
            splits.map { among, others in
                let shared =
                    split == among
                    ? identity.repeated(in: rows) : identity.shared(rows, with: others)
                return Shared(
                    split: split, among: among, count: shared.count,
                    share: Double(shared.count) / Double(rows.count))
            }
        }
    }
}

extension DatasetSummary {
    private static func contradictions(in dataset: Dataset, _ identity: Duplicates) -> Int {
        var labels: [Int: Set<Emotion>] = [:]
        for (index, first) in identity.first.enumerated() {
            if let emotion = dataset.samples[index].emotion {
                labels[first, default: []].insert(emotion)
            }
        }
        return labels.values.count { $0.count > 1 }
    }
}

extension DatasetSummary.Classes {
    fileprivate init(of labelling: LabelledSubset, split: Split?, mapping: LabelMapping) {
        var counts = Dictionary(
            uniqueKeysWithValues: labelling.classes.map { ($0.name, 0) })
        for emotion in labelling.emotions { counts[emotion.name, default: 0] += 1 }
        self.init(
            split: split, count: labelling.count,
            positives: labelling.positives(mapping).count { $0 }, byEmotion: counts)
    }
}

extension Dataset {
    /// One hash for all sources: see ``Swift/Array/combinedSHA256``.
    public var sha256: String { sources.combinedSHA256 }
}

extension [Dataset.Source] {
    /// One hash for all: the source's own where there is one, else that of the lines "sha256" in
    /// their order.
    var combinedSHA256: String {
        guard count != 1 else { return self[0].sha256 }
        return SHA256.hash(data: Data(map { $0.sha256 + "\n" }.joined().utf8)).hexadecimal
    }
}
