import Foundation
import Mien
import Torch

/// How a run begins or goes on.
extension Train {
    /// A run that is ready to go, and what is to be said of it.
    struct Prepared {
        let session: TrainingSession
        let notes: [Advice]
    }

    /// - Parameters:
    ///   - threads: of this process.
    ///   - group: the processes that train together.
    func starting(_ threads: Int, _ group: ProcessGroup?) throws -> Prepared {
        let url = URL(fileURLWithPath: out ?? "")
        try RunFolder(url).requireNew()
        let classes = try dataOptions.labelling.options.classes?.classes
        var recipe = try overrides.recipe(among: classes)
        let changes = overrides.yield(&recipe)
        try recipe.validate()
        if let out { FileRoles.addOutput(out) }
        let source = try dataOptions.required()
        let dataset = try source.load(input: recipe.input())
        let labels = overrides.rows.labels == nil ? recipe.adoptLabels(of: dataset) : nil
        var options = TrainingSession.Options(recipe, data: source.data, votes: source.votes)
        options.skipBadRows = source.skipBadRows
        options.labels = try source.labelling.options
        options.initialWeights = `init`
        options.threads = threads
        options.device = try compute.chosenDevice
        var sharing: [String] = []
        // The other processes of a group are no other programs.
        if group == nil, threads > 1, options.device == .cpu, SharedProcessors.areWanted {
            if compute.threads == nil {
                options.threads = SharedProcessors.free(of: threads)
                useThreads(options.threads, tensors: true)
            }
            if options.threads > 1 {
                options.sharesProcessors = true
                SharedProcessors.apply()
            }
            sharing = [SharedProcessors.note(threads: options.threads, of: threads)]
        }
        let session = try TrainingSession(options, on: dataset, in: url, group: group)
        return Prepared(
            session: session,
            notes: notes(of: group)
                + (changes + [labels].compactMap(\.self)).map { Advice($0) } + session.notes
                + sharing.map { Advice($0) })
    }

    func continuing(_ path: String, _ group: ProcessGroup?) throws -> Prepared {
        let url = URL(fileURLWithPath: path)
        let start = try RunFolder(url).start()
        guard start.recipe.classical == nil else {
            throw UsageError(
                "--resume",
                found: "a run of the recipe \(start.recipe.name), which has no checkpoints",
                expected: "the run of a network", advice: "Start it anew with --out.")
        }
        try requireNoOther(than: start)
        FileRoles.addOutput(path)
        if start.sharesProcessors == true { SharedProcessors.apply() }
        var notes = notes(of: group)
        if let threads = compute.threads, threads != start.threads {
            notes.append(
                "Going on with \(threads) threads; the run began with \(start.threads): its weights "
                    + "will differ from those of a run that was not stopped in their last digits.")
        } else {
            let processors = ProcessInfo.processInfo.activeProcessorCount
            if start.threads > processors {
                notes.append(
                    "The run began with \(start.threads) threads; this machine has \(processors) "
                        + "processors: its weights will differ in their last digits.")
            }
            useThreads(min(start.threads, processors), tensors: true)
        }
        let session = try TrainingSession(
            resuming: url, data: dataOptions.data, votes: dataOptions.votes, group: group)
        return Prepared(session: session, notes: notes + session.notes)
    }

    /// - Throws: `UsageError` for the first option that a run that goes on cannot follow.
    private func requireNoOther(than start: RunConfiguration) throws {
        try overrides.requireNone(
            differingFrom: start.recipe, among: start.labelOptions?.classes?.classes)
        func require(
            _ option: String, _ given: String?, _ own: String, isSame: Bool
        ) throws {
            guard let given, !isSame else { return }
            throw UsageError(
                option, found: "\(given) for a run that goes on",
                expected: "no such option, or the run's own value (\(own))",
                advice: RecipeOptions.longerRun)
        }
        try require(
            "--init", `init`, start.initialWeights,
            isSame: `init`.map {
                $0 == start.initialWeights || RunConfiguration.absolute($0) == start.initialWeights
            } ?? true)
        try require(
            "--device", compute.device, start.device, isSame: compute.device == start.device)
        try require(
            "--skip-bad-rows", dataOptions.skipBadRows ? "it" : nil, "without it",
            isSame: start.skipBadRows)
        let labels = dataOptions.labelling
        for (option, given) in [
            ("--labels-file", labels.labelsFile), ("--class-scheme", labels.classScheme),
            ("--classes", labels.classes),
        ] {
            try require(
                option, given, "as it began",
                isSame: try labels.options == start.labelOptions ?? LabelOptions())
        }
    }
}
