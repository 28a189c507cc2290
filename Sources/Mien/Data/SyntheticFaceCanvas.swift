/// What a face is painted on: two samples along each pixel's side, each of which knows where on
/// the face it lies.
struct FaceCanvas {
    /// Samples along a pixel's side, and along the whole side.
    static let samples = 2
    static let width = SyntheticFaces.side * samples

    let shot: FaceShot
    /// Per sample: how much light it throws back, 0 to 255.
    private(set) var albedo: [Float]
    /// Per sample: the position on the turned face.
    private var x: [Float]
    private var y: [Float]

    /// A rectangle in face units.
    struct Box {
        let left, top, right, bottom: Float

        static let everything = Box(left: -60, top: -60, right: 60, bottom: 60)
    }

    init(_ shot: FaceShot, headWidth: Float, headHeight: Float) {
        self.shot = shot
        let count = Self.width * Self.width
        albedo = [Float](repeating: 0, count: count)
        x = albedo
        y = albedo
        for row in 0 ..< Self.width {
            let across = (Float(row) + 0.5) / Float(Self.samples)
            for column in 0 ..< Self.width {
                let along = (Float(column) + 0.5) / Float(Self.samples)
                let (right, down) = Self.flat(along, across, shot)
                // What is nearer to the camera moves further when the head turns.
                let (u, v) = (right / headWidth, down / headHeight)
                let depth = max(0, 1 - u * u - v * v)
                let index = row * Self.width + column
                x[index] = right - shot.yaw * depth
                y[index] = down - shot.pitch * depth
            }
        }
    }

    /// Where on the unturned face a position of the picture, in pixels, lies.
    static func flat(_ along: Float, _ across: Float, _ shot: FaceShot) -> (Float, Float) {
        let (right, down) = (
            (along - shot.centreX) / shot.scale, (across - shot.centreY) / shot.scale
        )
        return (
            right * shot.rollCosine + down * shot.rollSine,
            down * shot.rollCosine - right * shot.rollSine
        )
    }

    /// The range of pixels that a box of the face can cover, give or take the turn of the head.
    func extent(of box: Box) -> (left: Float, top: Float, right: Float, bottom: Float) {
        var extent: (left: Float, top: Float, right: Float, bottom: Float) = (1e9, 1e9, -1e9, -1e9)
        for (u, v) in [
            (box.left, box.top), (box.right, box.top), (box.left, box.bottom),
            (box.right, box.bottom),
        ] {
            let along = shot.centreX + shot.scale * (u * shot.rollCosine - v * shot.rollSine)
            let across = shot.centreY + shot.scale * (u * shot.rollSine + v * shot.rollCosine)
            extent = (
                min(extent.left, along), min(extent.top, across), max(extent.right, along),
                max(extent.bottom, across)
            )
        }
        return extent
    }

    /// Blends `shade` over the samples in `box`, by the coverage of 0 to 1 that `coverage` gives
    /// for their position on the face.
    @inline(__always)
    mutating func paint(_ shade: Float, _ box: Box, _ coverage: (Float, Float) -> Float) {
        edit(box) { x, y, value in value.blend(shade, coverage(x, y)) }
    }

    /// Multiplies the samples in `box` by `factor`, as far as they are covered.
    @inline(__always)
    mutating func scale(by factor: Float, _ box: Box, _ coverage: (Float, Float) -> Float) {
        edit(box) { x, y, value in value.blend(value * factor, coverage(x, y)) }
    }

    /// Hands each sample in `box` to `change`, with its position on the face.
    @inline(__always)
    mutating func edit(_ box: Box, _ change: (Float, Float, inout Float) -> Void) {
        let extent = extent(of: box)
        let (marginX, marginY) = (
            1 + 1.3 * (abs(shot.yaw) + 0.15 * abs(shot.pitch)),
            1 + 1.3 * (abs(shot.pitch) + 0.15 * abs(shot.yaw))
        )
        func clamped(_ position: Float) -> Int {
            max(0, min(Self.width, Int(position * Float(Self.samples))))
        }
        let columns = clamped(extent.left - marginX) ..< clamped(extent.right + marginX)
        let rows = clamped(extent.top - marginY) ..< clamped(extent.bottom + marginY)
        x.withUnsafeBufferPointer { x in
            y.withUnsafeBufferPointer { y in
                albedo.withUnsafeMutableBufferPointer { albedo in
                    for row in rows {
                        for index in row * Self.width + columns.lowerBound
                            ..< row * Self.width + columns.upperBound
                        {
                            change(x[index], y[index], &albedo[index])
                        }
                    }
                }
            }
        }
    }

    /// The light that falls on each pixel's samples, averaged: 48 x 48 values of about 0 to 255.
    func exposed(headWidth: Float, headHeight: Float) -> [Float] {
        var pixels = [Float](repeating: 0, count: SyntheticFaces.side * SyntheticFaces.side)
        for row in 0 ..< Self.width {
            for column in 0 ..< Self.width {
                let index = row * Self.width + column
                let (u, v) = (x[index] / (headWidth * 1.15), y[index] / (headHeight * 1.15))
                let height = max(0, 1 - u * u - v * v).squareRoot()
                let towards = 0.75 * height + shot.lightX * u + shot.lightY * v
                let light = shot.ambient + (1.05 - shot.ambient) * max(0, towards)
                let pixel =
                    row / Self.samples * SyntheticFaces.side + column / Self.samples
                pixels[pixel] += albedo[index] * (height > 0 ? light : 0.75 * shot.ambient + 0.2)
            }
        }
        let area = Float(Self.samples * Self.samples)
        return pixels.map { $0 / area }
    }
}

extension Float {
    /// Moves towards `other` by `amount`, of which more than 1 counts as 1.
    @inline(__always)
    mutating func blend(_ other: Float, _ amount: Float) {
        guard amount > 0 else { return }
        self += (other - self) * Swift.min(amount, 1)
    }
}

/// 1 inside, where the distance is negative, 0 outside, and between over `softness` units.
@inline(__always)
func inkCoverage(_ distance: Float, softness: Float = 0.35) -> Float {
    max(0, min(0.5 - distance / softness, 1))
}

/// About how far outside an ellipse around (0, 0) a point lies.
@inline(__always)
func ellipseDistance(_ x: Float, _ y: Float, _ width: Float, _ height: Float) -> Float {
    let (u, v) = (x / width, y / height)
    return ((u * u + v * v).squareRoot() - 1) * min(width, height)
}
