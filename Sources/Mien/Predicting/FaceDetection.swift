package import Imaging

/// Finds faces; used by one thread.
package protocol FaceDetection {
    /// Largest first, in pixels of `image`; empty when there is none.
    /// - Parameters:
    ///   - threads: that may work on it.
    ///   - minimumConfidence: other than the finder's own, 0...1.
    func faces(
        in image: Image, threads: Int, minimumConfidence: Double?
    ) throws -> [DetectedFace]
}

extension FaceDetector: FaceDetection {}

extension FacePrediction {
    /// The whole image as the readers of data sets would take it.
    init(whole image: Image, for input: InputSpecification) {
        status = .ok
        face = nil
        quality = nil
        problems = []
        toPhoto = nil
        crop = (input.channels == .grey ? image.grey() : image)
            .reduced(shorterSide: ImageFileReader.longestShorterSide(for: input))
    }

    /// A face that is not scored yet.
    /// - Parameter fileScale: pixels of the file per pixel of `image`.
    init(
        _ found: DetectedFace, in image: Image, fileScale: Double, limits: FaceQualityLimits,
        input: InputSpecification
    ) {
        // What quality is measured on does not depend on the model.
        let aligned = FaceAlignment.fer2013.crop(found, from: image, size: FaceCrop.usualSize)
        let quality = FaceQuality(of: found, aligned: aligned, fileScale: fileScale)
        face = found.scaled(by: fileScale)
        self.quality = quality
        problems = quality.problems(limits)
        status = problems.isEmpty ? .ok : .lowQuality
        let isUsual = input.channels == .grey && input.crop == FaceCrop()
        let cut =
            isUsual
            ? aligned
            : FaceAlignment.fer2013.crop(
                found, from: image, size: input.crop.size, scale: input.crop.scale,
                isColour: input.channels == .rgb)
        crop = cut.image
        toPhoto = cut.toPhoto.scaled(by: fileScale)
    }
}
