import ArgumentParser
import Mien

struct Occlusion: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fits how a model tells faces that something covers from others.",
        discussion: """
            predict then takes a face for covered, by a hand, a mask, dark glasses or another \
            thing, where the model says so more clearly than of 99 in 100 uncovered crops. The crops \
            are faces as mien faces cuts them, in two folders. A line through what the network's \
            stages before the last see is fitted to them. A covered face gets no score without \
            --score-low-quality; the scores that are given do not change.
            """)

    @OptionGroup var options: CropLineOptions
    @Option(help: "A folder with crops of faces that something covers.")
    var covered: String
    @Option(help: "A folder with crops of faces that nothing covers.")
    var uncovered: String

    func run() throws {
        try options.fit(
            .isCovered, positives: ("covered", covered), negatives: ("uncovered", uncovered),
            to: \.faceOcclusion)
    }
}
