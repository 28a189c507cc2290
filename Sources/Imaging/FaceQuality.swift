internal import Foundation

/// What can be measured of a face that tells whether its score can be trusted.
public struct FaceQuality: Codable, Equatable, Sendable {
    /// The side of a square as large as the box, in pixels of the file.
    public let size: Double
    /// The variance of the Laplacian (four neighbours) of the face at 48 x 48 pixels, in squared
    /// grey levels of 0...255: low for blurred and for flat pictures.
    public let sharpness: Double
    /// The mean grey of the face at 48 x 48 pixels, 0...1.
    public let brightness: Double
    /// The standard deviation of its grey, 0...0.5.
    public let contrast: Double
    /// How far the head is turned, in degrees, above 0 to the right of the picture. A rough estimate
    /// from where the nose lies between the eyes.
    public let yaw: Double
    /// How far the head is bowed, in degrees, above 0 downwards. A rough estimate from where the
    /// nose lies between eyes and mouth.
    public let pitch: Double
    /// How far the head is tilted, in degrees counter-clockwise as seen; from the eyes.
    public let roll: Double
    /// The share of the aligned face that lies inside the photo, 0...1.
    public let visibleShare: Double
    /// Whether a hand, a mask, dark glasses or another thing covers part of the face, 0...1; above
    /// ``FaceQualityLimits/maximumOcclusion`` it is taken for covered. `nil` where no model was
    /// asked that can tell.
    public package(set) var occlusion: Double?

    /// Values as they were measured before.
    package init(
        size: Double, sharpness: Double, brightness: Double, contrast: Double, yaw: Double,
        pitch: Double, roll: Double, visibleShare: Double, occlusion: Double?
    ) {
        self.size = size
        self.sharpness = sharpness
        self.brightness = brightness
        self.contrast = contrast
        self.yaw = yaw
        self.pitch = pitch
        self.roll = roll
        self.visibleShare = visibleShare
        self.occlusion = occlusion
    }

    /// - Parameters:
    ///   - image: the photo in which the face was found.
    ///   - fileScale: pixels of the file per pixel of `image`, when that was read reduced.
    public init(of face: DetectedFace, in image: Image, fileScale: Double = 1) {
        let aligned = FaceAlignment.fer2013.crop(face, from: image, size: 48)
        self.init(of: face, aligned: aligned, fileScale: fileScale)
    }

    /// - Parameter aligned: the face as `FaceAlignment` cut it, 48 x 48.
    public init(of face: DetectedFace, aligned: AlignedFace, fileScale: Double = 1) {
        size = face.size * fileScale
        sharpness = aligned.image.laplacianVariance
        let grey = aligned.image.pixels.map { Double($0) / 255 }
        let mean = grey.reduce(0, +) / Double(grey.count)
        brightness = mean
        contrast = (grey.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(grey.count))
            .squareRoot()
        (yaw, pitch, roll) = face.landmarks.pose
        visibleShare = aligned.visibleShare
    }

    /// What is wrong with the face; empty when nothing is.
    public func problems(_ limits: FaceQualityLimits = .init()) -> [Problem] {
        var problems: [Problem] = []
        if size < limits.minimumSize {
            problems.append(.small(found: size, limit: limits.minimumSize))
        }
        if sharpness < limits.minimumSharpness {
            problems.append(.blurred(found: sharpness, limit: limits.minimumSharpness))
        }
        if brightness < limits.minimumBrightness {
            problems.append(.dark(found: brightness, limit: limits.minimumBrightness))
        }
        if brightness > limits.maximumBrightness {
            problems.append(.bright(found: brightness, limit: limits.maximumBrightness))
        }
        if contrast < limits.minimumContrast {
            problems.append(.lowContrast(found: contrast, limit: limits.minimumContrast))
        }
        let angle = max(abs(yaw), abs(pitch))
        if angle > limits.maximumAngle {
            problems.append(.turned(found: angle, limit: limits.maximumAngle))
        }
        if visibleShare < limits.minimumVisibleShare {
            problems.append(.cutOff(found: visibleShare, limit: limits.minimumVisibleShare))
        }
        if let occlusion, occlusion > limits.maximumOcclusion {
            problems.append(.covered(found: occlusion, limit: limits.maximumOcclusion))
        }
        return problems
    }
}

extension FaceLandmarks {
    /// Of an upright head of which the eyes are 1 apart: how far the tip of the nose stands out, how far
    /// below the eyes the mouth is, and what part of that way down the nose is. The first is an
    /// assumption, the others are medians of FER-2013's training faces (see `FaceAlignment.fer2013`).
    private static let (noseDepth, mouthDepth, noseHeight) = (0.6, 1.0, 0.56)

    /// In degrees; see `FaceQuality`.
    fileprivate var pose: (yaw: Double, pitch: Double, roll: Double) {
        let (dx, dy) = (rightEye.x - leftEye.x, rightEye.y - leftEye.y)
        let distance = max(hypot(dx, dy), 1e-6)
        let (unitX, unitY) = (dx / distance, dy / distance)
        /// Along the line of the eyes and down from it, seen from their middle.
        func place(_ point: Point) -> (along: Double, down: Double) {
            let (x, y) = (point.x - eyes.x, point.y - eyes.y)
            return (x * unitX + y * unitY, y * unitX - x * unitY)
        }
        let (nosePlace, mouthPlace) = (place(nose), place(mouth))
        // Where the nose would be if it did not stand out.
        let base = Self.noseHeight * mouthPlace.along
        let yaw = atan2((nosePlace.along - base) / Self.noseDepth, distance)
        let mouthDown = max(mouthPlace.down, 1e-6)
        let pitch = atan(
            (nosePlace.down / mouthDown - Self.noseHeight) * Self.mouthDepth / Self.noseDepth)
        let degrees = 180 / Double.pi
        return (yaw * degrees, pitch * degrees, -atan2(dy, dx) * degrees)
    }
}

extension Image {
    /// Over the inner pixels of a grey image.
    fileprivate var laplacianVariance: Double {
        var (sum, squares, count) = (0.0, 0.0, 0.0)
        for row in 1 ..< max(1, height - 1) {
            for column in 1 ..< max(1, width - 1) {
                let index = row * width + column
                let around =
                    Int(pixels[index - 1]) + Int(pixels[index + 1]) + Int(pixels[index - width])
                    + Int(pixels[index + width])
                let value = Double(around - 4 * Int(pixels[index]))
                sum += value
                squares += value * value
                count += 1
            }
        }
        guard count > 0 else { return 0 }
        return squares / count - (sum / count) * (sum / count)
    }
}
