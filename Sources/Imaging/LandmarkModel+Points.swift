extension LandmarkModel {
    /// Side to which a smaller crop is enlarged before points are looked for, in pixels.
    private static let workingSide = 192

    /// Where dlib's face detector sees the face in a crop of ``FaceAlignment/fer2013``, in sides of
    /// the crop: fitted on 2,023 of FER-2013's training faces (`Benchmarks/landmarks`).
    static let cropBox = Rectangle(left: 0.0626, top: 0.1, width: 0.88, height: 0.88)

    /// The points of a face that fills a picture as the faces of FER-2013 do.
    /// - Parameter crop: square, such as ``FaceAlignment/crop(_:from:size:scale:isColour:)`` gives.
    /// - Returns: ``pointCount`` points in pixels of `crop`; some may lie outside.
    public func points(ofCrop crop: Image) -> [Point] {
        precondition(
            crop.width == crop.height,
            "expected a square crop, got \(crop.width) x \(crop.height)")
        let side = max(crop.width, Self.workingSide)
        let enlarged = crop.grey().resized(width: side, height: side)
        let scale = Double(crop.width) / Double(side)
        return points(in: enlarged, box: Self.cropBox.scaled(by: Double(side)))
            .map { $0.scaled(by: scale) }
    }

    /// The points of a face that the face detector found in a photo.
    /// - Returns: ``pointCount`` points in pixels of the photo.
    public func points(of face: DetectedFace, in photo: Image) -> [Point] {
        let crop = FaceAlignment.fer2013.crop(face, from: photo, size: Self.workingSide)
        return points(ofCrop: crop.image).map { crop.toPhoto($0) }
    }

    /// The points of a face in a box as dlib's own face detector gives it.
    ///
    /// dlib rounds its points to pixels; these are not rounded.
    /// - Parameters:
    ///   - image: its grey levels are compared.
    ///   - box: in pixels of `image`.
    /// - Returns: ``pointCount`` points in pixels of `image`.
    public func points(in image: Image, box: Rectangle) -> [Point] {
        let image = image.grey()
        var shape = initialShape
        var levels: [Float] = []
        for stage in stages {
            sample(image, box, shape, stage, into: &levels)
            add(stage, levels, to: &shape)
        }
        return (0 ..< pointCount).map { point in
            Point(
                x: Self.place(shape[2 * point], box.left, box.width) + 0.5,
                y: Self.place(shape[2 * point + 1], box.top, box.height) + 0.5)
        }
    }

    /// From sides of the box to the number of a pixel: dlib's boxes end with their last pixel.
    @inline(__always)
    private static func place(_ coordinate: Float, _ start: Double, _ extent: Double) -> Double {
        start + Double(coordinate) * (extent - 1)
    }

    /// The grey levels that a stage compares: each at its offset from a point, turned and scaled as
    /// the initial shape is to the present one. Outside the image they are 0.
    private func sample(
        _ image: Image, _ box: Rectangle, _ shape: [Float], _ stage: Stage,
        into levels: inout [Float]
    ) {
        let (along, across) = similarity(to: shape)
        let (width, height) = (image.width, image.height)
        levels.removeAll(keepingCapacity: true)
        levels.reserveCapacity(stage.anchors.count)
        image.pixels.withUnsafeBufferPointer { pixels in
            for (anchor, offset) in zip(stage.anchors, stage.offsets) {
                let x = along * offset.x - across * offset.y + shape[2 * anchor]
                let y = across * offset.x + along * offset.y + shape[2 * anchor + 1]
                let column = (Self.place(x, box.left, box.width) + 0.5).rounded(.down)
                let row = (Self.place(y, box.top, box.height) + 0.5).rounded(.down)
                let isInside =
                    column >= 0 && column < Double(width) && row >= 0 && row < Double(height)
                levels.append(isInside ? Float(pixels[Int(row) * width + Int(column)]) : 0)
            }
        }
    }

    /// Adds the leaf of each tree that these grey levels lead to.
    private func add(_ stage: Stage, _ levels: [Float], to shape: inout [Float]) {
        let leafCount = splitCount + 1
        let coordinates = shape.count
        levels.withUnsafeBufferPointer { levels in
            stage.leaves.withUnsafeBufferPointer { leaves in
                shape.withUnsafeMutableBufferPointer { shape in
                    for tree in 0 ..< stage.thresholds.count / splitCount {
                        var split = 0
                        while split < splitCount {
                            let index = tree * splitCount + split
                            let difference =
                                levels[Int(stage.first[index])] - levels[Int(stage.second[index])]
                            split = 2 * split + (difference > stage.thresholds[index] ? 1 : 2)
                        }
                        let leaf = (tree * leafCount + split - splitCount) * coordinates
                        for index in 0 ..< coordinates { shape[index] += leaves[leaf + index] }
                    }
                }
            }
        }
    }

    /// The rotation with a scale that takes the initial shape nearest to another one, by least
    /// squares: x' = along * x - across * y, y' = across * x + along * y.
    private func similarity(to shape: [Float]) -> (along: Float, across: Float) {
        func centre(_ shape: [Float], _ axis: Int) -> Double {
            stride(from: axis, to: shape.count, by: 2).reduce(0) { $0 + Double(shape[$1]) }
                / Double(pointCount)
        }
        let from = SIMD2(centre(initialShape, 0), centre(initialShape, 1))
        let to = SIMD2(centre(shape, 0), centre(shape, 1))
        var (squares, along, across) = (0.0, 0.0, 0.0)
        for index in stride(from: 0, to: shape.count, by: 2) {
            let old = SIMD2(Double(initialShape[index]), Double(initialShape[index + 1])) - from
            let new = SIMD2(Double(shape[index]), Double(shape[index + 1])) - to
            squares += old.x * old.x + old.y * old.y
            along += old.x * new.x + old.y * new.y
            across += old.x * new.y - old.y * new.x
        }
        guard squares > 0 else { return (1, 0) }
        return (Float(along / squares), Float(across / squares))
    }
}
