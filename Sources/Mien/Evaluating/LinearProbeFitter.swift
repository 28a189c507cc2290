import Evaluation
public import Foundation
import Imaging
import Torch

/// Fits what a model's stages say of crops: see ``LinearProbe``.
public struct LinearProbeFitter {
    /// What is told apart.
    public enum Question: Sendable {
        /// Faces, the positives, from what the detector took for faces.
        case isFace
        /// Faces that something covers, the positives, from others.
        case isCovered

        /// Against weights that fit the crops at hand and no others; in units of standardised
        /// means. Chosen, as what follows, on training faces (docs/experiments).
        package var ridge: Double {
            switch self {
            case .isFace: 0.03
            case .isCovered: 0.003
            }
        }
    }

    /// Crops of either kind, at least.
    public static let fewestCrops = 50

    public var batchSize = 64

    public init() {}

    /// - Parameters:
    ///   - positives: a folder with crops of one kind, cut as ``FaceAlignment`` cuts them; folders in
    ///     it are read too.
    ///   - negatives: one with crops of the other kind.
    ///   - progress: called with the crops seen and all crops; `false` stops.
    /// - Returns: `nil` when stopped.
    /// - Throws: `DataError` for a file that is no image, or too few of them; `UsageError` for a
    ///   model that gives no finite numbers.
    public func line(
        _ question: Question, of model: Model, positives: URL, negatives: URL,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws -> LinearProbe? {
        guard model.card.isNetwork else {
            throw UsageError(
                setting: "model", found: "a \(model.card.title)", expected: "a network")
        }
        let input = model.card.input
        let crops = (
            try images(below: positives, for: input), try images(below: negatives, for: input)
        )
        let all = crops.0 + crops.1
        let predictions = try model.predictions(
            of: all, batchSize: batchSize, precision: .float32, pooledFeatures: true,
            progress: { progress($0, all.count) })
        guard let predictions else { return nil }
        let means = predictions.compactMap(\.pooledFeatures)
        guard means.count == all.count, means.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
            throw UsageError(
                setting: "model", found: "stages that do not give finite numbers of each crop",
                expected: "a trained model")
        }
        return try LinearProbe(
            fitting: means, isPositive: all.indices.map { $0 < crops.0.count }, question)
    }

    private func images(
        below folder: URL, for input: InputSpecification
    ) throws(DataError) -> [Image] {
        let reader = ImageFileReader(for: input)
        var images: [Image] = []
        for file in try FolderListing.filesBelow(folder) where file.pathExtension != "csv" {
            images.append(try reader.image(file).1.held)
        }
        guard images.count >= Self.fewestCrops else {
            throw DataError(
                .request, file: folder.path, found: "\(images.count) images",
                expected: "at least \(Self.fewestCrops) crops",
                advice: "mien faces --min-confidence 0.04 --keep-low-quality cuts them.")
        }
        return images
    }
}

extension LinearProbe {
    /// Detector and network are misled by the same crops, so the fitted log-odds that one is a face
    /// count in part, and some are added in favour of faces.
    private static let (share, favour) = (0.5, 0.3)
    /// Of crops without a cover, as many are taken for covered.
    private static let falseAlarms = 0.01
    private static let folds = 5

    /// - Parameters:
    ///   - means: [crops][``LinearProbe/inputs``], with crops of one photo side by side.
    ///   - isPositive: of each crop; both kinds occur.
    package init(
        fitting means: [[Float]], isPositive: [Bool], _ question: LinearProbeFitter.Question
    ) throws {
        let all = Array(means.indices)
        // Each kind in as many runs of neighbours, so that a photo's crops of one kind mostly stay
        // together.
        var fold = [Int](repeating: 0, count: all.count)
        for kind in [true, false] {
            let members = all.filter { isPositive[$0] == kind }
            for (number, member) in members.enumerated() {
                fold[member] = number * Self.folds / members.count
            }
        }
        var odds = [Double](repeating: 0, count: all.count)
        for number in 0 ..< Self.folds {
            let fit = LogisticFit(
                means, isPositive, rows: all.filter { fold[$0] != number }, ridge: question.ridge)
            for row in all where fold[row] == number { odds[row] = fit(means[row]) }
        }
        guard let area = try DeLong(scores: odds.map(logistic), labels: isPositive) else {
            preconditionFailure("expected crops of both kinds")
        }
        let fit = LogisticFit(means, isPositive, rows: all, ridge: question.ridge)
        let (factor, added): (Double, Double)
        switch question {
        case .isFace: (factor, added) = (Self.share, Self.favour)
        case .isCovered:
            let clear = all.filter { !isPositive[$0] }.map { odds[$0] }.sorted(by: >)
            (factor, added) = (1, -clear[Int(Self.falseAlarms * Double(clear.count))])
        }
        self.init(
            weights: fit.weights.map { Float(factor * $0) },
            bias: Float(factor * fit.bias + added), positives: isPositive.count { $0 },
            negatives: isPositive.count { !$0 }, auc: area.estimate())
    }
}
