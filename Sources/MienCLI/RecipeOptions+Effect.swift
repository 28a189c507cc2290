import Mien

/// Options against each other and against the values of the recipe that they change.
extension RecipeOptions {
    /// - Throws: `UsageError` for an option that changes nothing beside the others.
    func requireEffect(in recipe: Recipe) throws(UsageError) {
        func require(
            _ isGiven: Bool, _ option: String, when hasEffect: Bool, else reason: String,
            _ remedy: String
        ) throws(UsageError) {
            guard isGiven, !hasEffect else { return }
            throw .withoutEffect(option, because: reason, expected: "\(remedy) with it, or neither")
        }
        try require(
            network.momentum != nil, "--momentum", when: recipe.optimizer == .sgd,
            else: "the optimizer is \(recipe.optimizer.rawValue)", "--optimizer sgd")
        try require(
            course.warmUpSteps ?? 0 > 0, "--warm-up-steps", when: recipe.schedule != .oneCycle,
            else: "the schedule one-cycle has a rise of its own", "--schedule cosine")
        try require(
            rows.keepSingleVotes == true, "--keep-single-votes",
            when: recipe.labels == .ferplusVotes,
            else: "the labels are \(recipe.labels.rawValue)", "--labels ferplus-votes")
        try require(
            course.freezeEpochs ?? 0 > 0, "--freeze-epochs", when: !recipe.freeze.isEmpty,
            else: "no part is frozen", "--freeze")
    }

    /// Where an option makes a value of the recipe itself impossible, that value gives way.
    /// - Returns: what did, in words.
    func yield(_ recipe: inout Recipe) -> [String] {
        var notes: [String] = []
        func note(_ value: String, _ old: Any, _ new: Any, _ reason: String) {
            notes.append(
                "The recipe's own \(value) of \(old) gives way: it is \(new), because \(reason).")
        }
        let last = "the run has \(recipe.epochs) epoch\(recipe.epochs == 1 ? "" : "s")"
        // The last epoch is to be of the whole network and the whole size.
        let most = max(recipe.epochs - 1, 0)
        if course.freezeEpochs == nil, let own = recipe.freezeEpochs, own > recipe.epochs {
            recipe.freezeEpochs = most
            note("freeze-epochs", own, most, last)
        }
        if let own = recipe.progressiveResizing {
            var changed = own
            if course.smallerEpochs == nil, own.epochs > recipe.epochs {
                changed.epochs = most
                note("smaller-epochs", own.epochs, most, last)
            }
            if course.smallerSize == nil, own.imageSize > recipe.imageSize {
                changed.imageSize = recipe.imageSize
                note(
                    "smaller-size", own.imageSize, recipe.imageSize,
                    "the image size is \(recipe.imageSize)")
            }
            recipe.progressiveResizing =
                changed.epochs > 0 || course.smallerEpochs != nil ? changed : nil
        }
        if course.cycles.isEmpty, course.earlyStopping != nil, let own = recipe.warmRestarts,
            !own.isEmpty
        {
            recipe.warmRestarts = []
            note(
                "further cycles", own.count, 0,
                "--early-stopping would end them in their first epochs")
        } else if course.earlyStopping == nil, !course.cycles.isEmpty,
            let own = recipe.earlyStoppingPatience,
            recipe.warmRestarts?.isEmpty == false
        {
            recipe.earlyStoppingPatience = nil
            note("early-stopping", own, "none", "further cycles begin with worse epochs")
        }
        if course.warmUpSteps == nil, let steps = recipe.maxSteps, recipe.warmUpSteps >= steps,
            recipe.schedule != .oneCycle
        {
            note("warm-up-steps", recipe.warmUpSteps, steps / 10, "the run has \(steps) steps")
            recipe.warmUpSteps = steps / 10
        }
        return notes
    }
}
