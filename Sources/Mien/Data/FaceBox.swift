/// The columns of a manifest that say where in the image its face lies, as in AffectNet (face_x,
/// face_y, face_width, face_height) and ExpW (face_top, face_left, face_right, face_bottom).
struct FaceBoxColumns {
    let columns: [Int]
    private let isCorners: Bool

    init?(_ header: CSVHeader) {
        func found(_ names: [String]) -> [Int]? {
            let columns = names.compactMap { header.index(of: $0) }
            return columns.count == names.count ? columns : nil
        }
        if let sides = found(["face_x", "face_y", "face_width", "face_height"]) {
            (columns, isCorners) = (sides, false)
        } else if let corners = found(["face_left", "face_top", "face_right", "face_bottom"]) {
            (columns, isCorners) = (corners, true)
        } else {
            return nil
        }
    }

    /// - Throws: `DataError` for what is no box.
    func box(_ row: ManifestTable.Row, _ header: CSVHeader) throws(DataError) -> FaceBox {
        var values: [Int] = []
        for column in columns {
            guard let value = Double(row.fields[column]), abs(value) < 1e6 else {
                throw .row(
                    header.file, line: row.line, column: header.names[column],
                    found: row.fields[column].quoted(), expected: "a number of pixels")
            }
            values.append(Int(value.rounded()))
        }
        let box =
            isCorners
            ? FaceBox(
                left: values[0], top: values[1], width: values[2] - values[0],
                height: values[3] - values[1])
            : FaceBox(left: values[0], top: values[1], width: values[2], height: values[3])
        guard box.width > 0, box.height > 0 else {
            throw .row(
                header.file, line: row.line, column: header.names[columns[2]],
                found: "a box of \(box.width) x \(box.height) pixels", expected: "a box of a face")
        }
        return box
    }
}

/// Where a face lies in its image, in pixels.
public struct FaceBox: Hashable, Sendable {
    public let left: Int
    public let top: Int
    public let width: Int
    public let height: Int

    public init(left: Int, top: Int, width: Int, height: Int) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }

    /// The part of it that lies in an image so large, or `nil`.
    func clamped(width limit: Int, height other: Int) -> FaceBox? {
        let (right, bottom) = (min(left + width, limit), min(top + height, other))
        let (start, above) = (max(left, 0), max(top, 0))
        guard right > start, bottom > above else { return nil }
        return FaceBox(left: start, top: above, width: right - start, height: bottom - above)
    }
}
