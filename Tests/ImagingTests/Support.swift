import Foundation
import Imaging
import Testing

/// The bytes of a file of Golden/.
func golden(_ name: String) throws -> [UInt8] {
    let url = try #require(Bundle.module.url(forResource: "Golden/\(name)", withExtension: nil))
    return [UInt8](try Data(contentsOf: url))
}

/// Runs `body` with a folder that is gone afterwards.
func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("mien-imaging-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
}

/// A grey image of a smooth pattern, which JPEG keeps well.
func smoothImage(width: Int, height: Int, channels: Int = 1) -> Image {
    var image = Image(width: width, height: height, channels: channels, filledWith: 0)
    for index in image.pixels.indices {
        let (x, y) = (index / channels % width, index / channels / width)
        image.pixels[index] = UInt8((x * 3 + y * 2 + index % channels * 40) % 200 + 20)
    }
    return image
}
