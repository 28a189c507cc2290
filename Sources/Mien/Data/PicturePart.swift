import Imaging

/// The part of an image file that a sample is.
enum PicturePart: Hashable, Sendable {
    case box(FaceBox)
    /// From the pixels of FER-2013's crop to those of the file.
    case aligned(Similarity)

    /// `nil` for a box beside the image.
    func cut(out image: Image) -> Image? {
        switch self {
        case .box(let box):
            box.clamped(width: image.width, height: image.height).map {
                image.cropped(left: $0.left, top: $0.top, width: $0.width, height: $0.height)
            }
        case .aligned(let map):
            image.resampled(under: map, width: FaceCrop.usualSize, height: FaceCrop.usualSize)
        }
    }
}
