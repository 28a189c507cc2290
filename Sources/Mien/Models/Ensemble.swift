public import Foundation
import Imaging
import Inference
package import Torch

/// Several models whose class probabilities are averaged.
///
/// Each member sees the crop at its own size and has its own temperature. The average is that of
/// deep ensembles: Lakshminarayanan, Pritzel and Blundell 2017, arXiv 1612.01474, section 2.4.
package struct Ensemble: Classifier {
    package struct Member {
        package let model: Model
        /// In the average, a share of 1.
        package let share: Double
    }

    package let members: [Member]

    package var parameterCount: Int { members.reduce(0) { $0 + $1.model.parameterCount } }

    /// The logarithms of the averaged probabilities.
    package func logits(of batch: ImageBatch, precision: DType) -> [[Float]] {
        var sums: [[Double]] = []
        for member in members {
            let rows = member.model.logits(
                of: batch.resized(to: member.model.card.imageSize),
                precision: member.model.ownPrecision(precision)
            ).map(member.model.card.probabilities)
            if sums.isEmpty { sums = rows.map { [Double](repeating: 0, count: $0.count) } }
            for (row, probabilities) in rows.enumerated() {
                for (output, probability) in probabilities.enumerated() {
                    sums[row][output] += member.share * Double(probability)
                }
            }
        }
        return sums.map { row in row.map { Float(log(max($0, Self.smallestProbability))) } }
    }

    /// See ``Model/prepare(precision:)``.
    func prepare(precision: DType) {
        for member in members {
            member.model.prepare(precision: member.model.ownPrecision(precision))
        }
    }

    /// Why a member's run failed that gave no numbers; `nil` where none did.
    var failure: InferenceError? { members.lazy.compactMap(\.model.failure).first }

    /// Below it logarithms are of no use: a float's exponential is zero.
    private static let smallestProbability = 1e-40
}

/// A model of an ensemble, as the ensemble's card has it.
public struct EnsembleMember: Sendable, Codable, Equatable {
    /// Of its file, without folders.
    public let name: String
    /// SHA-256 of its file, 64 hexadecimal digits.
    public let sha256: String
    /// In the average, a share of 1.
    public let share: Double
    public let card: ModelCard

    /// File, model, share in percent, hash: for people.
    var tableRow: [String] {
        [name, card.title, String(format: "%.1f %%", share * 100), sha256]
    }

    /// A sentence for people.
    public var inWords: String {
        let row = tableRow
        return "Member \(row[0]): \(row[1]), share \(row[2]), SHA-256 `\(row[3])`"
    }
}

extension Model {
    /// Averages models of the same classes and crop.
    /// - Parameters:
    ///   - files: model files, two or more.
    ///   - weights: of the models in the average, above 0; `nil` for equal ones.
    /// - Throws: `UsageError` for models that cannot be averaged; else as `init(contentsOf:)`.
    public init(averaging files: [URL], weights: [Double]? = nil) throws {
        guard files.count >= 2 else {
            throw UsageError("an ensemble", found: "\(files.count) model", expected: "2 or more")
        }
        let weights = weights ?? Array(repeating: 1, count: files.count)
        guard weights.count == files.count, weights.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw UsageError(
                setting: "weights",
                found: weights.map { "\($0)" }.joined(separator: ","),
                expected: "\(files.count) numbers above 0, one for each model")
        }
        let models = try files.map { try Model(contentsOf: $0) }
        let first = models[0].card
        for (file, model) in zip(files, models) {
            if let (what, found, expected) = model.card.differsForAverage(from: first) {
                throw UsageError(
                    file.lastPathComponent, found: "\(what) \(found)", expected: expected,
                    advice: "The models of an ensemble share classes, colours and crop.")
            }
        }
        let total = weights.reduce(0, +)
        let members = try zip(files, zip(models, weights)).map { file, entry in
            EnsembleMember(
                name: file.lastPathComponent, sha256: try Model.sha256(ofFile: file),
                share: entry.1 / total, card: entry.0.card)
        }
        let card = ModelCard(averaging: members)
        self.init(
            Ensemble(
                members: zip(models, members).map { .init(model: $0, share: $1.share) }),
            card: card)
        let seen = models.compactMap(\.seen)
        if seen.count == models.count { self.seen = SeenPictures(unionOf: seen) }
    }

    /// The elements that a member scores in: an int8 network in int8, what is no network as it does.
    fileprivate func ownPrecision(_ precision: DType) -> DType {
        card.isNetwork && !isQuantized ? precision : resolved(.auto, on: .cpu)
    }
}

extension ModelCard {
    /// Recipe, head and data protocol are those of the first member.
    fileprivate init(averaging members: [EnsembleMember]) {
        let cards = members.map(\.card)
        let first = cards[0]
        var sources: [Dataset.Source] = []
        for source in cards.flatMap(\.dataSources) where !sources.contains(source) {
            sources.append(source)
        }
        self.init(
            created: Date.now.formatted(.iso8601), kind: .ensemble,
            imageSize: first.input.crop.size, normalization: .grey, classes: first.classes,
            head: first.head, positive: first.positive, labels: first.labels,
            initialWeights: "members", recipe: first.recipe, dataSources: sources,
            trainedOnSyntheticFaces: cards.contains(where: \.trainedOnSyntheticFaces),
            trainingSamples: cards.map(\.trainingSamples).max() ?? 0)
        self.members = members
        ownClasses = first.ownClasses
        inputChannels = first.inputChannels
        crop = first.crop
        let shares = cards.compactMap(\.classShares)
        if shares.count == cards.count {
            classShares = classes.indices.map { output in
                zip(members, shares).reduce(0) { $0 + $1.0.share * $1.1[output] }
            }
        }
    }

    /// See ``wrongKind``, of the card of an ensemble.
    var wrongMember: (field: String, found: String, expected: String)? {
        guard kind == .ensemble, let members, members.count >= 2 else {
            return ("members", "\(members?.count ?? 0)", "2 or more, of an ensemble")
        }
        let sum = members.reduce(0) { $0 + $1.share }
        // A sum of rounded shares may miss 1.
        if members.contains(where: { !($0.share > 0) }) || abs(sum - 1) > 1e-6 {
            return ("shares", members.map { "\($0.share)" }.joined(separator: ", "), "a sum of 1")
        }
        if imageSize != input.crop.size {
            return ("an image size of", "\(imageSize)", "\(input.crop.size), the crop's")
        }
        for member in members {
            if let (what, found, expected) = member.card.differsForAverage(from: self) {
                return ("in \(member.name) \(what)", found, expected)
            }
            if let (field, found, expected) = member.card.firstWrongValue {
                return ("in \(member.name) \(field)", found, expected)
            }
        }
        return nil
    }

    /// A property that keeps this card out of an average with another; `nil` where none does.
    fileprivate func differsForAverage(
        from other: ModelCard
    ) -> (what: String, found: String, expected: String)? {
        if kind == .ensemble { return ("kind", "ensemble", "a model that is no ensemble") }
        if classes != other.classes || head != other.head {
            return (
                "classes", classes.joined(separator: ","), other.classes.joined(separator: ",")
            )
        }
        if positive != other.positive {
            return ("positive class", positive.name, other.positive.name)
        }
        if input.channels != other.input.channels {
            return ("colours", input.channels.rawValue, other.input.channels.rawValue)
        }
        if input.crop != other.input.crop {
            return ("crop", input.crop.inWords, other.input.crop.inWords)
        }
        return nil
    }
}

extension FaceCrop {
    fileprivate var inWords: String { "\(frame.rawValue), scale \(scale), \(size) pixels" }
}

extension SeenPictures {
    /// The pictures that any of several models has seen.
    fileprivate init(unionOf models: [SeenPictures]) {
        self.init(
            training: models.flatMap(\.training).map(ImageFingerprint.init(bits:)),
            validation: models.flatMap(\.validation).map(ImageFingerprint.init(bits:)),
            earlier: models)
    }
}

extension ImageBatch {
    /// The images at another size, as a data set draws them.
    fileprivate func resized(to side: Int) -> ImageBatch {
        guard side != size else { return self }
        let (area, target) = (size * size, side * side)
        let count = planes.count / area
        let scaled = [Float](unsafeUninitializedCapacity: count * target) { buffer, initialized in
            for plane in 0 ..< count {
                let pixels = planes[plane * area ..< (plane + 1) * area].map {
                    UInt8(min(max($0.rounded(), 0), 255))
                }
                pixels.withUnsafeBufferPointer {
                    Imaging.warp(
                        $0, width: size, height: size, by: SampledTransform.identity.warp,
                        size: side,
                        into: UnsafeMutableBufferPointer(
                            rebasing: buffer[plane * target ..< (plane + 1) * target]))
                }
            }
            initialized = count * target
        }
        return ImageBatch(planes: scaled, size: side, channels: channels)
    }
}
