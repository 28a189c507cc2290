import Common
import Dispatch
import Foundation
package import Imaging
import Synchronization
import Torch

/// Where the face lies in frames of a video: Mien's own crop where the detector finds a face, else a
/// square around the 68 landmarks that come with the data.
package struct CKPlusFaces {
    /// Finds the largest face; one for each thread.
    package typealias Finder = (Image) throws -> DetectedFace?

    /// Frames with a shorter side below this are faces already.
    static let smallestFrame = 96
    /// Side of the square in extents of the landmarks, which reach from the brows to the chin.
    private static let margin = 1.2

    private(set) var detected = 0
    private(set) var byLandmarks = 0
    private(set) var whole = 0
    private let makeFinder: (@Sendable () throws -> Finder)?

    /// - Parameter makeFinder: `nil` where no face detector is installed.
    package init(makeFinder: (@Sendable () throws -> Finder)?) { self.makeFinder = makeFinder }

    /// With the face detector where it is installed.
    init() {
        guard let model = try? FaceDetector.locateModel() else {
            self.init(makeFinder: nil)
            return
        }
        var options = FaceDetector.Options()
        options.usesBFloat16 = Recipe.Precision.auto.resolved(on: .cpu) == .bfloat16
        let first = Mutex<FaceDetector?>(nil)
        self.init { [options] in
            let detector = try first.withLock { known in
                if let known { return FaceDetector(sharingWeightsOf: known) }
                let made = try FaceDetector(model: model, options: options)
                known = made
                return made
            }
            return { try detector.faces(in: $0).first }
        }
    }

    private enum Place: Sendable {
        case detected(PicturePart)
        case landmarks(PicturePart)
        case whole
        case none
    }

    /// The face of each frame, from several threads; `nil` within a result stands for all of it.
    /// - Parameter points: of a frame.
    mutating func parts(
        of frames: [URL], points: @Sendable (URL) throws(DataError) -> [(x: Double, y: Double)]?
    ) -> [Result<PicturePart?, DataError>] {
        let results = Mutex([Result<Place, DataError>?](repeating: nil, count: frames.count))
        let next = Atomic(0)
        let threads = max(1, min(ProcessInfo.processInfo.activeProcessorCount, frames.count))
        let make = makeFinder
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            let finder = make.flatMap { try? $0() }
            while true {
                let number = next.add(1, ordering: .relaxed).oldValue
                guard number < frames.count else { return }
                let result = Result { () throws(DataError) in
                    try Self.place(in: frames[number], finder, points)
                }
                results.withLock { $0[number] = result }
            }
        }
        return results.withLock { $0.compactMap(\.self) }.enumerated().map { number, result in
            result.flatMap { place in
                switch place {
                case .detected(let part):
                    detected += 1
                    return .success(part)
                case .landmarks(let part):
                    byLandmarks += 1
                    return .success(part)
                case .whole:
                    whole += 1
                    return .success(nil)
                case .none:
                    return .failure(
                        .row(
                            frames[number].path, line: nil,
                            found: make == nil
                                ? "no face detector and no landmarks"
                                : "no face that the detector finds, and no landmarks",
                            expected: "a face"))
                }
            }
        }
    }

    private static func place(
        in frame: URL, _ finder: Finder?,
        _ points: (URL) throws(DataError) -> [(x: Double, y: Double)]?
    ) throws(DataError) -> Place {
        let image: Image
        do {
            image = try Image(
                decoding: [UInt8](Data(contentsOf: frame)), name: frame.lastPathComponent)
        } catch {
            throw .row(frame.path, line: nil, found: "\"\(error)\"", expected: "an image")
        }
        guard min(image.width, image.height) >= smallestFrame else { return .whole }
        if let finder, let face = try? finder(image) {
            let crop = FaceAlignment.fer2013.crop(face, from: image, size: FaceCrop.usualSize)
            return .detected(.aligned(crop.toPhoto))
        }
        guard let points = try points(frame), let box = square(around: points),
            box.clamped(width: image.width, height: image.height) != nil
        else { return .none }
        return .landmarks(.box(box))
    }

    /// A square around points with a margin; `nil` without points.
    static func square(around points: [(x: Double, y: Double)]) -> FaceBox? {
        guard let left = points.map(\.x).min(), let right = points.map(\.x).max(),
            let top = points.map(\.y).min(), let bottom = points.map(\.y).max(),
            max(abs(left), abs(right), abs(top), abs(bottom)) < 1e6
        else { return nil }
        let side = max(right - left, bottom - top) * margin
        return FaceBox(
            left: Int(((left + right - side) / 2).rounded()),
            top: Int(((top + bottom - side) / 2).rounded()), width: max(1, Int(side.rounded())),
            height: max(1, Int(side.rounded())))
    }

    /// How faces were found, as a sentence.
    var note: String {
        let total = detected + byLandmarks + whole
        let parts = [
            (detected, "cut where the detector finds a face"),
            (byLandmarks, "cut as a square around their landmarks"),
            (whole, "small enough to be faces already"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return "Faces of \(total) frames: \(parts.joined(separator: ", "))"
            + (makeFinder == nil && whole < total ? "; no face detector is installed." : ".")
    }
}
