import Foundation
import Mien

/// What `mien explain` prints of its maps.
struct ExplanationListing: Encodable, CustomStringConvertible {
    struct Row: Encodable {
        let id: String
        let score: Double
        let target: String
        let targetValue: Double
        let targetProbability: Double
        let width: Int
        let height: Int
        let maximum: Float?
        let empty: String?
        let files: [String]

        enum CodingKeys: String, CodingKey {
            case id, score, target, width, height, maximum, empty, files
            case targetValue = "target_value"
            case targetProbability = "target_probability"
        }

        init(
            _ id: String, _ score: Double, _ explanation: Explainer.Explanation, _ card: ModelCard,
            _ files: [String]
        ) {
            self.id = id
            self.score = score
            target =
                switch explanation.target {
                case .positive: "positive"
                case .negative: "negative"
                case .predicted: "predicted"
                case .output(let output): card.classes[output]
                }
            targetValue = explanation.value
            targetProbability = explanation.probability
            (width, height) = (explanation.map.width, explanation.map.height)
            maximum = explanation.map.maximum.isFinite ? explanation.map.maximum : nil
            empty = explanation.map.emptiness?.rawValue
            self.files = files
        }
    }

    struct Failure: Encodable {
        let path: String
        let reason: String

        init(_ error: DataError) {
            path = error.file ?? ""
            reason = error.found
        }
    }

    let schema = 1
    let modelSHA256: String
    let method: ExplanationMethod
    let layer: ResNet.Stage?
    let target: String
    let isSynthetic: Bool
    let folder: String
    /// Images read, scored and mapped in a second, files not written.
    let mapsPerSecond: Double
    let images: [Row]
    let failed: [Failure]
    let caption = HeatMap.caption

    enum CodingKeys: String, CodingKey {
        case schema, method, layer, images, failed, folder, caption
        case target = "class"
        case modelSHA256 = "model_sha256"
        case isSynthetic = "synthetic"
        case mapsPerSecond = "maps_per_s"
    }

    var description: String {
        let lines = images.map { row in
            String(format: "%.3f", row.score) + "  \(row.id)  "
                + (row.empty.map { "no map: \($0)" } ?? row.files[0])
        }
        return (["score  image  map in \(folder)"] + lines).joined(separator: "\n")
    }
}

/// What `mien explain --gallery --json` prints.
struct GalleryListing: Encodable {
    struct Section: Encodable {
        let title: String
        let entries: [Entry]
    }

    struct Entry: Encodable {
        let id: String
        let emotion: Emotion
        let votes: String?
        let score: Double
        let right: Bool
        let empty: String?
    }

    let schema = 1
    let sheet: String
    let title: String
    let synthetic: Bool
    let sections: [Section]
    let caption = HeatMap.caption

    init(_ gallery: Gallery, sheet: String) {
        self.sheet = sheet
        title = gallery.title
        synthetic = gallery.isSynthetic
        sections = gallery.sections.map { section in
            Section(
                title: section.title,
                entries: section.entries.map {
                    Entry(
                        id: $0.id, emotion: $0.emotion, votes: $0.votes, score: $0.score,
                        right: $0.isRight, empty: $0.emptiness?.rawValue)
                })
        }
    }
}

/// Names for files made of the ids of images, each once.
struct FileNames {
    private var used: Set<String> = []

    /// The last part of a path without its ending; what was used already gets a number.
    mutating func name(for id: String) -> String {
        let last = URL(fileURLWithPath: id).deletingPathExtension().lastPathComponent
        let base = last.isEmpty || last == "/" ? "image" : last
        var name = base
        var number = 2
        while !used.insert(name).inserted {
            name = "\(base)-\(number)"
            number += 1
        }
        return name
    }
}
