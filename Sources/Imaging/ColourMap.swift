/// Colours for numbers from 0 to 1, violet over teal to yellow.
///
/// Made in OKLab (Ottosson 2020): the lightness grows evenly from 0.26 to 0.92 and the colours lie
/// at equal distances along a curve, so that equal steps look equal, the order survives in grey,
/// and red-green blindness changes little, since that order is by lightness.
public struct ColourMap: Sendable, Equatable {
    /// 256 colours, red, green and blue one after the other.
    private let table: [UInt8]

    /// - Parameter anchors: colours as 0xRRGGBB at equal distances, interpolated linearly.
    public init(anchors: [UInt32]) {
        precondition(anchors.count > 1, "expected at least 2 colours, got \(anchors.count)")
        table = (0 ..< 256).flatMap { step -> [UInt8] in
            let place = Double(step) / 255 * Double(anchors.count - 1)
            let first = min(Int(place), anchors.count - 2)
            let part = place - Double(first)
            return [16, 8, 0].map { shift in
                let low = Double(anchors[first] >> UInt32(shift) & 0xFF)
                let high = Double(anchors[first + 1] >> UInt32(shift) & 0xFF)
                return UInt8((low + (high - low) * part).rounded())
            }
        }
    }

    public static let heat = ColourMap(anchors: [
        0x330354, 0x341A66, 0x322C75, 0x2C3E82, 0x22508C, 0x166192, 0x0F7297, 0x1B8399, 0x21939C,
        0x10A49E, 0x1AB49A, 0x39C292, 0x5ECE86, 0x87D879, 0xADE06B, 0xD2E65E, 0xF5EA55,
    ])

    /// Red, green and blue for a value; what is outside 0...1 gets the colour of the nearer end.
    public func colour(of value: Float) -> (red: UInt8, green: UInt8, blue: UInt8) {
        let index = 3 * Int((max(0, min(value, 1)) * 255).rounded())
        return (table[index], table[index + 1], table[index + 2])
    }

    /// All colours from left to right, for a legend.
    public func bar(width: Int, height: Int) -> Image {
        let line = (0 ..< width).map { Float($0) / Float(max(width - 1, 1)) }
        return Image(
            values: (0 ..< height).flatMap { _ in line }, width: width, height: height,
            colours: self)
    }
}
