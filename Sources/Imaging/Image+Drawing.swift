internal import CVision

/// Red, green and blue.
public struct Colour: Sendable, Equatable {
    public let red: UInt8
    public let green: UInt8
    public let blue: UInt8

    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    // Okabe and Ito (2008), told apart with any colour vision.
    public static let blue = Colour(red: 0, green: 114, blue: 178)
    public static let orange = Colour(red: 213, green: 94, blue: 0)
    public static let grey = Colour(red: 110, green: 110, blue: 110)
    public static let black = Colour(red: 0, green: 0, blue: 0)
}

/// Boxes and labels, for people to look at. What lies outside the image is left out.
extension Image {
    /// - Precondition: an RGB image.
    public mutating func fill(_ box: Rectangle, with colour: Colour) {
        precondition(channels == 3, "expected an RGB image, got \(channels) channel")
        let columns = Self.inside(box.left, box.right, width)
        for row in Self.inside(box.top, box.bottom, height) {
            for column in columns {
                let index = 3 * (row * width + column)
                pixels[index] = colour.red
                pixels[index + 1] = colour.green
                pixels[index + 2] = colour.blue
            }
        }
    }

    /// Draws the four sides of a box, inwards.
    public mutating func drawOutline(of box: Rectangle, colour: Colour, thickness: Int) {
        let side = Double(thickness)
        func part(_ left: Double, _ top: Double, _ width: Double, _ height: Double) -> Rectangle {
            Rectangle(left: left, top: top, width: width, height: height)
        }
        fill(part(box.left, box.top, box.width, side), with: colour)
        fill(part(box.left, box.bottom - side, box.width, side), with: colour)
        fill(part(box.left, box.top, side, box.height), with: colour)
        fill(part(box.right - side, box.top, side, box.height), with: colour)
    }

    /// Writes a line of ASCII text, white on a strip of `colour`, moved inside the image where it
    /// would leave it.
    /// - Parameters:
    ///   - bottom: where the strip ends.
    ///   - scale: 1 for a strip of 20 pixels.
    public mutating func drawLabel(
        _ text: String, left: Int, bottom: Int, scale: Int, colour: Colour
    ) {
        guard !text.isEmpty else { return }
        let letters = String(text.map { $0.isASCII && !$0.isNewline ? $0 : "?" })
        var size: (width: Int32, height: Int32) = (0, 0)
        guard vision.text_size(&size.width, &size.height, letters, Self.labelScale) == 0 else {
            return
        }
        var label = Image(
            width: Int(size.width) + 8, height: 20, channels: 1, filledWith: 0)
        let (labelWidth, labelHeight) = (Int32(label.width), Int32(label.height))
        let status = label.pixels.withUnsafeMutableBufferPointer {
            vision.draw_text(
                $0.baseAddress, labelWidth, labelHeight, 1, letters, 4, 15, Self.labelScale, 255)
        }
        precondition(status == 0, "drawing a label: \(lastVisionError())")
        let strip = label.resized(width: label.width * scale, height: label.height * scale)
        let x = max(0, min(left, width - strip.width))
        let y = max(0, min(bottom - strip.height, height - strip.height))
        for row in 0 ..< min(strip.height, height - y) {
            for column in 0 ..< min(strip.width, width - x) {
                let white = Int(strip.pixels[row * strip.width + column])
                let index = 3 * ((y + row) * width + x + column)
                for (channel, value) in [colour.red, colour.green, colour.blue].enumerated() {
                    pixels[index + channel] = UInt8(
                        Int(value) + (255 - Int(value)) * white / 255)
                }
            }
        }
    }

    private static let labelScale = 0.5

    /// The pixels between two places along one side.
    private static func inside(_ low: Double, _ high: Double, _ count: Int) -> Range<Int> {
        let first = Int(max(0, min(low.rounded(), Double(count))))
        let last = Int(max(0, min(high.rounded(), Double(count))))
        return first ..< max(first, last)
    }
}
