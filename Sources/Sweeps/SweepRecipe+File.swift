public import Foundation
public import Mien
import Yams

/// Reading a recipe from YAML, of which JSON is a part.
extension SweepRecipe {
    /// Options of `mien train` that a sweep sets itself.
    private static let own = ["out", "resume", "report", "json", "tensorboard", "threads", "help"]
    /// Options that decide which rows are judged, and by which labels: trials would not compare.
    private static let judging = [
        "data", "votes", "skip-bad-rows", "labels", "labels-file", "class-scheme", "classes",
        "positive", "validation-split", "subject-pattern", "group-by-name",
    ]

    /// - Throws: `UsageError` with the line that cannot be used.
    public init(contentsOf url: URL) throws(UsageError) {
        guard let data = try? Data(contentsOf: url), let text = String(data: data, encoding: .utf8)
        else {
            throw UsageError(
                url.path, found: "no text file that can be read", expected: "the recipe of a sweep")
        }
        try self.init(yaml: text, path: url.path)
    }

    /// - Parameter path: of the file, for errors.
    public init(yaml: String, path: String) throws(UsageError) {
        let document: Node?
        do {
            document = try compose(yaml: yaml)
        } catch {
            throw UsageError(
                path, found: "text that is no YAML: \(error)", expected: "the recipe of a sweep")
        }
        let file = SweepFile(path)
        let top = try file.entries(
            document, "the recipe",
            keys: ["base", "search", "space", "trials", "seed", "metric", "split", "halving"])
        if let split = top["split"] {
            guard try file.text(split, "split") == "validation" else {
                throw file.error(
                    split, "split: \(split.string ?? "a list")", "validation",
                    "A sweep never chooses on test rows: measure the chosen run once by "
                        + "mien evaluate.")
            }
        }
        metric = try file.choice(top["metric"], "metric") ?? .auc
        var base: [SweepSetting] = []
        for (name, value) in try file.pairs(top["base"], "base") {
            if Self.own.contains(name) {
                throw file.error(
                    value, "base: \(name)", "another option",
                    "mien sweep sets \(Self.own.joined(separator: ", ")) itself.")
            }
            // A list repeats the option.
            base += try file.list(value, "base: \(name)").map { SweepSetting(name, $0) }
        }
        self.base = base
        var space: [SweepParameter] = []
        for (name, value) in try file.pairs(top["space"], "space") {
            guard !Self.own.contains(name), !Self.judging.contains(name) else {
                throw file.error(
                    value, "space: \(name)",
                    "an option that leaves the validation rows as they are",
                    "Trials are compared on equal rows and labels.")
            }
            guard !base.contains(where: { $0.name == name }) else {
                throw file.error(
                    value, "\(name) in base and in space", "it in one of them", "")
            }
            space.append(SweepParameter(name, try file.distribution(value, "space: \(name)")))
        }
        guard !space.isEmpty else {
            throw UsageError(path, found: "an empty space", expected: "at least one option")
        }
        self.space = space
        search = try file.choice(top["search"], "search") ?? .grid
        seed =
            try top["seed"].map { node throws(UsageError) in
                UInt64(try file.number(node, "seed", in: 0 ... Int.max))
            } ?? 0
        let isGrid = space.allSatisfy { $0.values != nil }
        trials = try top["trials"].map { node throws(UsageError) in
            try file.number(node, "trials", in: 1 ... Self.maximumTrials)
        }
        rungs = try top["halving"].map { node throws(UsageError) in try file.rungs(node) }
        switch search {
        case .grid where trials != nil:
            throw UsageError(
                path, found: "trials with search: grid", expected: "none, or search: random")
        case .grid where !isGrid, .halving where !isGrid && trials == nil:
            throw UsageError(
                path, found: "a range in the space without a number of trials",
                expected: "lists, or search: random with trials: 20")
        case .random where trials == nil:
            throw UsageError(path, found: "search: random", expected: "trials: 20 with it")
        default: break
        }
        guard (search == .halving) == (rungs != nil) else {
            throw UsageError(
                path, found: "search: \(search.rawValue) with\(rungs == nil ? "out" : "") halving",
                expected: "search: halving and halving: {epochs: [1, 3, 9]} together")
        }
        for reserved in [
            rungs?.unit == .epochs ? "epochs" : nil, rungs?.unit == .steps ? "max-steps" : nil,
        ]
        .compactMap(\.self) {
            guard !(base.map(\.name) + space.map(\.name)).contains(reserved) else {
                throw UsageError(
                    path, found: "\(reserved) and halving: \(reserved)",
                    expected: "the rungs alone to say how long trials are")
            }
        }
    }
}
