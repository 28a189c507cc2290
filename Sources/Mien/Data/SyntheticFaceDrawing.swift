import Imaging
internal import Evaluation

/// Paints one face, from the background to the glasses.
struct FaceDrawing {
    let person: FaceFeatures
    let muscles: FaceMuscles
    let shot: FaceShot
    var canvas: FaceCanvas
    let chin: Float

    init(_ person: FaceFeatures, _ muscles: FaceMuscles, _ shot: FaceShot) {
        self.person = person
        self.muscles = muscles
        self.shot = shot
        chin = person.headHeight + 2.6 * muscles.jawDrop
        canvas = FaceCanvas(
            shot, headWidth: person.headWidth, headHeight: person.headHeight)
    }

    mutating func draw() {
        drawBackground()
        drawHead()
        drawFolds()
        drawNose()
        for side: Float in [-1, 1] {
            drawEye(side)
            drawBrow(side)
        }
        drawBeard()
        drawMouth()
        drawHair()
        if person.hasGlasses { drawGlasses() }
    }

    var landmarks: SyntheticFaces.Landmarks {
        let brows = browLine(1)
        let browTop = min(brows.inner, brows.middle, brows.outer) - person.browThickness
        let browBottom = max(brows.inner, brows.middle, brows.outer) + person.browThickness
        let eye = eyeShape
        let mouth = mouthShape
        return SyntheticFaces.Landmarks(
            brows: rectangle(-12, browTop, 12, browBottom),
            eyes: rectangle(
                -person.eyeSpacing - eye.halfWidth, Self.eyeHeight - eye.upper - 0.5,
                person.eyeSpacing + eye.halfWidth, Self.eyeHeight + eye.lower + 0.5),
            mouth: rectangle(
                -mouth.halfWidth - 0.5,
                mouth.height - mouth.upper - mouth.upperLip + min(0, mouth.corners),
                mouth.halfWidth + 0.5,
                mouth.height + mouth.lower + mouth.lowerLip + max(0, mouth.corners)))
    }

    private func rectangle(
        _ left: Float, _ top: Float, _ right: Float, _ bottom: Float
    ) -> SyntheticFaces.Rectangle {
        let (u, v) = (
            (left + right) / 2 / person.headWidth, (top + bottom) / 2 / person.headHeight
        )
        let depth = max(0, 1 - u * u - v * v)
        let (shiftX, shiftY) = (shot.yaw * depth, shot.pitch * depth)
        let extent = canvas.extent(
            of: .init(
                left: left + shiftX, top: top + shiftY, right: right + shiftX,
                bottom: bottom + shiftY))
        func pixel(_ position: Float) -> Int {
            max(0, min(SyntheticFaces.side, Int(position.rounded())))
        }
        let (x, y) = (pixel(extent.left), pixel(extent.top))
        return .init(
            left: x, top: y, width: pixel(extent.right) - x, height: pixel(extent.bottom) - y)
    }

    // MARK: - The head

    private mutating func drawBackground() {
        let (background, slopeX, slopeY) = (
            shot.background, shot.backgroundSlopeX, shot.backgroundSlopeY
        )
        // Over black: the coverage is the shade.
        canvas.paint(255, .everything) { x, y in
            (background + slopeX * x + slopeY * y) / 255
        }
        let (width, height) = (person.headWidth, person.headHeight)
        if !person.isBald {
            let long = person.hasLongHair
            canvas.paint(person.hair, .everything) { x, y in
                let below = long ? max(0, y + 2) * 0.12 : 0
                let down = long && y > 0 ? y * 0.45 : y
                let outline = ellipseDistance(x, down + 1.5, width + 2.4 + below, height + 1.5)
                return inkCoverage(long ? outline : max(outline, y - 1))
            }
        }
        canvas.paint(person.skin * 0.72, .init(left: -9, top: 10, right: 9, bottom: 40)) { x, y in
            inkCoverage(abs(x) - 7.5 - max(0, y - 22) * 0.3)
        }
        canvas.paint(shot.clothes, .init(left: -40, top: 20, right: 40, bottom: 45)) { x, y in
            inkCoverage(ellipseDistance(x, y - 36, 30, 12))
        }
        if !person.hasLongHair {
            canvas.paint(person.skin * 0.85, .init(left: -19, top: -7, right: 19, bottom: 6)) {
                x, y in
                inkCoverage(ellipseDistance(abs(x) - width, y + 0.5, 2.2, 4))
            }
        }
    }

    private mutating func drawHead() {
        let (width, height, taper, chin) = (
            person.headWidth, person.headHeight, person.jawTaper, chin
        )
        canvas.paint(person.skin, .init(left: -18, top: -24, right: 18, bottom: 26)) { x, y in
            let v = y / (y > 0 ? chin : height)
            let narrowed = y > 0 ? width * (1 - taper * v * v) : width
            return inkCoverage(ellipseDistance(x / narrowed, v, 1, 1) * 14)
        }
        // Sockets, and the shadow under the lower lip.
        let spacing = person.eyeSpacing
        canvas.scale(by: 0.8, .init(left: -13, top: -10, right: 13, bottom: 3)) { x, y in
            inkCoverage(ellipseDistance(abs(x) - spacing, y + 3.6, 5, 3.4) - 0.5, softness: 4) * 0.8
        }
        let mouth = mouthShape
        let below = mouth.height + mouth.lower + mouth.lowerLip + 1.3
        canvas.scale(by: 0.8, .init(left: -5, top: below - 2, right: 5, bottom: below + 2)) {
            x, y in
            inkCoverage(ellipseDistance(x, y - below, 3.4, 0.9), softness: 1.6)
        }
    }

    /// Wrinkles, by the muscles that make them, deeper in older faces.
    private mutating func drawFolds() {
        let (m, old) = (muscles, person.wrinkles)
        let brows = (m.innerBrowRaise + m.outerBrowRaise) / 2
        for line: Float in [-13.4, -11.6] {
            stroke(by: 0.5 * (0.7 * brows + 0.4 * old) - 0.1, from: -7, to: 7, width: 0.6) { x in
                line - 1.6 * brows + 0.01 * x * x
            }
        }
        for side: Float in [-1, 1] {
            fold(by: 0.75 * m.browLower - 0.15, from: -9.5, to: -5, width: 0.7) { _ in side * 1.3 }
            let pulled = m.cornerPull + m.noseWrinkle + 0.8 * m.upperLipRaise
            let (bend, corner) = (1.2 * m.cornerPull, mouthShape)
            fold(
                by: 0.4 * pulled + 0.35 * old - 0.1, from: 4, to: corner.height + corner.corners,
                width: 0.8
            ) { y in
                let t = (y - 4) / 8
                return side * (3.3 + (corner.halfWidth - 1.6 + bend) * t - bend * t * t)
            }
            let spacing = person.eyeSpacing
            let under = Self.eyeHeight + eyeShape.lower + 1.1
            stroke(
                by: 0.45 * m.cheekRaise + 0.25 * old, from: side * spacing - 3,
                to: side * spacing + 3, width: 0.6
            ) { x in
                let t = (x - side * spacing) / 3
                return under - 0.5 * t * t
            }
        }
        for line: Float in [-2.2, -0.6] {
            stroke(by: 0.8 * m.noseWrinkle - 0.15, from: -2.2, to: 2.2, width: 0.6) { x in
                line + 0.12 * x * x
            }
        }
    }

    private mutating func drawNose() {
        let (tip, wing) = (
            person.noseLength - 0.9 * muscles.noseWrinkle,
            2.3 * person.noseWidth
                + 0.4 * muscles.noseWrinkle
        )
        let shadow: Float = shot.lightX > 0 ? 1 : -1
        fold(by: 0.3, from: -4, to: tip - 1, width: 1.2) { y in
            shadow * (1.1 + (y + 4) * 0.11 * wing / 2)
        }
        canvas.scale(by: 0.72, .init(left: -5, top: tip - 1, right: 5, bottom: tip + 2)) { x, y in
            inkCoverage(ellipseDistance(x, y - tip - 0.9, wing + 0.6, 0.7), softness: 1.1)
        }
        canvas.scale(by: 0.4, .init(left: -4, top: tip - 1, right: 4, bottom: tip + 2)) { x, y in
            inkCoverage(ellipseDistance(abs(x) - wing * 0.55, y - tip - 0.4, 0.9, 0.55))
        }
        canvas.scale(by: 1.1, .init(left: -2, top: -5, right: 2, bottom: tip + 1)) { x, y in
            inkCoverage(ellipseDistance(x, y - tip + 3, 0.9, 4), softness: 1.5)
        }
    }

    // MARK: - Lines

    /// Darkens a line given by y as a function of x.
    @inline(__always)
    private mutating func stroke(
        by strength: Float, from start: Float, to end: Float, width: Float,
        _ line: (Float) -> Float
    ) {
        guard strength > 0 else { return }
        let heights = [line(start), line((start + end) / 2), line(end)]
        let box = FaceCanvas.Box(
            left: start, top: (heights.min() ?? 0) - 1.5, right: end,
            bottom: (heights.max() ?? 0) + 1.5)
        canvas.scale(by: 1 - min(strength, 0.6), box) { x, y in
            guard x > start, x < end else { return 0 }
            return inkCoverage(abs(y - line(x)) - width / 2, softness: 0.7)
        }
    }

    /// Darkens a line given by x as a function of y.
    @inline(__always)
    private mutating func fold(
        by strength: Float, from start: Float, to end: Float, width: Float,
        _ line: (Float) -> Float
    ) {
        guard strength > 0, end > start else { return }
        let places = [line(start), line((start + end) / 2), line(end)]
        let box = FaceCanvas.Box(
            left: (places.min() ?? 0) - 1.5, top: start, right: (places.max() ?? 0) + 1.5,
            bottom: end)
        canvas.scale(by: 1 - min(strength, 0.6), box) { x, y in
            guard y > start, y < end else { return 0 }
            return inkCoverage(abs(x - line(y)) - width / 2, softness: 0.7)
        }
    }

    // MARK: - The picture

    /// Light, blur, contrast and noise, down to 48 x 48 bytes.
    func developed(using generator: inout SeededGenerator) -> [UInt8] {
        let side = SyntheticFaces.side
        var pixels = canvas.exposed(headWidth: person.headWidth, headHeight: person.headHeight)
        if shot.blur > 0 {
            let sharp = pixels
            func at(_ x: Int, _ y: Int) -> Float {
                sharp[max(0, min(y, side - 1)) * side + max(0, min(x, side - 1))]
            }
            for y in 0 ..< side {
                for x in 0 ..< side {
                    var sum: Float = 0
                    for down in -1 ... 1 {
                        for right in -1 ... 1 { sum += at(x + right, y + down) }
                    }
                    let index = y * side + x
                    pixels[index] += (sum / 9 - pixels[index]) * shot.blur
                }
            }
        }
        return pixels.map { value in
            // Four numbers of 16 bits, added: near enough to a normal distribution, of
            // standard deviation 1/sqrt(3) when each is scaled to -0.5...0.5.
            let word = generator.next()
            let sum =
                (word & 0xFFFF) + (word >> 16 & 0xFFFF) + (word >> 32 & 0xFFFF) + word >> 48
            let noise = (Float(sum) / 65536 - 2) * 1.732 * shot.noise
            let level = (value - 128) * shot.contrast + 128 + shot.brightness + noise
            return UInt8(level: level)
        }
    }
}
