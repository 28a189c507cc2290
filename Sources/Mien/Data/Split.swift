/// The part of a data set that a sample belongs to.
public enum Split: String, CaseIterable, Codable, Sendable {
    case train, valid, test

    /// Takes the names that data sets use: FER-2013's "Training", "PublicTest" and "PrivateTest",
    /// FER+'s folders, "train", "val", "validation", "test" and the like, in any case.
    public init?(name: String) {
        switch name.lowercased() {
        case "train", "training", "fer2013train": self = .train
        case "valid", "val", "validation", "dev", "publictest", "fer2013valid": self = .valid
        case "test", "testing", "privatetest", "fer2013test": self = .test
        default: return nil
        }
    }

    /// The name that FER-2013 gives the split.
    public var usage: String {
        switch self {
        case .train: "Training"
        case .valid: "PublicTest"
        case .test: "PrivateTest"
        }
    }
}

/// The split that was asked for, and the one that the data has for it.
public struct ResolvedSplit: Sendable, Equatable, Codable {
    public let requested: String
    /// `nil` stands for every row.
    public let used: Split?
    /// A sentence for the user where `used` is not what was asked for.
    public let note: String?

    /// Whether a sample belongs to the split.
    public func contains(_ sample: Sample) -> Bool { used == nil || sample.split == used }
}

extension Dataset {
    /// Finds the split of this name.
    ///
    /// "all" is every row. "test" stands for the validation rows where there are no test rows.
    /// "train" and "test" stand for all rows where the data names no splits. The note then says so.
    public func resolve(split name: String) throws(DataError) -> ResolvedSplit {
        if name.lowercased() == "all" {
            return ResolvedSplit(requested: name, used: nil, note: nil)
        }
        guard let wanted = Split(name: name) else {
            throw DataError(
                .request, found: "split \"\(name)\"", expected: "train, valid, test or all")
        }
        let present = Set(samples.compactMap(\.split))
        if present.contains(wanted) {
            return ResolvedSplit(requested: name, used: wanted, note: nil)
        }
        if wanted != .valid, present.isEmpty {
            return ResolvedSplit(
                requested: name, used: nil,
                note: "\(self.name) names no splits: all of its rows are "
                    + (wanted == .train ? "used for training" : "evaluated"))
        }
        // PrivateTest asked for by that name is not to be replaced.
        if wanted == .test, present.contains(.valid), name.lowercased() == "test" {
            return ResolvedSplit(
                requested: name, used: .valid,
                note: "\(self.name) has no test rows: its validation rows (PublicTest in "
                    + "FER-2013) are used as the test split")
        }
        let held = Split.allCases.filter(present.contains).map(\.rawValue)
        throw DataError(
            .request, file: self.name,
            found: held.isEmpty ? "no splits" : "the splits \(held.joined(separator: ", "))",
            expected: "a split \(wanted.rawValue)",
            advice: "\"all\" stands for every row.")
    }
}
