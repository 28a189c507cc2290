/// What the network is shown at once: one window of an image, or several beside each other. For each
/// size of input operations must be made first; a sheet's are made once for all of its windows.
package struct DetectionMosaic: Equatable {
    /// Where a window lies on the sheet, in its pixels. What the window leaves of its cell, the
    /// edge of the picture goes on over.
    package struct Cell: Equatable {
        package let window: FaceWindow
        package var left, top, width, height: Int

        /// - Parameters:
        ///   - right: pixels to what lies on the right, at least.
        ///   - below: likewise.
        fileprivate init(_ window: FaceWindow, left: Int, top: Int, right: Int, below: Int) {
            self.window = window
            (self.left, self.top) = (left, top)
            width = Self.roundedUp(window.scaledWidth + 2 * window.padding + right)
            height = Self.roundedUp(window.scaledHeight + 2 * window.padding + below)
        }

        /// A multiple of 32, as the network halves its input five times.
        private static func roundedUp(_ size: Int) -> Int { (size + 31) / 32 * 32 }

        /// Whether a point lies in it, in pixels of the sheet.
        fileprivate func contains(_ x: Double, _ y: Double) -> Bool {
            Double(left) ..< Double(left + width) ~= x && Double(top) ..< Double(top + height) ~= y
        }
    }

    /// Pixels between two windows, at least.
    private static let margin = 16

    package private(set) var cells: [Cell]
    package let width, height: Int

    /// One window alone.
    package init(_ window: FaceWindow) { self.init([window]) }

    /// The first window, and the others in a column to its right.
    private init(_ windows: [FaceWindow]) {
        let isAlone = windows.count == 1
        cells = [Cell(windows[0], left: 0, top: 0, right: isAlone ? 0 : Self.margin, below: 0)]
        let left = cells[0].width
        var top = 0
        for (index, window) in windows.enumerated().dropFirst() {
            let isLast = index == windows.count - 1
            cells.append(
                Cell(window, left: left, top: top, right: 0, below: isLast ? 0 : Self.margin))
            top += cells[index].height
        }
        let column = cells.dropFirst().map(\.width).max() ?? 0
        (width, height) = (left + column, max(cells[0].height, top))
        for index in cells.indices.dropFirst() { cells[index].width = column }
        // The last of the column reaches down as the first window's cell does.
        cells[cells.count - 1].height += height - (isAlone ? height : top)
        cells[0].height = height
    }

    /// The faces seen on the sheet, each once a window, in pixels of the image.
    /// - Parameter faces: in pixels of the sheet, also several of one face.
    package func inImage(
        _ faces: [DetectedFace], imageWidth: Int, imageHeight: Int
    ) -> [DetectedFace] {
        cells.flatMap { cell in
            // A face whose middle lies just off the sheet is of the cell beside it.
            faces.filter {
                cell.contains(
                    min(max($0.box.centre.x, 0), Double(width) - 0.5),
                    min(max($0.box.centre.y, 0), Double(height) - 0.5))
            }
            .map { $0.moved(x: -Double(cell.left), y: -Double(cell.top)) }
            .withoutDuplicates().compactMap {
                cell.window.inImage($0, imageWidth: imageWidth, imageHeight: imageHeight)
            }
        }
    }

    /// The looks of `FaceWindow.covering`: the tiles, then all that show the image whole as one.
    package static func covering(width: Int, height: Int, minimumSize: Double) -> [DetectionMosaic]
    {
        let windows = FaceWindow.covering(width: width, height: height, minimumSize: minimumSize)
        let tiles = windows.prefix { $0.width < width || $0.height < height }
        let whole = windows[tiles.endIndex...]
        return tiles.map { DetectionMosaic($0) } + [DetectionMosaic(Array(whole))]
    }
}
