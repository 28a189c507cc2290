public import Foundation
public import Imaging

extension ImagePrediction {
    /// The photo with the box and the score of each face, its map where it has one, and a line that
    /// says what the score is.
    /// - Parameters:
    ///   - photo: of the size that the boxes are for.
    ///   - card: of the model that scored.
    public func annotated(_ photo: Image, by card: ModelCard) -> Image {
        var picture = photo.rgb()
        for face in faces { face.drawMap(on: &picture, inputSize: card.imageSize) }
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
                case .ok:
                    face.score.map { "\(index + 1): \(String(format: "%.2f", $0))" + face.mapNote }
                        ?? ""
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
        let positive = card.positive.name
        let caption = isWholeImage ? "whole image, \(positive)" : positive
        picture.drawLabel(
            "\(caption) expression score; not a diagnosis", left: 0, bottom: picture.height,
            scale: unit, colour: .black)
        if faces.contains(where: { $0.explanation != nil }) {
            picture.drawLabel(
                "colours: where the score is sensitive", left: 0,
                bottom: picture.height - 20 * unit,
                scale: unit, colour: .black)
        }
        return picture
    }
}

extension FacePrediction {
    /// Lays the map over what the model saw of the photo, which turns grey there.
    fileprivate func drawMap(on photo: inout Image, inputSize: Int) {
        guard let explanation else { return }
        let toPhoto =
            self.toPhoto
            ?? Similarity(
                along: Double(photo.width) / Double(crop.width), across: 0, shiftX: 0, shiftY: 0)
        // The model sees the centred square.
        let square = min(crop.width, crop.height)
        let corner = toPhoto(
            Point(x: Double((crop.width - square) / 2), y: Double((crop.height - square) / 2)))
        let side = min(max(square, Int(Double(square) * toPhoto.scale)), 1024)
        let step = Double(square) / Double(side)
        photo.overlay(
            explanation.map.shares(side: side, inputSize: inputSize), width: side, height: side,
            under: Similarity(
                along: toPhoto.along * step, across: toPhoto.across * step, shiftX: corner.x,
                shiftY: corner.y))
    }

    fileprivate var mapNote: String { explanation?.map.isEmpty == true ? ", no map" : "" }
}

extension Predictor {
    /// Writes an image file again with the boxes and scores of its faces, as JPEG.
    /// - Throws: `FileError` when it cannot be written, `ImageError` for a size that JPEG does not
    ///   have, `CancellationError`.
    public func annotate(
        _ file: FileName, _ prediction: ImagePrediction, to url: URL
    ) async throws {
        try await faceExtractor.run { [options, card] in
            let photo = try PhotoFile.read(file, limits: options.limits, longerSideAtLeast: .max)
            try DrawnPicture.write(prediction.annotated(photo.image, by: card), to: url)
        }
    }
}
