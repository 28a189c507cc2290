import Foundation
import Imaging
import ProgramSupport
import Testing

/// Four coloured quarters; the upper left one is red.
func quarters(width: Int = 64, height: Int = 48) -> Image {
    var image = Image(width: width, height: height, channels: 3, filledWith: 0)
    for y in 0 ..< height {
        for x in 0 ..< width {
            let colour = Quarter.all[(y * 2 / height) * 2 + x * 2 / width].colour
            image.pixels.replaceSubrange(
                (y * width + x) * 3 ..< (y * width + x) * 3 + 3, with: colour)
        }
    }
    return image
}

enum Quarter: String, CaseIterable {
    case red, green, blue, grey

    static let all: [Quarter] = [.red, .green, .blue, .grey]

    var colour: [UInt8] {
        switch self {
        case .red: [200, 40, 40]
        case .green: [40, 180, 60]
        case .blue: [50, 60, 210]
        case .grey: [120, 120, 120]
        }
    }
}

/// The colour at a place given in parts of width and height.
func colour(_ image: Image, _ x: Double, _ y: Double) -> [UInt8] {
    let place = Int(y * Double(image.height)) * image.width + Int(x * Double(image.width))
    let pixel = image.pixels[place * image.channels ..< (place + 1) * image.channels]
    return image.channels == 3 ? Array(pixel) : Array(repeating: pixel.first ?? 0, count: 3)
}

/// The quarters as they are seen: upper left and right, lower left and right.
func seenQuarters(_ image: Image, tolerance: Int = 8) -> [Quarter?] {
    [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)].map { x, y in
        let seen = colour(image, x, y)
        return Quarter.all.first { quarter in
            zip(quarter.colour, seen).allSatisfy { abs(Int($0) - Int($1)) <= tolerance }
        }
    }
}

struct ReadVideo: CustomTestStringConvertible {
    var frames: [VideoFrame] = []
    let notes: [String]
    let endedEarly: Bool

    init(_ url: URL, _ sampling: VideoFrames.Sampling = .all) throws {
        let video = try VideoFrames(.file(url), sampling: sampling)
        while let frame = try video.next() { frames.append(frame) }
        notes = video.notes
        endedEarly = video.endedEarly
    }

    /// Without the pixels.
    var testDescription: String { "\(frames.count) frames, \(notes)" }

    var seconds: [Double] { frames.map { ($0.seconds * 1000).rounded() / 1000 } }
}

/// A clip that `make_videos.py` made.
func madeVideo(_ name: String) throws -> URL {
    try #require(Bundle.module.url(forResource: "Golden/Video/\(name)", withExtension: nil))
}

func problem(_ url: URL) -> VideoError.Problem? {
    do {
        _ = try ReadVideo(url)
        return nil
    } catch {
        return (error as? VideoError)?.problem
    }
}
