/// What a model did with a row before it was measured on it.
public enum RowUse: String, Sendable, Codable {
    /// Learnt from it.
    case training
    /// Was watched, and its temperature fitted, on it.
    case validation
    /// Nothing.
    case no
}

/// What a model did with the rows that it is measured on, as far as that is known.
public struct SeenRows: Sendable, Equatable {
    /// How the use of the rows is known.
    public enum Basis: String, Sendable, Codable {
        /// The data is that of the training run, whose split is made again.
        case split = "the split of the training run"
        /// The model file holds the fingerprints of its pictures.
        case fingerprints = "fingerprints of the training pictures"
        case unknown = "not known"
    }

    public let basis: Basis
    /// One for each row; `nil` where it is not known.
    public let uses: [RowUse?]
    /// Data whose rows the first weights have seen, which of them not being recorded.
    let doubtful: [Dataset.Source]

    /// - Parameters:
    ///   - rows: of the data set.
    ///   - duplicates: those of the data set, where they are known.
    init(
        _ model: Model, of rows: [Int], in dataset: Dataset, _ duplicates: KnownDuplicates
    ) {
        doubtful = model.card.initialData ?? []
        if model.card.isTrainingData(dataset),
            let parts = try? TrainingData(model.card.recipe, dataset, duplicates: duplicates)
        {
            basis = .split
            let training = Set(
                parts.learned(by: model.card.recipe, steps: model.card.runLength?.steps).indices)
            let validation = Set(parts.validation.indices)
            var maker = FingerprintMaker()
            uses = rows.map { row in
                if training.contains(row) { return .training }
                if let seen = model.seen, !seen.earlier.isEmpty,
                    seen.wasSeenEarlier(maker.fingerprint(of: row, in: dataset))
                {
                    return .training
                }
                return validation.contains(row) ? .validation : .no
            }
        } else if let seen = model.seen {
            basis = .fingerprints
            var maker = FingerprintMaker()
            uses = rows.map { seen.use(of: maker.fingerprint(of: $0, in: dataset)) ?? .no }
        } else {
            basis = .unknown
            uses = rows.map { _ in nil }
        }
    }

    /// How many rows the model used so.
    public func count(_ use: RowUse?) -> Int { uses.count { $0 == use } }

    /// Positions of the rows that the model did not learn from; `nil` where that is all of them, or
    /// is not known.
    var notTrainedOn: [Int]? {
        guard basis != .unknown, uses.contains(.training) else { return nil }
        return uses.indices.filter { uses[$0] != .training }
    }

    /// Sentences for the user.
    func notes(_ model: ModelCard, _ dataset: Dataset) -> [String] {
        var notes: [String] = []
        let like = basis == .fingerprints ? ", or on pictures nearly identical to them" : ""
        let trained = count(.training)
        if trained > 0 {
            notes.append(
                "The model was trained on \(trained) of these \(uses.count) rows\(like): figures "
                    + "of all rows flatter it. Those of the other rows stand beside.")
        }
        if count(.validation) > 0 {
            notes.append(
                "\(count(.validation)) of these \(uses.count) rows are validation rows of the "
                    + "training run: they watched it and fitted its temperature.")
        }
        if basis == .unknown {
            notes.append(
                "It is not known which rows the model was trained on: its file does not record "
                    + "them, and this is other data than it names.")
        }
        if !doubtful.isEmpty {
            let known = Set(doubtful.map(\.sha256))
            let isHere = dataset.sources.contains { known.contains($0.sha256) }
            notes.append(
                "The weights it began with were trained on \(doubtful[0].path), which of its rows "
                    + "is not recorded" + (isHere ? "; this is that data." : "."))
        }
        return notes
    }
}

extension SeenRows {
    /// The counts, as JSON has them.
    public struct Summary: Sendable, Codable, Equatable {
        public let basis: Basis
        /// `nil` where it is not known.
        public let training: Int?
        public let validation: Int?
        public let unseen: Int?
    }

    public var summary: Summary {
        guard basis != .unknown else {
            return Summary(basis: basis, training: nil, validation: nil, unseen: nil)
        }
        return Summary(
            basis: basis, training: count(.training), validation: count(.validation),
            unseen: count(.no))
    }
}

extension ModelCard {
    /// Whether these are the files that the model learnt from.
    func isTrainingData(_ dataset: Dataset) -> Bool {
        !dataSources.isEmpty && dataset.sources.map(\.sha256) == dataSources.map(\.sha256)
    }
}

extension FingerprintMaker {
    mutating func fingerprint(of row: Int, in dataset: Dataset) -> ImageFingerprint {
        dataset.facts?.prints[row]
            ?? dataset.withPixels(of: row) { fingerprint($0, width: $1, height: $2) }
    }
}
