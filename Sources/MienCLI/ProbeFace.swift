import ArgumentParser
import Mien

/// `mien probe face`.
struct ProbeFace: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "face",
        abstract: "Fits the linear probe that tells faces from other crops.",
        discussion: """
            predict adds the probe's output to the confidence of the face detector where that is in \
            doubt. Cut crops with mien faces --min-confidence 0.04 --keep-low-quality, and sort them \
            into two folders. A linear probe on pooled features of the stages before the last is \
            fitted to them. Scores do not change.
            """)

    @OptionGroup var options: LinearProbeOptions
    @Option(help: "A folder with crops of faces.")
    var faces: String
    @Option(help: "A folder with crops that only resemble a face.")
    var others: String

    func run() throws {
        try options.fit(
            .isFace, positives: ("faces", faces), negatives: ("others", others),
            to: \.faceEvidence)
    }
}

/// The earlier name of `mien probe face`.
struct Evidence: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: ProbeFace.configuration.abstract, shouldDisplay: false)

    @OptionGroup var command: ProbeFace

    func run() throws { try command.run() }
}
