import ArgumentParser
import Mien

/// `mien probe occlusion`.
struct ProbeOcclusion: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "occlusion",
        abstract: "Fits the linear probe that tells covered faces from others.",
        discussion: """
            predict calls a face covered where the probe's output exceeds that of 99 in 100 \
            uncovered crops. Hands, masks and dark glasses are covers. Cut crops with mien faces, \
            and sort them into two folders. A linear probe on pooled features of the stages before \
            the last is fitted to them. A covered face gets no score without --score-low-quality. \
            Other scores do not change.
            """)

    @OptionGroup var options: LinearProbeOptions
    @Option(help: "A folder with crops of covered faces.")
    var covered: String
    @Option(help: "A folder with crops of uncovered faces.")
    var uncovered: String

    func run() throws {
        try options.fit(
            .isCovered, positives: ("covered", covered), negatives: ("uncovered", uncovered),
            to: \.faceOcclusion)
    }
}

/// The earlier name of `mien probe occlusion`.
struct Occlusion: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: ProbeOcclusion.configuration.abstract, shouldDisplay: false)

    @OptionGroup var command: ProbeOcclusion

    func run() throws { try command.run() }
}
