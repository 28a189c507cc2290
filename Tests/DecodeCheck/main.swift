// Decoded pixels for scripts/differential, which holds them against other programs' readers.
//
// Standard input has one request a line: `picture PATH`, `reduced SIDE PATH` or `clip PATH`. Each is
// answered at once on standard output:
//
//     picture WIDTH HEIGHT CHANNELS     then the pixels, one byte a value
//     frame INDEX SECONDS WIDTH HEIGHT CHANNELS     likewise, for each frame of a clip
//     end FRAMES ENDED_EARLY            after the last frame: 0 or 1
//     error BYTES                       then the text
import Foundation
import Imaging

/// A clip with damaged sizes must not fill the reader's memory.
let limits = DecodingLimits(maximumPixels: 4_000_000)
let mostFrames = 500

func answer(_ line: String, _ bytes: [UInt8] = []) throws {
    try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8) + bytes)
}

func answer(_ name: String, _ image: Image) throws {
    try answer("\(name) \(image.width) \(image.height) \(image.channels)", image.pixels)
}

func decode(_ request: Substring, _ path: String) throws {
    let file = URL(fileURLWithPath: path)
    switch request {
    case "picture":
        try answer("picture", Image(contentsOf: file, limits: limits))
    case "clip":
        let video = try VideoFrames(.file(file), limits: limits)
        while video.framesRead < mostFrames, let frame = try video.next() {
            try answer("frame \(frame.index) \(frame.seconds)", frame.image)
        }
        try answer("end \(video.framesRead) \(video.endedEarly ? 1 : 0)")
    default:
        let side = Int(request) ?? 1
        let reduced = try ReducedImage(contentsOf: file, limits: limits, longerSideAtLeast: side)
        try answer("picture", reduced.image)
    }
}

while let line = readLine() {
    var words = line.split(separator: " ", maxSplits: 1)
    if words.first == "reduced" { words = words[1].split(separator: " ", maxSplits: 1) }
    guard words.count == 2 else { throw CocoaError(.fileReadUnknown) }
    do {
        try decode(words[0], String(words[1]))
    } catch {
        let text = Array("\(error)".utf8)
        try answer("error \(text.count)", text)
    }
}
