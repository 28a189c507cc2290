internal import Foundation

/// Reads the maps of CenterFace (Xu, Yan, Yang et al., "CenterFace: Joint Face Detection and
/// Alignment Using Face as Point", 2019): each cell of 4 x 4 input pixels says whether the centre of
/// a face lies in it, how large that face is, and where its landmarks are.
package struct CenterFace {
    /// Input pixels per cell.
    package static let stride = 4

    /// Per cell, 0...1.
    let heat: UnsafeBufferPointer<Float>
    /// Natural logarithm of height, then of width, in cells.
    let scale: UnsafeBufferPointer<Float>
    /// Of the centre from the middle of the cell, down, then to the right, in cells.
    let offset: UnsafeBufferPointer<Float>
    /// Of five landmarks, y then x, from the box's corner, in heights and widths of the box.
    let landmarks: UnsafeBufferPointer<Float>
    let rows: Int
    let columns: Int

    /// - Precondition: 1, 2, 2 and 10 planes of `rows` x `columns` values.
    package init(
        heat: UnsafeBufferPointer<Float>, scale: UnsafeBufferPointer<Float>,
        offset: UnsafeBufferPointer<Float>, landmarks: UnsafeBufferPointer<Float>, rows: Int,
        columns: Int
    ) {
        let cells = rows * columns
        precondition(
            heat.count == cells && scale.count == 2 * cells && offset.count == 2 * cells
                && landmarks.count == 10 * cells,
            "expected 1, 2, 2 and 10 planes of \(cells) values, got "
                + "\(heat.count), \(scale.count), \(offset.count), \(landmarks.count)")
        self.heat = heat
        self.scale = scale
        self.offset = offset
        self.landmarks = landmarks
        self.rows = rows
        self.columns = columns
    }

    /// The faces of at least this confidence in pixels of the input, also several of one face.
    package func faces(minimumConfidence: Double) -> [DetectedFace] {
        heat.indices.filter { Double(heat[$0]) >= minimumConfidence }.compactMap(face)
    }

    private func face(cell: Int) -> DetectedFace? {
        let cells = rows * columns
        func value(_ plane: Int, of map: UnsafeBufferPointer<Float>) -> Double {
            Double(map[plane * cells + cell])
        }
        let stride = Double(Self.stride)
        let height = exp(value(0, of: scale)) * stride
        let width = exp(value(1, of: scale)) * stride
        let y = (Double(cell / columns) + value(0, of: offset) + 0.5) * stride
        let x = (Double(cell % columns) + value(1, of: offset) + 0.5) * stride
        // A face that does not fit twice into the input is none.
        guard width >= 1, height >= 1, width <= 2 * stride * Double(columns),
            height <= 2 * stride * Double(rows), x.isFinite, y.isFinite
        else { return nil }
        let box = Rectangle(left: x - width / 2, top: y - height / 2, width: width, height: height)
        func landmark(_ index: Int) -> Point {
            Point(
                x: box.left + value(2 * index + 1, of: landmarks) * width,
                y: box.top + value(2 * index, of: landmarks) * height)
        }
        let points = FaceLandmarks(
            leftEye: landmark(0), rightEye: landmark(1), nose: landmark(2),
            leftMouth: landmark(3), rightMouth: landmark(4))
        guard points.points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return nil }
        return DetectedFace(box: box, landmarks: points, confidence: Double(heat[cell]))
    }
}

extension [DetectedFace] {
    /// Of faces that cover each other the most confident one, most confident first.
    ///
    /// Two are one face when they overlap by more than `maximumOverlap` (intersection over union),
    /// or when four fifths of one lie in the other: a part of a face that another scale takes for
    /// a face.
    package func withoutDuplicates(maximumOverlap: Double = 0.3) -> [DetectedFace] {
        var kept: [DetectedFace] = []
        for face in sorted(by: { $0.confidence > $1.confidence }) {
            let isDuplicate = kept.contains { other in
                guard let common = face.box.intersection(other.box)?.area else { return false }
                let union = face.box.area + other.box.area - common
                return common > maximumOverlap * union
                    || common > 0.8 * Swift.min(face.box.area, other.box.area)
            }
            if !isDuplicate { kept.append(face) }
        }
        return kept
    }
}
