package import Imaging

/// Finds faces; used by one thread.
package protocol FaceFinding {
    /// Largest first, in pixels of `image`; empty when there is none.
    /// - Parameters:
    ///   - threads: that may work on it.
    ///   - minimumConfidence: other than the finder's own, 0...1.
    func faces(
        in image: Image, threads: Int, minimumConfidence: Double?
    ) throws -> [DetectedFace]
}

extension FaceDetector: FaceFinding {}

extension FacePrediction {
    /// The whole image as the readers of data sets would take it.
    init(whole image: Image) {
        status = .ok
        face = nil
        quality = nil
        problems = []
        toPhoto = nil
        let grey = image.grey()
        let side = ImageFileReader.longestShorterSide
        crop = min(grey.width, grey.height) > side ? grey.resized(shorterSide: side) : grey
    }

    /// A face that is not scored yet.
    /// - Parameter fileScale: pixels of the file per pixel of `image`.
    init(
        _ found: DetectedFace, in image: Image, fileScale: Double, limits: FaceQualityLimits
    ) {
        let aligned = FaceAlignment.fer2013.crop(found, from: image)
        let quality = FaceQuality(of: found, aligned: aligned, fileScale: fileScale)
        face = found.scaled(by: fileScale)
        self.quality = quality
        problems = quality.problems(limits)
        status = problems.isEmpty ? .ok : .lowQuality
        crop = aligned.image
        toPhoto = aligned.toPhoto.scaled(by: fileScale)
    }
}
