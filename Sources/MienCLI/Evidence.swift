import ArgumentParser
import Mien

struct Evidence: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fits how a model tells faces from what only resembles one.",
        discussion: """
            predict then adds what the model says of a crop to the confidence of the face detector \
            where that is in doubt. The crops are those of mien faces --min-confidence 0.04 \
            --keep-low-quality, put into two folders: faces, and what is none. A line through what \
            the network's stages before the last see is fitted to them; scores do not change.
            """)

    @OptionGroup var options: CropLineOptions
    @Option(help: "A folder with crops of faces.")
    var faces: String
    @Option(help: "A folder with crops of what only resembles a face.")
    var others: String

    func run() throws {
        try options.fit(
            .isFace, positives: ("faces", faces), negatives: ("others", others),
            to: \.faceEvidence)
    }
}
