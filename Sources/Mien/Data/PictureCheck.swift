import Foundation
import Imaging

/// Whether the images of a data set are what a model is shown: crops that a face fills.
///
/// A whole photo is squashed to the model's square input, where its face is a few pixels large.
public struct PictureCheck: Sendable, Equatable {
    /// Images that were looked at, and those of them in which a face was found.
    public private(set) var looked = 0
    public private(set) var found = 0
    /// The share of the image's area that the largest face fills, of the images with a face:
    /// smallest, median and largest.
    public private(set) var fill: [Double] = []
    /// Images with a face that lies on its side or stands on its head.
    public private(set) var tilted = 0
    public private(set) var notes: [Advice] = []

    /// Images that are looked at.
    static let sample = 12
    /// Smaller ones cannot be whole photos of a use, and are not looked at.
    static let smallestSide = 64
    /// In FER-2013's and CK+'s crops the detector's box fills 0.40 of the image and more.
    static let leastFill = 0.33
    /// A side of as many pixels shows no expression.
    static let tinySide = 16
    /// The longer side over the shorter, from which on a face is visibly squashed.
    static let mostAspect = 1.3

    init(of dataset: Dataset) {
        let forms: [Dataset.Form] = [.classFolders, .manifest, .listed, .ferPlusFolders]
        guard forms.contains(dataset.form) else { return }
        noteSizes(of: dataset)
        let large = (0 ..< dataset.count).filter {
            let size = dataset.size(of: $0)
            return min(size.width, size.height) >= Self.smallestSide
        }
        guard large.count * 2 >= dataset.count, let detector = try? FaceDetector() else { return }
        look(at: large, of: dataset, with: detector)
    }

    private mutating func noteSizes(of dataset: Dataset) {
        let sizes = (0 ..< dataset.count).map { dataset.fileSize(of: $0) }
        let tiny = sizes.count { min($0.width, $0.height) < Self.tinySide }
        if tiny > 0 {
            notes.append(
                "\(tiny) of \(sizes.count) images are smaller than \(Self.tinySide) pixels: too "
                    + "little to show an expression.")
        }
        let uneven = sizes.count {
            Double(max($0.width, $0.height)) > Self.mostAspect * Double(min($0.width, $0.height))
        }
        if uneven > 0 {
            notes.append(
                "\(uneven) of \(sizes.count) images are far from square and are squashed to the "
                    + "model's square input.")
        }
    }

    private mutating func look(
        at candidates: [Int], of dataset: Dataset, with detector: FaceDetector
    ) {
        let step = max(1, candidates.count / Self.sample)
        for index in stride(from: 0, to: candidates.count, by: step).prefix(Self.sample) {
            let image = dataset.image(at: candidates[index])
            guard let faces = try? detector.faces(in: image) else { return }
            looked += 1
            guard let face = faces.first else { continue }
            found += 1
            fill.append(face.box.width * face.box.height / Double(image.width * image.height))
            let (left, right) = (face.landmarks.leftEye, face.landmarks.rightEye)
            if right.x - left.x < abs(right.y - left.y) { tilted += 1 }
        }
        fill.sort()
        guard let least = fill.first, let most = fill.last else { return }
        fill = [least, fill[fill.count / 2], most]
        noteFaces(isFromManifest: dataset.form == .manifest, name: dataset.name)
    }

    private mutating func noteFaces(isFromManifest: Bool, name: String) {
        func percent(_ share: Double) -> Int { Int((100 * share).rounded()) }
        if fill[1] < Self.leastFill {
            let place = isFromManifest ? "PHOTOS" : name
            notes.append(
                "These seem to be whole photos: in \(found) of \(looked) images looked at, the "
                    + "largest face fills \(percent(fill[0])) to \(percent(fill[2])) % of the image; "
                    + "in the crops that models learn from it fills over "
                    + "\(percent(Self.leastFill)) %. Each image is squashed whole to the model's "
                    + "input, and results on them say little. Cut the faces out first: mien faces "
                    + "\(place) --label-from-folder --out FACES, then \(setting: "data") "
                    + "FACES/manifest.csv."
            )
        }
        if tilted * 2 > found {
            notes.append(
                "In \(tilted) of \(found) images looked at, the face lies on its side or stands on "
                    + "its head; a model expects it upright.")
        }
    }
}
