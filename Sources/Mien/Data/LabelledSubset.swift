/// The rows of a data set that a protocol keeps, with their labels.
public struct LabelledSubset: Sendable, Equatable {
    public let labels: LabelProtocol
    /// The classes that a model of these labels has: the eight emotions, FER-2013's seven, or those
    /// that the user named.
    public let classes: [Emotion]
    /// Which samples of the data set, ascending.
    public let indices: [Int]
    /// The label of each; under `ferplus-votes` the emotion with the largest share.
    public let emotions: [Emotion]
    /// Under `ferplus-votes` the share of each class, [indices.count, classes.count] row by row;
    /// otherwise empty.
    public let distributions: [Float]

    public var count: Int { indices.count }

    public var isSoft: Bool { labels == .ferplusVotes }

    /// Whether each kept row is positive by its emotion.
    public func positives(_ mapping: LabelMapping) -> [Bool] {
        emotions.map(mapping.isPositive)
    }

    /// The positive share of each kept row: 0 or 1, or the sum over the positive emotions' shares.
    public func positiveShares(_ mapping: LabelMapping) -> [Float] {
        guard isSoft else { return positives(mapping).map { $0 ? 1 : 0 } }
        let columns = classes.indices.filter { mapping.isPositive(classes[$0]) }
        return indices.indices.map { row in
            columns.reduce(0) { $0 + distributions[row * classes.count + $1] }
        }
    }

    /// The place of each label in `classes`.
    public var classNumbers: [Int] {
        let places = Dictionary(
            uniqueKeysWithValues: classes.enumerated().map { ($0.element, $0.offset) })
        return emotions.map { emotion in
            guard let place = places[emotion] else {
                preconditionFailure("expected one of \(classes.names), got \(emotion)")
            }
            return place
        }
    }

    /// What is odd about these rows' labels, in sentences: one class only, emotions that no row has.
    /// - Parameter rows: what they are called.
    func notes(
        _ rows: String, _ mapping: LabelMapping, emotionsToo: Bool = true
    ) -> [String] {
        guard count > 0 else { return [] }
        var notes: [String] = []
        let positives = positives(mapping).count { $0 }
        if positives == 0 || positives == count {
            notes.append(
                "One class only: all \(count) \(rows) are "
                    + (positives == 0 ? "other than \(mapping.name)." : "\(mapping.name)."))
        }
        let absent = classes.filter { !emotions.contains($0) }
        if emotionsToo, !absent.isEmpty {
            notes.append(
                "None of the \(count) \(rows) is labelled "
                    + absent.map(\.name).joined(separator: ", ") + ".")
        }
        return notes
    }

    /// The rows at these positions (positions in `indices`, not in the data set).
    public func selecting(_ positions: [Int]) -> LabelledSubset {
        var chosen: [Float] = []
        if isSoft {
            chosen.reserveCapacity(positions.count * classes.count)
            for row in positions {
                chosen += distributions[row * classes.count ..< (row + 1) * classes.count]
            }
        }
        return LabelledSubset(
            labels: labels, classes: classes, indices: positions.map { indices[$0] },
            emotions: positions.map { emotions[$0] }, distributions: chosen)
    }
}

extension Dataset {
    public var hasVotes: Bool { samples.contains { $0.votes != nil } }

    /// `ferplus` where there are votes, else the data's own labels.
    public var defaultProtocol: LabelProtocol { hasVotes ? .ferplus : .fer2013 }

    /// Labels all rows by a protocol.
    /// - Parameter keepSingleVotes: for `ferplus-votes`: whether an emotion that one tagger alone
    ///   chose keeps its share.
    public func labelled(
        by labels: LabelProtocol, keepSingleVotes: Bool = false
    ) throws(DataError) -> LabelledSubset {
        guard labels.needsVotes ? hasVotes : samples.contains(where: { $0.emotion != nil }) else {
            throw DataError(
                .request, file: name,
                found: labels.needsVotes ? "no votes" : "votes only",
                expected: labels.needsVotes
                    ? "FER+ votes for the labels \(labels.rawValue)" : "one label per image",
                advice: labels.needsVotes
                    ? "Give the votes file with \(setting: "votes"), or take "
                        + "\(setting: "labels") fer2013."
                    : "Take \(setting: "labels") ferplus.")
        }
        var indices: [Int] = []
        var emotions: [Emotion] = []
        var distributions: [Float] = []
        for (index, sample) in samples.enumerated() {
            let emotion: Emotion?
            switch labels {
            case .fer2013: emotion = sample.emotion
            case .ferplus: emotion = sample.votes?.majority
            case .ferplusArgmax: emotion = sample.votes?.mostVoted
            case .ferplusVotes:
                emotion = sample.votes?.mostVoted
                guard let shares = sample.votes?.distribution(keepSingleVotes: keepSingleVotes)
                else { continue }
                distributions += shares.map(Float.init)
            }
            guard let emotion else { continue }
            indices.append(index)
            emotions.append(emotion)
        }
        let sevenAreEnough = labels == .fer2013 && !emotions.contains(.contempt)
        let usual = sevenAreEnough ? Emotion.fer2013Classes : Emotion.allCases
        return LabelledSubset(
            labels: labels, classes: labels.needsVotes ? usual : classes ?? usual,
            indices: indices, emotions: emotions, distributions: distributions)
    }

    /// The rows of a labelling that are in a split.
    public func rows(of labelling: LabelledSubset, in split: ResolvedSplit) -> LabelledSubset {
        rows(of: labelling, where: split.contains)
    }

    func rows(of labelling: LabelledSubset, where isWanted: (Sample) -> Bool) -> LabelledSubset {
        labelling.selecting(
            labelling.indices.indices.filter { isWanted(samples[labelling.indices[$0]]) })
    }
}
