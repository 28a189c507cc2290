import Foundation
import Mien
import Torch

/// Training of what is no network: one process from features to model file, without checkpoints.
extension Train {
    /// - Parameter chosen: of a classical classifier.
    func runClassical(_ chosen: Recipe) throws {
        var recipe = chosen
        try recipe.validate()
        try UsageError.requireNone(
            [
                ("--init", `init` != nil), ("--device", compute.device != nil),
                ("--tensorboard", place.tensorboard),
            ],
            because: "the recipe \(recipe.name) trains no network", expected: "none")
        let folder = RunFolder(URL(fileURLWithPath: out ?? ""))
        try folder.requireNew()
        if let out { FileRoles.addOutput(out) }
        let source = try dataOptions.required()
        let dataset = try source.load()
        let labels = overrides.rows.labels == nil ? recipe.adoptLabels(of: dataset) : nil
        let start = RunConfiguration(
            recipe: recipe, data: RunConfiguration.absolute(source.data),
            votes: source.votes.map(RunConfiguration.absolute), skipBadRows: source.skipBadRows,
            initialWeights: "none", threads: 1, device: "cpu", sources: dataset.sources,
            labelOptions: try source.labelling.options)
        let trainer = try ClassicalTrainer(start, dataset: dataset, folder: folder)
        let (_, lock) = try RunFolder.owned(at: folder.url, start)
        let log = RunLog(folder)
        if let labels { log.line(labels) }
        for note in trainer.notes { log.line(note) }
        let progress = WorkProgress(unit: "faces")
        let model = try trainer.run { event in
            Self.show(event, log, progress)
            return Interruption.isRequested ? .stop : .proceed
        }
        guard let model else { throw Interrupted() }
        for line in model.card.fit?.inWords ?? [] { log.line(line + ".") }
        log.line("Model: \(folder.modelURL.path)")
        if report, recipe.validationSplit > 0 {
            try writeReport(on: model, folder, dataset, start, log)
        } else if report {
            log.line(
                "No rows were held out to report on. Of the test rows: mien report "
                    + "\(shellQuoted(out ?? "")).")
        }
        if json {
            try Console.json(model.card)
        } else {
            try Console.exact(folder.modelURL.path)
        }
        withExtendedLifetime(lock) {}
    }

    static func show(
        _ event: ClassicalTrainingEvent, _ log: RunLog, _ progress: WorkProgress
    ) {
        switch event {
        case .started(let rows, let features):
            log.line("Training on \(rows) faces, \(features) features each.")
        case .features(let done, let total): progress.show("described", done, of: total)
        case .tried(let candidate):
            let gamma = candidate.gamma.map { String(format: ", gamma x %.4g", $0) } ?? ""
            log.line(
                String(format: "cost %.4g", candidate.cost) + gamma
                    + String(format: ": AUC %.4f in the inner folds", candidate.auc))
        case .folds(let done, let total):
            log.line("Left-out rows scored: fold \(done) of \(total).")
        case .fitting(let rows, let columns):
            log.line("Fitting on all \(rows) rows of \(columns) numbers.")
        }
    }
}
