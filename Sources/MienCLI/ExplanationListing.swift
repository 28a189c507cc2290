import Foundation
import Mien

/// What `mien explain` prints of its maps.
struct ExplanationListing: Encodable, CustomStringConvertible {
    struct Row: Encodable {
        let id: String
        /// From 1, the largest first; `nil` for an image that is a face.
        let face: Int?
        let status: PredictionStatus
        let reason: String?
        let score: Double?
        let target: String?
        let targetValue: Double?
        let targetProbability: Double?
        let width: Int?
        let height: Int?
        let maximum: Float?
        let empty: String?
        let files: [String]

        enum CodingKeys: String, CodingKey {
            case id, face, status, reason, score, target, width, height, maximum, empty, files
            case targetValue = "target_value"
            case targetProbability = "target_probability"
        }

        /// A row of data.
        init(
            _ id: String, _ score: Double, _ explanation: ExplanationSession.Explanation,
            _ card: ModelCard,
            _ files: [String]
        ) {
            self.init(id, nil, .ok, nil, score, explanation, card, files)
        }

        /// A face of a photo.
        init(
            _ id: String, _ number: Int?, _ face: FacePrediction, _ card: ModelCard,
            _ files: [String]
        ) {
            self.init(
                id, number, face.status, face.reason, face.score, face.explanation, card, files)
        }

        /// A photo without a face.
        init(_ id: String) {
            self.init(id, nil, .noFace, "no face was found", nil, nil, nil, [])
        }

        private init(
            _ id: String, _ face: Int?, _ status: PredictionStatus, _ reason: String?,
            _ score: Double?, _ explanation: ExplanationSession.Explanation?, _ card: ModelCard?,
            _ files: [String]
        ) {
            self.id = id
            self.face = face
            self.status = status
            self.reason = reason
            self.score = score
            target = explanation.map { explanation in
                switch explanation.target {
                case .positive: "positive"
                case .negative: "negative"
                case .predicted: "predicted"
                case .output(let output): card?.classes[output] ?? "\(output)"
                }
            }
            targetValue = explanation?.value
            targetProbability = explanation?.probability
            width = explanation?.map.width
            height = explanation?.map.height
            maximum = explanation.flatMap { $0.map.maximum.isFinite ? $0.map.maximum : nil }
            empty = explanation?.map.emptiness?.rawValue
            self.files = files
        }

        /// A line for people.
        fileprivate var line: String {
            let name = FileName(id).line + (face.map { ", face \($0)" } ?? "")
            guard let score else {
                return "-      \(name)  \(status.rawValue)" + (reason.map { " (\($0))" } ?? "")
            }
            return String(format: "%.3f", score) + "  \(name)  "
                + (empty.map { "no map: \($0)" } ?? files.first ?? status.rawValue)
        }
    }

    struct Failure: Encodable {
        let path: String
        let reason: String
    }

    let schema = 1
    let modelSHA256: String
    let method: ExplanationMethod
    let layer: String?
    let target: String
    let isSynthetic: Bool
    let folder: String
    /// Images read, scored and mapped in a second, files not written; `nil` for photos.
    let mapsPerSecond: Double?
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
        (["score  image  map in \(folder)"] + images.map(\.line)).joined(separator: "\n")
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
