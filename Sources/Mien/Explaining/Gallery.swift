import Evaluation
import Foundation
public import Imaging
import Torch

/// Faces with their score and map: those that a model is surest and least sure of, and some of
/// each emotion.
public struct Gallery: Sendable {
    /// A face of the gallery with its map.
    public struct Entry: Sendable {
        /// In the data set.
        public let id: String
        /// The emotion that the protocol gives the face.
        public let emotion: Emotion
        /// "neutral 6, sad 3"; `nil` without votes.
        public let votes: String?
        /// Sad-or-neutral expression score (of the mapping's emotions), 0...1.
        public let score: Double
        /// Whether score and label agree at 0.5.
        public let isRight: Bool
        /// Why there is no map.
        public let emptiness: HeatMap.Emptiness?
        public let face: Image
        /// The map over the face; grey where it is empty.
        public let overlay: Image

        public var facePNG: [UInt8] { get throws(ImageError) { try face.encoded(as: .png) } }
        public var overlayPNG: [UInt8] { get throws(ImageError) { try overlay.encoded(as: .png) } }

        /// "12: sad, score 0.71".
        public var caption: String { "\(id): \(emotion), \(String(format: "%.2f", score))" }
    }

    /// The faces of one heading.
    public struct Section: Sendable {
        public let title: String
        public let entries: [Entry]
    }

    /// Without those that have no faces.
    public let sections: [Section]
    /// "Grad-CAM at layer4, class positive".
    public let title: String
    public let isSynthetic: Bool

    /// Wide enough for the captions, in pixels.
    package static let tileSize = 160

    /// Each section as a row of faces with their maps.
    public func sheet() -> Image {
        let columns = 2 * (sections.map(\.entries.count).max() ?? 1)
        let blank = Image(width: 1, height: 1, channels: 3, filledWith: 255)
        var tiles: [ContactSheet.Tile] = []
        for section in sections {
            var row: [ContactSheet.Tile] = []
            for entry in section.entries {
                row.append(.init(image: entry.face, caption: entry.caption))
                let words = [
                    entry.emptiness == nil ? nil : "no map", row.count == 1 ? section.title : nil,
                ]
                row.append(
                    .init(
                        image: entry.overlay,
                        caption: words.compactMap { $0 }.joined(separator: "; ")))
            }
            while row.count < columns { row.append(.init(image: blank)) }
            tiles += row
        }
        return ContactSheet(
            columns: columns, tileSize: Self.tileSize,
            title: (isSynthetic ? "SYNTHETIC FACES, " : "") + title
        ).image(of: tiles)
    }
}

/// Picks the faces of a gallery and makes their maps.
public struct GalleryMaker {
    public var explainer = ExplanationSession()
    /// Faces in each section.
    public var perSection = 4
    /// Decides which faces stand for an emotion.
    public var seed: UInt64 = 0
    public var precision = Recipe.Precision.auto

    public init() {}

    /// - Parameters:
    ///   - scores: of the rows, as `EvaluationSession` gives them; made here when `nil`.
    ///   - progress: images done and in all; `false` stops, and gives `nil`.
    public func gallery(
        of model: Model, on dataset: Dataset, rows: LabelledSubset, scores: [Double]? = nil,
        targetName: String = "positive",
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws -> Gallery? {
        let mapping = explainer.positive ?? model.card.positive
        let known =
            if let scores {
                Optional(scores)
            } else {
                try model.probabilities(
                    of: rows.indices, in: dataset, precision: model.resolved(precision, on: .cpu),
                    progress: { progress($0, rows.count) }
                )?.map { model.score($0, positive: mapping) }
            }
        guard let known else { return nil }
        precondition(
            known.count == rows.count, "expected \(rows.count) scores, got \(known.count)")
        let chosen = choice(rows, known, mapping)
        let positions = Array(Set(chosen.flatMap(\.positions))).sorted()
        guard
            let explanations = explainer.explanations(
                by: model, of: positions.map { rows.indices[$0] }, in: dataset,
                progress: { progress($0, positions.count) })
        else { return nil }
        try dataset.requireReadable()
        let maps = Dictionary(uniqueKeysWithValues: zip(positions, explanations.map(\.map)))
        let truths = rows.positives(mapping)
        let layer =
            explainer.method == .occlusion ? "" : " at \(explainer.layer)"
        return Gallery(
            sections: chosen.map { section in
                .init(
                    title: section.title,
                    entries: section.positions.compactMap { position in
                        maps[position].map {
                            entry(
                                position, $0, rows, dataset, model.card.imageSize, known[position],
                                isRight: (known[position] >= 0.5) == truths[position])
                        }
                    })
            }, title: "\(explainer.method.title)\(layer), class \(targetName)",
            isSynthetic: dataset.isSynthetic)
    }

    private func entry(
        _ position: Int, _ map: HeatMap, _ rows: LabelledSubset, _ dataset: Dataset,
        _ inputSize: Int,
        _ score: Double, isRight: Bool
    ) -> Gallery.Entry {
        let index = rows.indices[position]
        let (sample, face) = (dataset.samples[index], dataset.image(at: index))
        return .init(
            id: sample.id, emotion: rows.emotions[position], votes: sample.votes?.summary,
            score: score, isRight: isRight, emptiness: map.emptiness, face: face,
            overlay: map.overlay(on: face, inputSize: inputSize))
    }

    private typealias Choice = (title: String, positions: [Int])

    /// Ties go to the earlier row.
    private func choice(
        _ rows: LabelledSubset, _ scores: [Double], _ mapping: LabelMapping
    ) -> [Choice] {
        let truths = rows.positives(mapping)
        let confidences = scores.map { abs($0 - 0.5) }
        let bySureness = scores.indices.sorted {
            confidences[$0] != confidences[$1] ? confidences[$0] > confidences[$1] : $0 < $1
        }
        func first(_ condition: (Int) -> Bool) -> [Int] {
            Array(bySureness.filter(condition).prefix(perSection))
        }
        func isRight(_ row: Int) -> Bool { (scores[row] >= 0.5) == truths[row] }
        var result: [Choice] = [
            ("surest, right, positive", first { isRight($0) && truths[$0] }),
            ("surest, right, negative", first { isRight($0) && !truths[$0] }),
            ("surest, wrong, positive", first { !isRight($0) && truths[$0] }),
            ("surest, wrong, negative", first { !isRight($0) && !truths[$0] }),
            ("least certain", Array(bySureness.reversed().prefix(perSection))),
        ]
        var generator = SeededGenerator(seed: seed)
        for emotion in rows.classes {
            let positions = scores.indices.filter { rows.emotions[$0] == emotion }
            let order = generator.permutation(of: positions.count)
            result.append(("any \(emotion)", order.prefix(perSection).map { positions[$0] }))
        }
        return result.filter { !$0.positions.isEmpty }
    }
}

extension Votes {
    /// "neutral 6, sad 3, unknown 1", the most votes first.
    var summary: String {
        let names = Emotion.allCases.map(\.name) + ["unknown", "not a face"]
        return zip(names, counts).filter { $0.1 > 0 }
            .sorted { $0.1 > $1.1 }
            .map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}
