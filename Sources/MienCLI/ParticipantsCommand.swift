import ArgumentParser

/// `mien participants`.
struct ParticipantsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "participants",
        abstract: "People in interviews: reads corpora, computes features, draws synthetic people.",
        discussion: """
            The participant is the unit of splits, folds and scores. A score is no verdict on a \
            person.
            """,
        subcommands: [EvaluateParticipants.self, FitParticipants.self, PredictParticipants.self])
}
