/// One look of the network at an image: which part, and how large it is shown.
///
/// The network knows faces of about 28 to 500 pixels. So the image is shown at several sizes, and in
/// overlapping tiles where a size is too large for one look.
package struct FaceWindow: Equatable {
    /// The part of the image, in its pixels.
    package var left, top, width, height: Int
    /// What the part is resized to.
    package var scaledWidth, scaledHeight: Int
    /// The border around it, in pixels of the network's input.
    package var padding: Int

    package init(
        left: Int, top: Int, width: Int, height: Int, scaledWidth: Int, scaledHeight: Int,
        padding: Int
    ) {
        (self.left, self.top, self.width, self.height) = (left, top, width, height)
        (self.scaledWidth, self.scaledHeight) = (scaledWidth, scaledHeight)
        self.padding = padding
    }

    /// The longest side of one look: photos of 2048 pixels fall into two.
    private static let longestSide = 1104.0
    /// What neighbouring tiles share: every face smaller than it lies in one of them whole.
    private static let tileOverlap = 160.0
    /// A face of the size looked for is shown at least this large.
    package static let smallestFace = 24.0
    /// An image is shown at least this large, so that the face of a tight crop is of a good size.
    private static let smallestSide = 224.0
    /// Looks of at most this side get a border: a face that fills the image has none of its own.
    private static let paddedSide = 150.0

    /// The looks at an image that find every face of at least `minimumSize` pixels, from the most
    /// detailed to the coarsest.
    package static func covering(
        width: Int, height: Int, minimumSize: Double
    ) -> [FaceWindow] {
        let side = Double(max(width, height))
        // 48 pixels need no more than fourfold; growing pictures adds nothing but time.
        var scale = max(min(1, smallestFace / minimumSize), min(smallestSide / side, 5))
        var windows: [FaceWindow] = []
        repeat {
            windows += level(width: width, height: height, scale: scale)
            // Tiles are costly; their faces reach up to the overlap, so the next size may be small.
            scale /= side * scale > longestSide ? 3 : 2
        } while side * scale > smallestSide / 2.5
        return windows
    }

    private static func level(width: Int, height: Int, scale: Double) -> [FaceWindow] {
        let across = tiles(of: width, scale: scale)
        let down = tiles(of: height, scale: scale)
        let isWhole = across.count == 1 && down.count == 1
        let side = scale * Double(max(width, height))
        let padding = isWhole && side <= paddedSide ? Int(side / 5) : 0
        return down.flatMap { rows in
            across.map { columns in
                FaceWindow(
                    left: columns.lowerBound, top: rows.lowerBound, width: columns.count,
                    height: rows.count,
                    scaledWidth: max(1, Int((Double(columns.count) * scale).rounded())),
                    scaledHeight: max(1, Int((Double(rows.count) * scale).rounded())),
                    padding: padding)
            }
        }
    }

    /// Equal parts of one side, in pixels of the image.
    private static func tiles(of length: Int, scale: Double) -> [Range<Int>] {
        let scaled = Double(length) * scale
        guard scaled > longestSide else { return [0 ..< length] }
        let count = ((scaled - tileOverlap) / (longestSide - tileOverlap)).rounded(.up)
        let size = Int((scaled + (count - 1) * tileOverlap) / count / scale) + 1
        return (0 ..< Int(count)).map { index in
            let start = Int(Double(index) * Double(length - size) / (count - 1))
            return start ..< start + size
        }
    }

    /// A face from pixels of the window's cell to pixels of the image; nil when an inner edge of a tile
    /// cuts it, because the next tile holds it whole.
    package func inImage(
        _ face: DetectedFace, imageWidth: Int, imageHeight: Int
    ) -> DetectedFace? {
        let (scaleX, scaleY) = (
            Double(width) / Double(scaledWidth), Double(height) / Double(scaledHeight)
        )
        func place(_ point: Point) -> Point {
            Point(
                x: Double(left) + (point.x - Double(padding)) * scaleX,
                y: Double(top) + (point.y - Double(padding)) * scaleY)
        }
        let corner = place(Point(x: face.box.left, y: face.box.top))
        let box = Rectangle(
            left: corner.x, top: corner.y, width: face.box.width * scaleX,
            height: face.box.height * scaleY)
        // Two pixels of what is shown: as exact as boxes are.
        let (slackX, slackY) = (2 * scaleX, 2 * scaleY)
        let isCut =
            left > 0 && box.left < Double(left) + slackX
            || top > 0 && box.top < Double(top) + slackY
            || left + width < imageWidth && box.right > Double(left + width) - slackX
            || top + height < imageHeight && box.bottom > Double(top + height) - slackY
        guard !isCut else { return nil }
        // In the border, where the image's edge only goes on, there are no faces.
        let image = Rectangle(
            left: 0, top: 0, width: Double(imageWidth), height: Double(imageHeight))
        guard let inside = box.intersection(image), inside.area > 0.4 * box.area else {
            return nil
        }
        return DetectedFace(
            box: box, landmarks: face.landmarks.mapped(place), confidence: face.confidence)
    }
}
