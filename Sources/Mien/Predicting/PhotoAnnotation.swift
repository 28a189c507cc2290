public import Foundation
public import Imaging

extension ImagePrediction {
    /// The photo with the box and the score of each face, and a line that says what the score is.
    /// - Parameter photo: of the size that the boxes are for.
    public func annotated(_ photo: Image, positive: String) -> Image {
        var picture = photo.rgb()
        let unit = max(1, min(picture.width, picture.height) / 400)
        for (index, face) in faces.enumerated() {
            let colour: Colour =
                switch face.status {
                case .ok: .blue
                case .abstained: .orange
                default: .grey
                }
            let text =
                switch face.status {
                case .ok: face.score.map { "\(index + 1): \(String(format: "%.2f", $0))" } ?? ""
                case .abstained: "\(index + 1): abstained"
                default: "\(index + 1): low quality"
                }
            let box =
                face.face?.box
                ?? Rectangle(
                    left: 0, top: 0, width: Double(picture.width), height: Double(picture.height))
            picture.drawOutline(of: box, colour: colour, thickness: 2 * unit)
            for point in face.face?.landmarks.points ?? [] {
                picture.fill(
                    Rectangle(
                        left: point.x - Double(unit), top: point.y - Double(unit),
                        width: Double(2 * unit), height: Double(2 * unit)), with: colour)
            }
            picture.drawLabel(
                text, left: Int(box.left), bottom: Int(box.top), scale: unit, colour: colour)
        }
        let caption = isWholeImage ? "whole image, \(positive)" : positive
        picture.drawLabel(
            "\(caption) expression score; not a diagnosis", left: 0, bottom: picture.height,
            scale: unit, colour: .black)
        return picture
    }
}

extension Predictor {
    /// Writes an image file again with the boxes and scores of its faces, as JPEG.
    /// - Throws: `ImageError` or `CocoaError` when it cannot be written, `CancellationError`.
    public func annotate(
        _ file: FileName, _ prediction: ImagePrediction, to url: URL
    ) async throws {
        try await cutter.run { [options, card] in
            let photo = try PhotoFile.read(file, limits: options.limits, longerSideAtLeast: .max)
            try prediction.annotated(photo.image, positive: card.positive.name).write(to: url)
        }
    }
}
