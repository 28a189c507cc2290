import ArgumentParser
import Evaluation
import Foundation
import Imaging
import Mien
import Networks
import Torch

struct Explain: ParsableCommand, UsesTensors, UsesPhotos {
    static let configuration = CommandConfiguration(
        abstract:
            "Draws heat maps of where a score is sensitive, and measures their faithfulness.",
        discussion: """
            Faces of photos are found and cut as in predict: NAME-photo.jpg shows all of them, and \
            each face gets NAME-face1-overlay.png, NAME-face1-map.png with a legend, and \
            NAME-face1-map.csv, the unscaled values on the grid of the layer. With --whole-image \
            the image is the face, and the names have no number. A map that shows nothing is said \
            to be empty, not coloured. A map shows where the score is sensitive, not why a person \
            feels something.
            """)

    @OptionGroup var source: SourceOptions
    @OptionGroup var faces: FaceChoice
    @OptionGroup var model: ModelOption
    @Option(help: "gradcam, gradcam++, layercam, hirescam or occlusion.")
    var method = "gradcam"
    @Option(
        name: .customLong("class"),
        help: """
            positive, negative, predicted, or a class of the model. (default: positive; with --trust \
            predicted)
            """)
    var target: String?
    @Option(
        help: """
            A layer, such as layer4; `mien model describe` lists them. (default: the last with 4 x 4 \
            positions or more)
            """)
    var layer: String?
    @Option(help: "Emotions that are positive. (default: the model's own)")
    var positive: String?
    @Option(help: "Folder for maps, overlays and tables.")
    var out: String?
    @Option(help: "Data to take images from, as in evaluate, instead of image files.")
    var data: String?
    @Option(help: "FER+ votes (fer2013new.csv) for a FER-2013 csv.")
    var votes: String?
    @Flag(help: "Leave bad rows and images of the data out and count them.")
    var skipBadRows = false
    @Option(help: "fer2013, ferplus or ferplus-argmax. (default: ferplus with votes, else fer2013)")
    var labels: String?
    @Option(help: "With --data: train, valid, test or all. (default: test)")
    var split: String?
    @Option(help: "Images of the data at most, drawn with the seed; with --gallery: per section.")
    var limit: Int?
    @Option(help: "Seed of random draws.")
    var seed: UInt64 = 0
    @Flag(help: "Measure deletion, insertion, ROAD, randomisation and pointing instead.")
    var trust = false
    @Flag(help: "Write a sheet of the surest, the least certain and faces of each emotion instead.")
    var gallery = false
    @Option(help: "Images in one forward and backward pass.")
    var batchSize = 32
    @OptionGroup var compute: ComputeOptions
    @Flag(help: "Print JSON.")
    var json = false

    var findsFaces: Bool { data == nil && !faces.wholeImage }

    func run() throws {
        Interruption.install()
        try check()
        _ = try compute.apply(tensors: true)
        let folder = try out.map { try OutputFolder($0) }
        let url = try model.url
        let loaded = try Model(contentsOf: url)
        if method != "occlusion" || trust, !loaded.card.isNetwork {
            throw ModelFileError.needsNetwork(
                url.path, loaded.card,
                to: trust ? "have its trust measured" : "be explained by \(method)",
                advice:
                    "Take --method occlusion, which works for any model\(trust ? ", without --trust" : "")."
            )
        }
        guard !loaded.isQuantized else {
            throw ModelFileError.needsFloat(try model.url.path, to: "be explained")
        }
        let explainer = try explainer(for: loaded.card)
        try loaded.check(explainer.device)
        let digest = try Model.sha256(ofFile: url)
        if data == nil {
            try explainPhotos(loaded, explainer, digest, folder)
        } else if trust {
            try measureTrust(loaded, explainer, digest, folder)
        } else if gallery {
            try writeGallery(loaded, explainer, folder)
        } else {
            try explainRows(loaded, explainer, digest, folder)
        }
    }

    private func check() throws(UsageError) {
        guard source.paths.isEmpty != (data == nil) else {
            throw UsageError(
                "images", found: source.paths.isEmpty ? "none" : "image files and --data",
                expected: "image files or --data")
        }
        guard !(trust && gallery) else {
            throw UsageError("--trust", found: "--gallery too", expected: "one of them")
        }
        guard data != nil || !(trust || gallery) else {
            throw UsageError(
                trust ? "--trust" : "--gallery", found: "image files",
                expected: "labelled rows", advice: "Name them with --data.")
        }
        try requireEffect()
        guard trust || out != nil else {
            throw UsageError("--out", found: "nothing", expected: "a folder for the maps")
        }
        for (option, value) in [
            ("--limit", limit ?? 1), ("--batch-size", batchSize),
        ] {
            guard value >= 1, value <= 1_000_000 else {
                throw UsageError(option, found: "\(value)", expected: "1 to 1000000")
            }
        }
    }

    private func requireEffect() throws(UsageError) {
        if data == nil {
            try source.requireEffect()
            try UsageError.requireNone(
                [
                    ("--votes", isGiven: votes != nil), ("--labels", isGiven: labels != nil),
                    ("--split", isGiven: split != nil), ("--limit", isGiven: limit != nil),
                    ("--skip-bad-rows", isGiven: skipBadRows),
                ], because: "image files have no labels", expected: "--data with it, or neither")
            if faces.wholeImage { try source.requireNoDetection(because: "the image is the face") }
        } else {
            try source.requireNoDetection(because: "the rows of data are faces")
            try UsageError.requireNone(
                [
                    ("--whole-image", isGiven: faces.wholeImage),
                    ("--score-low-quality", isGiven: faces.scoreLowQuality),
                ], because: "the rows of data are faces", expected: "image files")
        }
        try UsageError.requireNone(
            [("--layer", isGiven: layer != nil && method == "occlusion")],
            because: "occlusion looks at no layer", expected: "another --method")
    }

    var targetName: String { target ?? (trust ? "predicted" : "positive") }

    private func explainer(for card: ModelCard) throws -> ExplanationSession {
        var explainer = ExplanationSession(for: card)
        explainer.method = try choice(method, "--method")
        explainer.device = try compute.chosenDevice
        if let layer { explainer.layer = try Self.checked(layer, of: card) }
        explainer.positive = try positive.map {
            try LabelMapping(parsing: $0, among: card.ownClasses ?? Emotion.allCases)
        }
        if let mapping = explainer.positive, card.head != .emotions,
            mapping != card.positive
        {
            throw UsageError(
                "--positive", found: mapping.name,
                expected: "\(card.positive.name), the mapping that the model was trained on",
                advice: "Only a model of emotions can take another one.")
        }
        explainer.target = try ClassTarget(parsing: targetName, of: card)
        let places = card.spatialSize(of: explainer.layer) ?? 0
        if explainer.method != .occlusion, places <= 4 {
            Console.note(
                "At an input of \(card.imageSize) pixels \(explainer.layer) has \(places) x "
                    + "\(places) positions: its map is coarse."
                    + (card.finerLayer(than: explainer.layer).map {
                        " --layer \($0.name) has \($0.size) x \($0.size)."
                    } ?? ""))
        }
        return explainer
    }

    /// - Throws: `UsageError` for what is no layer of the network with places.
    private static func checked(_ layer: String, of card: ModelCard) throws(UsageError) -> String {
        guard card.spatialSize(of: layer) == nil else { return layer }
        let layers = card.network.parts.filter { card.spatialSize(of: $0) != nil }
        throw UsageError(
            "--layer", found: layer,
            expected: "a layer of \(card.title) with places, such as "
                + layers.suffix(4).joined(separator: ", "),
            advice: "`mien model describe` lists them.")
    }
}
