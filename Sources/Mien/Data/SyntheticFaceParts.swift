/// The parts that carry the expression, and the hair around them.
extension FaceDrawing {
    // MARK: - Eyes and brows

    static let eyeHeight: Float = -3

    var eyeShape: (halfWidth: Float, upper: Float, lower: Float) {
        let m = muscles
        let size = person.eyeSize
        let upper =
            1.75
            * (1 + 0.75 * m.lidRaise - 0.4 * m.lidTighten - 0.3 * m.cheekRaise
                - 0.85 * m.lidDroop - 0.25 * m.noseWrinkle - 0.15 * m.browLower)
        let lower =
            1.15
            * (1 + 0.3 * m.lidRaise - 0.5 * m.lidTighten - 0.8 * m.cheekRaise
                - 0.3 * m.noseWrinkle)
        return (3.5 * size, max(0.25, upper * size), max(0.15, lower * size))
    }

    mutating func drawEye(_ side: Float) {
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
        let white = min(235, 140 + person.skin * 0.45)
        let iris = person.iris
        let (gazeX, gazeY) = (
            centre + shot.gazeX, height + 0.15 + shot.gazeY + 0.5 * muscles.lidDroop
        )
        canvas.edit(box) { x, y, value in
            let t = (x - centre) / halfWidth
            guard abs(t) < 1.15 else { return }
            let profile = max(0, 1 - t * t)
            let line = height + tilt * t * side * 0.5
            let (below, above) = (y - line + upper * profile, line + lower * profile - y)
            let inside = inkCoverage(max(-below, -above, (abs(t) - 1) * halfWidth))
            if inside > 0 {
                value.blend(white, inside)
                let (u, v) = (x - gazeX, y - gazeY)
                let radius = (u * u + v * v).squareRoot()
                value.blend(iris, min(inside, inkCoverage(radius - 1.75)))
                value.blend(10, min(inside, inkCoverage(radius - 0.85)))
                value.blend(
                    250, min(inside, inkCoverage(ellipseDistance(u + 0.6, v + 0.6, 0.4, 0.4))))
            }
            guard abs(t) < 1.05 else { return }
            value.blend(value * 0.3, inkCoverage(abs(below + 0.15) - 0.42))
            value.blend(value * 0.62, 0.6 * inkCoverage(abs(above) - 0.3))
            // The fold of the upper lid.
            value.blend(value * 0.7, inkCoverage(abs(below + 1.5) - 0.3, softness: 0.6))
        }
    }

    func browLine(_ side: Float) -> (inner: Float, middle: Float, outer: Float) {
        let m = muscles
        let base = person.browHeight
        return (
            base - 2.9 * m.innerBrowRaise + 2.9 * m.browLower + 0.6 * m.noseWrinkle,
            base - person.browArch - 1.3 * m.innerBrowRaise - 1.9 * m.outerBrowRaise
                + 1.7 * m.browLower + 0.5 * m.noseWrinkle,
            base + 0.6 + 0.4 * m.innerBrowRaise - 2.3 * m.outerBrowRaise + 0.1 * m.browLower
        )
    }

    mutating func drawBrow(_ side: Float) {
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
            return 0.92 * inkCoverage(max(abs(y - line) - half, ends), softness: 0.6)
        }
    }

    // MARK: - The mouth

    var mouthShape:
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

    mutating func drawMouth() {
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
            return inkCoverage(
                max(
                    -above - (mouth.upper + mouth.upperLip) * round,
                    above - (mouth.lower + mouth.lowerLip) * round), softness: 0.5)
        }
        canvas.paint(28, box) { x, y in
            let (t, above, round) = lips(x, y)
            guard abs(t) < 0.97 else { return 0 }
            return inkCoverage(
                max(-above - mouth.upper * round, above - mouth.lower * round) - 0.25)
        }
        // Teeth show in a smile, in a snarl and between stretched lips.
        let shown = m.cornerPull + m.upperLipRaise + 0.7 * m.lipStretch
        let teeth = min(2.1, 0.4 * (mouth.upper + mouth.lower) + 0.2)
        if shown > 0.45, mouth.upper + mouth.lower > 0.7 {
            canvas.paint(228, box) { x, y in
                let (t, above, round) = lips(x, y)
                guard abs(t) < 0.9 else { return 0 }
                let top = -mouth.upper * round
                return inkCoverage(
                    max(top - above, above - top - teeth, above - mouth.lower * round + 0.2))
            }
        }
        // The corners end in a shade.
        canvas.scale(by: 0.55, box) { x, y in
            let (t, above, _) = lips(x, y)
            return abs(t) > 0.8 && abs(t) < 1.12
                ? inkCoverage(abs(above) - 0.45, softness: 0.6) : 0
        }
    }

    // MARK: - Hair and glasses

    mutating func drawBeard() {
        let (width, chin, mouth) = (person.headWidth, chin, mouthShape)
        if person.hasBeard {
            canvas.paint(person.hair, .init(left: -18, top: 2, right: 18, bottom: 26)) { x, y in
                let edge = 6 + 0.02 * x * x - max(0, abs(x) - 9) * 2.2
                let inside = max(ellipseDistance(x, y, width + 0.3, chin + 0.5), edge + 4 - y)
                let aroundMouth =
                    1.6 - ellipseDistance(x, y - mouth.height - 0.5, mouth.halfWidth + 1, 3)
                return 0.75 * inkCoverage(max(inside, aroundMouth), softness: 1.6)
            }
        }
        if person.hasMoustache {
            let line = mouth.height - mouth.upper - mouth.upperLip - 1
            canvas.paint(person.hair, .init(left: -8, top: line - 3, right: 8, bottom: line + 3)) {
                x, y in
                0.85
                    * inkCoverage(
                        ellipseDistance(x, y - line - 0.04 * x * x, 5.6, 1.1), softness: 0.8)
            }
        }
    }

    mutating func drawHair() {
        guard !person.isBald else { return }
        let (width, height, line, curve) = (
            person.headWidth, person.headHeight, person.hairline, person.hairCurve
        )
        let parting = person.parting
        canvas.paint(person.hair, .init(left: -20, top: -26, right: 20, bottom: 4)) { x, y in
            let outline = ellipseDistance(x, y + 0.8, width + 1.6, height + 1.4)
            let sides = max(0, abs(x) - width + 2.5) * 3
            let across = x - parting
            let edge = min(line + curve * across * across, -9) + sides
            return inkCoverage(max(outline, y - edge), softness: 0.8)
        }
    }

    mutating func drawGlasses() {
        let spacing = person.eyeSpacing
        canvas.paint(35, .init(left: -16, top: -8, right: 16, bottom: 4)) { x, y in
            let rim = abs(ellipseDistance(abs(x) - spacing, y + 2.6, 5.1, 4)) - 0.42
            let bridge = max(abs(y + 3.4) - 0.35, abs(x) - spacing + 5)
            let arm = max(abs(y + 3.6) - 0.35, spacing + 5 - abs(x))
            return inkCoverage(min(rim, bridge, arm))
        }
    }
}
