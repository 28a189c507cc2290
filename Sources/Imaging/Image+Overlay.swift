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

    /// The image in grey with colours laid over a part of it, as ``overlay(_:width:height:under:)``
    /// lays them.
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
            left >= 0 && top >= 0 && width <= self.width - left && height <= self.height - top,
            "an overlay of \(width) x \(height) at (\(left), \(top)) leaves the image of "
                + "\(self.width) x \(self.height)")
        var result = grey().rgb()
        result.overlay(
            values, width: width, height: height,
            under: Similarity(
                along: 1, across: 0, shiftX: Double(left), shiftY: Double(top)),
            colours: colours, opacity: opacity)
        return result
    }

    /// Turns the part of the image that a grid covers grey and lays colours over it. The higher a
    /// value, the more the colour covers, up to `opacity`; 0 stays grey. What of the grid lies
    /// outside the image is left out.
    ///
    /// - Parameters:
    ///   - values: `height` x `width` values from 0 to 1; the nearest is taken.
    ///   - toImage: from the grid, a cell being 1 wide and high, to pixels of the image.
    /// - Precondition: an RGB image, and a similarity of a scale above 0.
    public mutating func overlay(
        _ values: [Float], width: Int, height: Int, under toImage: Similarity,
        colours: ColourMap = .heat, opacity: Float = 0.7
    ) {
        precondition(channels == 3, "expected an RGB image, got \(channels) channel")
        precondition(
            values.count == width * height,
            "expected \(width) x \(height) = \(width * height) values, got \(values.count)")
        let corners = [(0, 0), (width, 0), (0, height), (width, height)].map { x, y in
            toImage(Point(x: Double(x), y: Double(y)))
        }
        let fromImage = toImage.inverted()
        let columns = Self.covered(corners.map(\.x), self.width)
        for row in Self.covered(corners.map(\.y), self.height) {
            for column in columns {
                let place = fromImage(Point(x: Double(column) + 0.5, y: Double(row) + 0.5))
                guard place.x >= 0, place.x < Double(width), place.y >= 0, place.y < Double(height)
                else { continue }
                let value = max(0, min(values[Int(place.y) * width + Int(place.x)], 1))
                tint(3 * (row * self.width + column), colours.colour(of: value), opacity * value)
            }
        }
    }

    /// Makes one pixel grey and mixes `share` of a colour into it.
    private mutating func tint(
        _ index: Int, _ colour: (red: UInt8, green: UInt8, blue: UInt8), _ share: Float
    ) {
        let (red, green, blue) = (pixels[index], pixels[index + 1], pixels[index + 2])
        let grey = Float(Self.luma(red, green, blue))
        for (channel, part) in [colour.red, colour.green, colour.blue].enumerated() {
            let mixed = grey + (Float(part) - grey) * share
            pixels[index + channel] = UInt8(mixed.rounded())
        }
    }

    /// The pixels of one side, `count` long, that lie between the extremes of some places.
    private static func covered(_ places: [Double], _ count: Int) -> Range<Int> {
        let low = max(0, min((places.min() ?? 0).rounded(.down), Double(count)))
        let high = max(low, min((places.max() ?? 0).rounded(.up), Double(count)))
        return Int(low) ..< Int(high)
    }
}
