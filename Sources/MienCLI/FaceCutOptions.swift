import ArgumentParser
import Mien

/// How faces are cut out of photos.
struct FaceCutOptions: ParsableArguments {
    @Option(help: "Pixels of the cut faces: grey or rgb. (default: grey)")
    var channels: String?
    @Option(help: "Side of a cut face in sides of FER-2013's; above 1 shows more around it.")
    var cropScale: Double?
    @Option(help: "Side of a cut face in pixels. (default: 48)")
    var cropSize: Int?

    /// The options that were given.
    var given: [String] {
        [
            ("--channels", channels != nil), ("--crop-scale", cropScale != nil),
            ("--crop-size", cropSize != nil),
        ].filter(\.1).map(\.0)
    }

    var input: InputSpecification {
        get throws {
            var crop = FaceCrop()
            if let cropSize {
                try requireOption("--crop-size", cropSize, within: FaceCrop.sizes)
                crop.size = cropSize
            }
            if let cropScale {
                guard FaceCrop.scales.contains(cropScale) else {
                    throw UsageError("--crop-scale", found: "\(cropScale)", expected: "0.5 to 4")
                }
                crop.scale = cropScale
            }
            return InputSpecification(
                channels: try channels.map { try choice($0, "--channels") } ?? .grey,
                size: crop.size, crop: crop)
        }
    }
}
