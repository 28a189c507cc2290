import Evaluation
public import Foundation
package import Imaging
import Torch

/// Fits what a model's features say of whether a crop shows a face: see ``FaceEvidence``.
public struct FaceEvidenceFitter {
    /// Crops of either kind, at least.
    public static let fewestCrops = 50

    public var batchSize = 64

    public init() {}

    /// - Parameters:
    ///   - faces: a folder with crops of faces, cut as ``FaceAlignment`` cuts them; folders in it
    ///     are read too.
    ///   - others: one with crops of what the detector took for faces.
    ///   - progress: called with the crops seen and all crops; `false` stops.
    /// - Returns: `nil` when stopped.
    /// - Throws: `DataError` for a file that is no image, or too few of them.
    public func evidence(
        of model: Model, faces: URL, others: URL,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws -> FaceEvidence? {
        let crops = (faces: try images(below: faces), others: try images(below: others))
        let all = crops.faces + crops.others
        guard
            let features = model.features(
                of: all, batchSize: batchSize, progress: { progress($0, all.count) })
        else { return nil }
        let isFace = all.indices.map { $0 < crops.faces.count }
        return try FaceEvidence(fitting: features, isFace: isFace)
    }

    private func images(below folder: URL) throws(DataError) -> [Image] {
        var reader = ImageFileReader()
        var images: [Image] = []
        for file in try FolderListing.filesBelow(folder) where file.pathExtension != "csv" {
            images.append(try reader.read(file, id: relativePath(of: file, below: folder)))
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

extension Model {
    /// What the head of the network sees of images, in float32; where the card says so the mean of
    /// an image and its mirror image.
    /// - Parameter progress: called with the images done; `false` stops, and gives `nil`.
    /// - Returns: [images][``ResNet/Depth/features``]
    package func features(
        of images: [Image], batchSize: Int, progress: (Int) -> Bool = { _ in true }
    ) -> [[Float]]? {
        var network = folded
        let count = ResNet.Depth.features
        network.headWeight = (0 ..< count * count).map { $0 % (count + 1) == 0 ? 1 : 0 }
        network.headBias = Array(repeating: 0, count: count)
        guard let engine = InferenceEngine(network, dtype: .float32, size: card.imageSize) else {
            preconditionFailure("oneDNN refuses a float32 network")
        }
        let samples = images.indices.map { Sample(id: "\($0)", row: $0) }
        let dataset = Dataset(name: "crops", samples: samples, images: images)
        var rows: [[Float]] = []
        for start in stride(from: 0, to: images.count, by: batchSize) {
            let part = Array(start ..< min(start + batchSize, images.count))
            let batch = GreyBatch(
                dataset, positions: part, samples: part, size: card.imageSize,
                variation: { _ in .identity })
            var seen = engine.logits(of: batch.planes, size: batch.size)
            if card.averagesMirrorImage == true {
                let others = engine.logits(of: batch.mirrored.planes, size: batch.size)
                seen = zip(seen, others).map { zip($0, $1).map { ($0 + $1) / 2 } }
            }
            rows += seen
            guard progress(rows.count) else { return nil }
        }
        return rows
    }
}

extension FaceEvidence {
    /// Against weights that fit the crops at hand and no others; in units of standardised features.
    private static let ridge = 0.4
    /// Detector and network are misled by the same crops, so the fitted log-odds count in part.
    /// Chosen, with the ridge, on training faces (LOG.md).
    private static let share = 0.3
    private static let folds = 5

    /// - Parameters:
    ///   - features: [crops][``ResNet/Depth/features``], with crops of one photo side by side.
    ///   - isFace: of each crop; both kinds occur.
    package init(fitting features: [[Float]], isFace: [Bool]) throws {
        let all = Array(features.indices)
        // Each kind in as many runs of neighbours, so that crops of one photo stay together.
        var fold = [Int](repeating: 0, count: all.count)
        for kind in [true, false] {
            let members = all.filter { isFace[$0] == kind }
            for (number, member) in members.enumerated() {
                fold[member] = number * Self.folds / members.count
            }
        }
        var scores = [Double](repeating: 0, count: all.count)
        for number in 0 ..< Self.folds {
            let line = LogisticFit(
                features, isFace, rows: all.filter { fold[$0] != number }, ridge: Self.ridge)
            for row in all where fold[row] == number {
                scores[row] = FaceEvidence.logistic(line(features[row]))
            }
        }
        guard let area = try DeLong(scores: scores, labels: isFace) else {
            preconditionFailure("expected crops of both kinds")
        }
        let line = LogisticFit(features, isFace, rows: all, ridge: Self.ridge)
        self.init(
            weights: line.weights.map { Float(Self.share * $0) },
            bias: Float(Self.share * line.bias),
            faces: isFace.count { $0 }, others: isFace.count { !$0 }, auc: area.estimate())
    }
}

/// Logistic regression with both classes of equal weight and a ridge on standardised features, by
/// Nesterov's accelerated gradient.
private struct LogisticFit {
    let weights: [Double]
    let bias: Double

    private static let steps = 300

    /// - Parameter rows: of `features` that are fitted.
    init(_ features: [[Float]], _ isPositive: [Bool], rows: [Int], ridge: Double) {
        let (n, width) = (Double(rows.count), features[0].count)
        var mean = [Double](repeating: 0, count: width)
        var deviation = mean
        for row in rows { for j in 0 ..< width { mean[j] += Double(features[row][j]) / n } }
        for row in rows {
            for j in 0 ..< width {
                let distance = Double(features[row][j]) - mean[j]
                deviation[j] += distance * distance / n
            }
        }
        // A feature that never changes, but for rounding, says nothing.
        for j in 0 ..< width {
            let root = deviation[j].squareRoot()
            deviation[j] = root > 1e-6 * abs(mean[j]) ? root : .infinity
        }
        // [rows][width + 1]; the last column is the bias's.
        let columns = width + 1
        var table: [Double] = []
        for row in rows {
            for j in 0 ..< width {
                table.append((Double(features[row][j]) - mean[j]) / deviation[j])
            }
            table.append(1)
        }
        let positives = Double(rows.count { isPositive[$0] })
        let shares = rows.map { 1 / (2 * (isPositive[$0] ? positives : n - positives)) }
        // It is at most a quarter of the mean squared length of a row.
        var curvature = ridge
        for (place, value) in table.enumerated() {
            curvature += shares[place / columns] * value * value / 4
        }
        let root = (ridge / curvature).squareRoot()
        let momentum = (1 - root) / (1 + root)
        var current = [Double](repeating: 0, count: columns)
        var ahead = current
        for _ in 0 ..< Self.steps {
            var gradient = ahead.map { ridge * $0 }
            gradient[width] = 0
            table.withUnsafeBufferPointer { table in
                for (index, row) in rows.enumerated() {
                    let values = UnsafeBufferPointer(
                        rebasing: table[index * columns ..< (index + 1) * columns])
                    var odds = 0.0
                    for j in 0 ..< columns { odds += values[j] * ahead[j] }
                    let error = FaceEvidence.logistic(odds) - (isPositive[row] ? 1 : 0)
                    for j in 0 ..< columns { gradient[j] += shares[index] * error * values[j] }
                }
            }
            let next = zip(ahead, gradient).map { $0 - $1 / curvature }
            ahead = zip(next, current).map { $0 + momentum * ($0 - $1) }
            current = next
        }
        weights = (0 ..< width).map { current[$0] / deviation[$0] }
        bias = current[width] - zip(weights, mean).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// The log-odds of a row of features.
    func callAsFunction(_ features: [Float]) -> Double {
        zip(weights, features).reduce(bias) { $0 + $1.0 * Double($1.1) }
    }
}
