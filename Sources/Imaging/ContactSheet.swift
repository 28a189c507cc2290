internal import CVision

/// A grid of captioned pictures on white.
public struct ContactSheet: Sendable {
    /// An image of the sheet with its caption.
    public struct Tile: Sendable {
        public let image: Image
        /// One line under the picture. Letters outside ASCII are drawn as "?", and what does not
        /// fit is cut.
        public let caption: String

        public init(image: Image, caption: String = "") {
            self.image = image
            self.caption = caption
        }
    }

    /// Tiles in a row.
    public var columns: Int
    /// The side of the square that a picture is fitted into, in pixels.
    public var tileSize: Int
    /// Between and around the tiles, in pixels.
    public var margin: Int
    /// A line above the tiles.
    public var title: String

    public init(columns: Int, tileSize: Int = 96, margin: Int = 8, title: String = "") {
        precondition(
            columns > 0 && tileSize > 0 && margin >= 0,
            "a contact sheet needs columns and a tile size above 0, got \(columns), \(tileSize)")
        self.columns = columns
        self.tileSize = tileSize
        self.margin = margin
        self.title = title
    }

    /// Draws the tiles row after row; in colour when one of them is.
    public func image(of tiles: [Tile]) -> Image {
        let rows = max(1, (tiles.count + columns - 1) / columns)
        let hasCaptions = tiles.contains { !$0.caption.isEmpty }
        let rowHeight = tileSize + margin + (hasCaptions ? Text.caption.lineHeight : 0)
        let top = margin + (title.isEmpty ? 0 : Text.title.lineHeight)
        let channels = tiles.map(\.image.channels).max() ?? 1
        var sheet = Image(
            width: margin + columns * (tileSize + margin), height: top + rows * rowHeight,
            channels: channels, filledWith: 255)
        if !title.isEmpty {
            Text.title.draw(
                title, onto: &sheet, left: margin, top: margin, width: sheet.width - 2 * margin)
        }
        for (index, tile) in tiles.enumerated() {
            let left = margin + index % columns * (tileSize + margin)
            let tileTop = top + index / columns * rowHeight
            let fitted = fit(channels == 3 ? tile.image.rgb() : tile.image)
            sheet.paste(
                fitted, left: left + (tileSize - fitted.width) / 2,
                top: tileTop + (tileSize - fitted.height) / 2)
            Text.caption.draw(
                tile.caption, onto: &sheet, left: left, top: tileTop + tileSize, width: tileSize)
        }
        return sheet
    }

    private func fit(_ image: Image) -> Image {
        let scale = Double(tileSize) / Double(max(image.width, image.height))
        return image.resized(
            width: max(1, Int((Double(image.width) * scale).rounded())),
            height: max(1, Int((Double(image.height) * scale).rounded())))
    }
}

extension Image {
    /// Overwrites the part under `other`.
    ///
    /// - Precondition: it lies inside, and has as many channels.
    fileprivate mutating func paste(_ other: Image, left: Int, top: Int) {
        for row in 0 ..< other.height {
            let source = row * other.width * channels
            let target = ((top + row) * width + left) * channels
            let count = other.width * channels
            pixels.replaceSubrange(
                target ..< target + count, with: other.pixels[source ..< source + count])
        }
    }
}

private struct Text {
    let scale: Double
    let lineHeight: Int

    static let caption = Text(scale: 0.36, lineHeight: 15)
    static let title = Text(scale: 0.5, lineHeight: 22)

    func draw(_ line: String, onto image: inout Image, left: Int, top: Int, width: Int) {
        var text = line.map { $0.isASCII && !$0.isNewline ? $0 : "?" }
        while !text.isEmpty && self.width(of: String(text)) > width { text.removeLast() }
        guard !text.isEmpty else { return }
        let size = (width: Int32(image.width), height: Int32(image.height))
        let channels = Int32(image.channels)
        let status = image.pixels.withUnsafeMutableBufferPointer {
            vision.draw_text(
                $0.baseAddress, size.width, size.height, channels, String(text), Int32(left),
                Int32(top + lineHeight - 4), scale, 40)
        }
        precondition(status == 0, "drawing a caption: \(lastVisionError())")
    }

    private func width(of text: String) -> Int {
        var size: (width: Int32, height: Int32) = (0, 0)
        guard vision.text_size(&size.width, &size.height, text, scale) == 0 else { return 0 }
        return Int(size.width)
    }
}
