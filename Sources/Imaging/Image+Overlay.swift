extension Image {
    /// Numbers as colours.
    /// - Parameter values: `height` x `width` values from 0 to 1.
    public init(values: [Float], width: Int, height: Int, colours: ColourMap = .heat) {
        precondition(
            values.count == width * height,
            "expected \(width) x \(height) = \(width * height) values, got \(values.count)")
        let pixels = values.flatMap { value -> [UInt8] in
            let colour = colours.colour(of: value)
            return [colour.red, colour.green, colour.blue]
        }
        self.init(width: width, height: height, channels: 3, pixels: pixels)
    }

    /// The image in grey with colours laid over a part of it. The higher a value, the more the
    /// colour covers, up to `opacity`; where it is 0 the image stays as it is.
    ///
    /// - Parameters:
    ///   - values: `height` x `width` values from 0 to 1.
    ///   - left: where the part starts, in pixels, as is `top`.
    /// - Precondition: the part lies inside the image.
    public func overlaid(
        with values: [Float], width: Int, height: Int, left: Int = 0, top: Int = 0,
        colours: ColourMap = .heat, opacity: Float = 0.7
    ) -> Image {
        precondition(
            values.count == width * height,
            "expected \(width) x \(height) = \(width * height) values, got \(values.count)")
        precondition(
            left >= 0 && top >= 0 && width <= self.width - left && height <= self.height - top,
            "an overlay of \(width) x \(height) at (\(left), \(top)) leaves the image of "
                + "\(self.width) x \(self.height)")
        var result = grey().rgb()
        for row in 0 ..< height {
            for column in 0 ..< width {
                let value = max(0, min(values[row * width + column], 1))
                let colour = colours.colour(of: value)
                let index = 3 * ((top + row) * self.width + left + column)
                for (channel, part) in [colour.red, colour.green, colour.blue].enumerated() {
                    let below = Float(result.pixels[index + channel])
                    let mixed = below + (Float(part) - below) * opacity * value
                    result.pixels[index + channel] = UInt8(mixed.rounded())
                }
            }
        }
        return result
    }
}
