internal import Evaluation

/// Paints one face, from the background to the glasses.
struct FaceDrawing {
    private let person: FaceFeatures
    private let muscles: FaceMuscles
    private let shot: FaceShot
    private var canvas: FaceCanvas
    private let chin: Float

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
                let outline = ellipse(x, down + 1.5, width + 2.4 + below, height + 1.5)
                return coverage(long ? outline : max(outline, y - 1))
            }
        }
        canvas.paint(person.skin * 0.72, .init(left: -9, top: 10, right: 9, bottom: 40)) { x, y in
            coverage(abs(x) - 7.5 - max(0, y - 22) * 0.3)
        }
        canvas.paint(shot.clothes, .init(left: -40, top: 20, right: 40, bottom: 45)) { x, y in
            coverage(ellipse(x, y - 36, 30, 12))
        }
        if !person.hasLongHair {
            canvas.paint(person.skin * 0.85, .init(left: -19, top: -7, right: 19, bottom: 6)) { x, y in
                coverage(ellipse(abs(x) - width, y + 0.5, 2.2, 4))
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
            return coverage(ellipse(x / narrowed, v, 1, 1) * 14)
        }
        // Sockets, and the shadow under the lower lip.
        let spacing = person.eyeSpacing
        canvas.paint(-0.8, .init(left: -13, top: -10, right: 13, bottom: 3)) { x, y in
            coverage(ellipse(abs(x) - spacing, y + 3.6, 5, 3.4) - 0.5, softness: 4) * 0.8
        }
        let mouth = mouthShape
        let below = mouth.height + mouth.lower + mouth.lowerLip + 1.3
        canvas.paint(-0.8, .init(left: -5, top: below - 2, right: 5, bottom: below + 2)) { x, y in
            coverage(ellipse(x, y - below, 3.4, 0.9), softness: 1.6)
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
            person.noseLength - 0.9 * muscles.noseWrinkle, 2.3 * person.noseWidth
                + 0.4 * muscles.noseWrinkle
        )
        let shadow: Float = shot.lightX > 0 ? 1 : -1
        fold(by: 0.3, from: -4, to: tip - 1, width: 1.2) { y in
            shadow * (1.1 + (y + 4) * 0.11 * wing / 2)
        }
        canvas.paint(-0.72, .init(left: -5, top: tip - 1, right: 5, bottom: tip + 2)) { x, y in
            coverage(ellipse(x, y - tip - 0.9, wing + 0.6, 0.7), softness: 1.1)
        }
        canvas.paint(-0.4, .init(left: -4, top: tip - 1, right: 4, bottom: tip + 2)) { x, y in
            coverage(ellipse(abs(x) - wing * 0.55, y - tip - 0.4, 0.9, 0.55))
        }
        canvas.paint(-1.1, .init(left: -2, top: -5, right: 2, bottom: tip + 1)) { x, y in
            coverage(ellipse(x, y - tip + 3, 0.9, 4), softness: 1.5)
        }
    }

    // MARK: - Eyes and brows

    private static let eyeHeight: Float = -3

    private var eyeShape: (halfWidth: Float, upper: Float, lower: Float) {
        let m = muscles
        let size = person.eyeSize
        let upper =
            1.75 * (1 + 0.75 * m.lidRaise - 0.4 * m.lidTighten - 0.3 * m.cheekRaise
                - 0.85 * m.lidDroop - 0.25 * m.noseWrinkle - 0.15 * m.browLower)
        let lower =
            1.15 * (1 + 0.3 * m.lidRaise - 0.5 * m.lidTighten - 0.8 * m.cheekRaise
                - 0.3 * m.noseWrinkle)
        return (3.5 * size, max(0.25, upper * size), max(0.15, lower * size))
    }

    private mutating func drawEye(_ side: Float) {
        let (halfWidth, upper, lower) = eyeShape
        let centre = side * person.eyeSpacing
        // The corners hang outside when the inner brow is raised in grief.
        let tilt =
            person.eyeTilt + 0.5 * muscles.lidDroop + 0.3 * muscles.innerBrowRaise
            - 0.3 * muscles.browLower
        let height = Self.eyeHeight
        let box = FaceCanvas.Box(
            left: centre - halfWidth - 1, top: height - 6, right: centre + halfWidth + 1,
            bottom: height + 5)
        @inline(__always)
        func opening(_ x: Float, _ y: Float) -> (outside: Float, lid: Float, t: Float) {
            let t = (x - centre) / halfWidth
            let profile = max(0, 1 - t * t)
            let line = height + tilt * t * side * 0.5
            let top = line - upper * profile
            let bottom = line + lower * profile
            return (max(top - y, y - bottom, (abs(t) - 1) * halfWidth), y - top, t)
        }
        let white = min(235, 140 + person.skin * 0.45)
        canvas.paint(white, box) { x, y in coverage(opening(x, y).outside) }
        let (gazeX, gazeY) = (
            centre + shot.gazeX, height + 0.15 + shot.gazeY + 0.5 * muscles.lidDroop
        )
        canvas.paint(person.iris, box) { x, y in
            min(
                coverage(opening(x, y).outside),
                coverage(ellipse(x - gazeX, y - gazeY, 1.75, 1.75)))
        }
        canvas.paint(10, box) { x, y in
            min(
                coverage(opening(x, y).outside),
                coverage(ellipse(x - gazeX, y - gazeY, 0.85, 0.85)))
        }
        canvas.paint(250, box) { x, y in
            min(
                coverage(opening(x, y).outside),
                coverage(ellipse(x - gazeX + 0.6, y - gazeY + 0.6, 0.4, 0.4)))
        }
        canvas.paint(-0.3, box) { x, y in
            let eye = opening(x, y)
            return abs(eye.t) < 1.05 ? coverage(abs(eye.lid + 0.15) - 0.42) : 0
        }
        canvas.paint(-0.62, box) { x, y in
            let eye = opening(x, y)
            return abs(eye.t) < 1 ? 0.6 * coverage(abs(eye.lid - upper - lower) - 0.3) : 0
        }
        // The fold of the upper lid, gone when the brow comes down.
        canvas.paint(-0.7, box) { x, y in
            let eye = opening(x, y)
            return abs(eye.t) < 0.9 ? coverage(abs(eye.lid + 1.5) - 0.3, softness: 0.6) : 0
        }
    }

    private func browLine(_ side: Float) -> (inner: Float, middle: Float, outer: Float) {
        let m = muscles
        let base = person.browHeight
        return (
            base - 2.9 * m.innerBrowRaise + 2.9 * m.browLower + 0.6 * m.noseWrinkle,
            base - person.browArch - 1.3 * m.innerBrowRaise - 1.9 * m.outerBrowRaise
                + 1.7 * m.browLower + 0.5 * m.noseWrinkle,
            base + 0.6 + 0.4 * m.innerBrowRaise - 2.3 * m.outerBrowRaise + 0.1 * m.browLower
        )
    }

    private mutating func drawBrow(_ side: Float) {
        let (inner, middle, outer) = browLine(side)
        let start = person.eyeSpacing - 3.9 - 0.9 * muscles.browLower
        let length: Float = 8.6
        let thickness = person.browThickness
        let box = FaceCanvas.Box(
            left: side > 0 ? start - 1 : -start - length - 1,
            top: min(inner, middle, outer) - 3,
            right: side > 0 ? start + length + 1 : -start + 1,
            bottom: max(inner, middle, outer) + 3)
        canvas.paint(person.brow, box) { x, y in
            let t = (x * side - start) / length
            guard t > -0.1, t < 1.1 else { return 0 }
            let line =
                inner * (1 - t) * (1 - 2 * t) + middle * 4 * t * (1 - t)
                + outer * t * (2 * t - 1)
            let half = thickness * (0.62 - 0.4 * t)
            let ends = max(-t, t - 1) * length
            return 0.92 * coverage(max(abs(y - line) - half, ends), softness: 0.6)
        }
    }

    // MARK: - The mouth

    private var mouthShape:
        (
            height: Float, halfWidth: Float, corners: Float, upper: Float, lower: Float,
            upperLip: Float, lowerLip: Float
        )
    {
        let m = muscles
        let jaw = m.jawDrop
        let width =
            person.mouthWidth
            * (1 + 0.38 * m.cornerPull + 0.36 * m.lipStretch - 0.3 * jaw * max(0, 1 - m.cornerPull)
                - 0.12 * m.lipPress)
        let thickness = person.lipThickness
        let pressed = max(0.25, 1 - 0.75 * m.lipPress)
        return (
            person.mouthHeight + 1.2 * jaw - 0.4 * m.upperLipRaise - 0.5 * m.chinRaise, width,
            -2.9 * m.cornerPull + 2.6 * m.cornerDepress + 0.7 * m.lipStretch
                + 1.2 * m.upperLipRaise,
            2.2 * jaw + 1.6 * m.upperLipRaise * (0.35 + jaw), 5.4 * jaw + 0.5 * m.lipStretch,
            max(0.4, 1.1 * thickness * pressed), max(0.5, 1.5 * thickness * pressed)
        )
    }

    private mutating func drawMouth() {
        let mouth = mouthShape
        let (m, width) = (muscles, mouth.halfWidth)
        let lift = m.asymmetry
        let bulge = 0.9 * m.chinRaise
        @inline(__always)
        func lips(_ x: Float, _ y: Float) -> (t: Float, above: Float, round: Float) {
            let t = x / width
            let profile = max(0, 1 - t * t)
            let line = mouth.height + mouth.corners * (t * t - 0.35) - bulge * profile + lift * t
            return (t, y - line, profile.squareRoot() * (0.45 + 0.55 * profile))
        }
        let reach = abs(mouth.corners) + abs(lift) + 2
        let box = FaceCanvas.Box(
            left: -width - 1, top: mouth.height - mouth.upper - mouth.upperLip - reach,
            right: width + 1, bottom: mouth.height + mouth.lower + mouth.lowerLip + reach)
        canvas.paint(person.skin * person.lips, box) { x, y in
            let (t, above, round) = lips(x, y)
            guard abs(t) < 1 else { return 0 }
            return coverage(
                max(
                    -above - (mouth.upper + mouth.upperLip) * round,
                    above - (mouth.lower + mouth.lowerLip) * round), softness: 0.5)
        }
        canvas.paint(28, box) { x, y in
            let (t, above, round) = lips(x, y)
            guard abs(t) < 0.97 else { return 0 }
            return coverage(max(-above - mouth.upper * round, above - mouth.lower * round) - 0.25)
        }
        // Teeth show in a smile, in a snarl and between stretched lips.
        let shown = m.cornerPull + m.upperLipRaise + 0.7 * m.lipStretch
        let teeth = min(2.1, 0.4 * (mouth.upper + mouth.lower) + 0.2)
        if shown > 0.45, mouth.upper + mouth.lower > 0.7 {
            canvas.paint(228, box) { x, y in
                let (t, above, round) = lips(x, y)
                guard abs(t) < 0.9 else { return 0 }
                let top = -mouth.upper * round
                return coverage(
                    max(top - above, above - top - teeth, above - mouth.lower * round + 0.2))
            }
        }
        // The corners end in a shade.
        canvas.paint(-0.55, box) { x, y in
            let (t, above, _) = lips(x, y)
            return abs(t) > 0.8 && abs(t) < 1.12
                ? coverage(abs(above) - 0.45, softness: 0.6) : 0
        }
    }

    // MARK: - Hair and glasses

    private mutating func drawBeard() {
        let (width, chin, mouth) = (person.headWidth, chin, mouthShape)
        if person.hasBeard {
            canvas.paint(person.hair, .init(left: -18, top: 2, right: 18, bottom: 26)) { x, y in
                let edge = 6 + 0.02 * x * x - max(0, abs(x) - 9) * 2.2
                let inside = max(ellipse(x, y, width + 0.3, chin + 0.5), edge + 4 - y)
                let aroundMouth = 1.6 - ellipse(x, y - mouth.height - 0.5, mouth.halfWidth + 1, 3)
                return 0.75 * coverage(max(inside, aroundMouth), softness: 1.6)
            }
        }
        if person.hasMoustache {
            let line = mouth.height - mouth.upper - mouth.upperLip - 1
            canvas.paint(person.hair, .init(left: -8, top: line - 3, right: 8, bottom: line + 3)) {
                x, y in
                0.85 * coverage(ellipse(x, y - line - 0.04 * x * x, 5.6, 1.1), softness: 0.8)
            }
        }
    }

    private mutating func drawHair() {
        guard !person.isBald else { return }
        let (width, height, line, curve) = (
            person.headWidth, person.headHeight, person.hairline, person.hairCurve
        )
        let parting = person.parting
        canvas.paint(person.hair, .init(left: -20, top: -26, right: 20, bottom: 4)) { x, y in
            let outline = ellipse(x, y + 0.8, width + 1.6, height + 1.4)
            let sides = max(0, abs(x) - width + 2.5) * 3
            let across = x - parting
            let edge = min(line + curve * across * across, -9) + sides
            return coverage(max(outline, y - edge), softness: 0.8)
        }
    }

    private mutating func drawGlasses() {
        let spacing = person.eyeSpacing
        canvas.paint(35, .init(left: -16, top: -8, right: 16, bottom: 4)) { x, y in
            let rim = abs(ellipse(abs(x) - spacing, y + 2.6, 5.1, 4)) - 0.42
            let bridge = max(abs(y + 3.4) - 0.35, abs(x) - spacing + 5)
            let arm = max(abs(y + 3.6) - 0.35, spacing + 5 - abs(x))
            return coverage(min(rim, bridge, arm))
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
        canvas.paint(-(1 - min(strength, 0.6)), box) { x, y in
            guard x > start, x < end else { return 0 }
            return coverage(abs(y - line(x)) - width / 2, softness: 0.7)
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
        canvas.paint(-(1 - min(strength, 0.6)), box) { x, y in
            guard y > start, y < end else { return 0 }
            return coverage(abs(x - line(y)) - width / 2, softness: 0.7)
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
            return UInt8(max(0, min(level, 255)).rounded())
        }
    }
}
