import Foundation
public import Imaging

extension HeatMap {
    /// What every picture of a map says beside it.
    public static let caption =
        "Shows where the score is sensitive, not why a person feels something."

    /// The map over a square of `side` pixels, by way of the model's input, as shares of its
    /// largest value: 0 stays 0, nothing is stretched. All 0 for an empty map.
    public func shares(side: Int, inputSize: Int) -> [Float] {
        guard !isEmpty else { return [Float](repeating: 0, count: side * side) }
        let maximum = maximum
        return resized(width: inputSize, height: inputSize).resized(width: side, height: side)
            .values.map { $0 / maximum }
    }

    /// The map laid over the image that it was made of, in grey; only the centred square that the
    /// model sees can be coloured. Small images are enlarged by a whole factor to be looked at,
    /// large ones reduced. An empty map leaves the image grey.
    public func overlay(on image: Image, inputSize: Int) -> Image {
        let picture = image.sizedToBeLookedAt
        guard !isEmpty else { return picture.grey().rgb() }
        let side = min(picture.width, picture.height)
        return picture.overlaid(
            with: shares(side: side, inputSize: inputSize), width: side, height: side,
            left: (picture.width - side) / 2, top: (picture.height - side) / 2)
    }

    /// The map alone with its legend, which names the largest value; an empty map is a grey square
    /// that says why.
    public func sheet(title: String, inputSize: Int) -> Image {
        let side = 240
        let sheet = ContactSheet(columns: 2, tileSize: side, title: title)
        if let emptiness {
            let blank = Image(width: side, height: side, channels: 3, filledWith: 210)
            return sheet.image(of: [
                .init(image: blank, caption: "no map: \(emptiness.rawValue)")
            ])
        }
        let map = Image(
            values: shares(side: side, inputSize: inputSize), width: side, height: side)
        return sheet.image(of: [
            .init(image: map, caption: "\(width) x \(height) places"),
            .init(
                image: ColourMap.heat.bar(width: side, height: 24),
                caption: "0 (left) to " + String(format: "%.3g", Double(maximum))),
        ])
    }
}

extension Image {
    /// Between 240 and 1024 pixels along the shorter side.
    fileprivate var sizedToBeLookedAt: Image {
        let side = min(width, height)
        if side >= 240 { return side > 1024 ? resized(shorterSide: 1024) : self }
        let factor = (240 + side - 1) / side
        return resized(width: width * factor, height: height * factor)
    }
}
