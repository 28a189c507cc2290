import Evaluation
public import Foundation
import Imaging

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
