import Foundation
import Imaging

/// Whether the detector's model is at hand; its tests are skipped where it is not.
let hasFaceModel = (try? FaceDetector.locateModel()) != nil

/// The first faces of FER-2013 as 48 x 48 grey images; empty where the data is not at hand.
let realFaces: [Image] = {
    let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let folder =
        ProcessInfo.processInfo.environment["MIEN_DATA"].map { URL(fileURLWithPath: $0) }
        ?? repository.deletingLastPathComponent().appendingPathComponent("shared/data")
    let file = folder.appendingPathComponent("fer2013.csv.gz").path
    guard FileManager.default.fileExists(atPath: file) else { return [] }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "gzip -dc \"$0\" | head -n 41 | tail -n 40", file]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return [] }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").compactMap { line in
        let pixels = line.split(separator: ",")[1].split(separator: " ").compactMap { UInt8($0) }
        guard pixels.count == 48 * 48 else { return nil }
        return Image(width: 48, height: 48, channels: 1, pixels: pixels)
    }
}()

extension Image {
    /// The same with `other` over it.
    func with(_ other: Image, left: Int, top: Int) -> Image {
        var result = self
        for row in 0 ..< other.height {
            let target = (top + row) * width + left
            result.pixels.replaceSubrange(
                target ..< target + other.width,
                with: other.pixels[row * other.width ..< (row + 1) * other.width])
        }
        return result
    }

    /// Grey levels without any order.
    static func noise(width: Int, height: Int, seed: UInt64) -> Image {
        var state = seed
        var image = Image(width: width, height: height, channels: 1, filledWith: 0)
        for index in image.pixels.indices {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            image.pixels[index] = UInt8(truncatingIfNeeded: state >> 40)
        }
        return image
    }
}

/// A face whose landmarks and box lie where `alignment` puts them in a frame of `side` pixels at
/// (`left`, `top`).
func typicalFace(
    _ alignment: FaceAlignment = .fer2013, side: Double = 48, left: Double = 0, top: Double = 0
) -> DetectedFace {
    let half = alignment.faceSize / 2
    let (feature, length) = (alignment.featureCentre, alignment.eyesToMouth)
    let (eyes, mouth) = (feature.y - length / 2, feature.y + length / 2)
    let rise = 0.18 * tan(alignment.rollDegrees * .pi / 180)
    func point(_ x: Double, _ y: Double) -> Point {
        Point(x: left + x * side, y: top + y * side)
    }
    return DetectedFace(
        box: Rectangle(
            left: left + (alignment.boxCentre.x - half) * side,
            top: top + (alignment.boxCentre.y - half) * side, width: 2 * half * side,
            height: 2 * half * side),
        landmarks: FaceLandmarks(
            leftEye: point(feature.x - 0.18, eyes + rise),
            rightEye: point(feature.x + 0.18, eyes - rise),
            nose: point(feature.x, eyes + 0.56 * length),
            leftMouth: point(feature.x - 0.15, mouth), rightMouth: point(feature.x + 0.15, mouth)),
        confidence: 0.9)
}
