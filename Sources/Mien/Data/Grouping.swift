/// What stays together: on one side of the validation split that Mien makes, and in one draw of an
/// interval, beside images with identical pixels and images of one subject.
public struct Grouping: Sendable, Equatable, Codable {
    /// Whether images of one sequence stay together, where the data names sequences.
    public var sequences = true
    /// Whether nearly identical images stay on one side of the split.
    public var nearDuplicates = true
    /// Whether subjects and sequences are read from file names that show them.
    public var byName = true
    /// A regular expression for file names whose first group, or else the whole match, is the
    /// subject; `nil` takes the data's own subjects.
    public var subjectPattern: String?

    public init(
        sequences: Bool = true, nearDuplicates: Bool = true, byName: Bool = true,
        subjectPattern: String? = nil
    ) {
        self.sequences = sequences
        self.nearDuplicates = nearDuplicates
        self.byName = byName
        self.subjectPattern = subjectPattern
    }

    /// As splits were made before recipes said how.
    public static let earlier = Grouping(
        sequences: false, nearDuplicates: false, byName: false)

    private enum CodingKeys: String, CodingKey {
        case sequences
        case nearDuplicates = "near_duplicates"
        case byName = "by_name"
        case subjectPattern = "subject_pattern"
    }
}

/// What is known of who and which sequence each image of a data set shows.
public struct RowGroups: Sendable, Equatable {
    /// One for each sample; `nil` where it is not known.
    public let subjects: [String?]
    public let sequences: [String?]
    /// A sentence for the user where file names say so.
    public let note: Advice?

    /// Whether these rows fall into groups, and of what.
    public enum Kind: String, Sendable, Codable, CaseIterable { case subject, sequence }

    /// The groups of these samples: linked by subject or sequence, also through others.
    /// - Returns: for each of `rows` the number of its group, and what they are groups of; `nil`
    ///   where each row stands alone.
    public func groups(of rows: [Int]) -> (numbers: [Int], kind: Kind)? {
        var links = DisjointSets(count: subjects.count)
        links.unite(by: subjects)
        links.unite(by: sequences)
        let numbers = rows.map { links.root(of: $0) }
        guard Set(numbers).count < rows.count else { return nil }
        return (numbers, rows.contains { subjects[$0] != nil } ? .subject : .sequence)
    }
}

extension Dataset {
    /// Finds subjects and sequences: by the pattern, in the data's own columns, or in file names.
    /// - Throws: `DataError` for a pattern that is none, or that fits no name.
    public func rowGroups(_ grouping: Grouping) throws(DataError) -> RowGroups {
        let sequences = samples.map { grouping.sequences ? $0.sequence : nil }
        if let pattern = grouping.subjectPattern {
            let (subjects, note) = try subjects(by: pattern)
            return RowGroups(subjects: subjects, sequences: sequences, note: note)
        }
        let own = samples.map(\.subject)
        let isKnown = zip(own, sequences).contains { $0 != nil || $1 != nil }
        guard grouping.byName, !isKnown, form != .ferCSV, form != .synthetic else {
            return RowGroups(subjects: own, sequences: sequences, note: nil)
        }
        let names = samples.map { ImageName($0.id) }
        if let scheme = NameScheme.fitting(names) {
            let subjects = names.map { scheme.subject(of: $0.stem) }
            let sequences = names.map { grouping.sequences ? scheme.sequence(of: $0.stem) : nil }
            return RowGroups(subjects: subjects, sequences: sequences, note: scheme.note)
        }
        guard let found = NameSequences(names, in: self) else {
            return RowGroups(subjects: own, sequences: sequences, note: nil)
        }
        return RowGroups(subjects: own, sequences: found.keys, note: found.note)
    }

    private func subjects(
        by pattern: String
    ) throws(DataError) -> (subjects: [String?], note: Advice?) {
        let names = try NamePattern(pattern, for: "subject")
        let subjects = samples.map { names.value(in: $0.id) }
        guard let missing = subjects.firstIndex(of: nil) else { return (subjects, nil) }
        let count = subjects.count { $0 == nil }
        guard count < subjects.count else {
            throw DataError(
                .request, file: name, found: "no name that fits the subject pattern \(pattern)",
                expected: "names such as \(samples[missing].id)")
        }
        return (
            subjects,
            "The subject pattern fits \(subjects.count - count) of \(subjects.count) names; the "
                + "first that it does not fit is \(samples[missing].id)."
        )
    }
}
