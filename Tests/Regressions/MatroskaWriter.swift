import Foundation
import Imaging

/// A Matroska file of JPEG pictures, ten a second, with what its headers may say of how it is shown.
struct MatroskaWriter {
    var displaySize: (width: Int, height: Int)?
    var crop: (left: Int, top: Int, right: Int, bottom: Int)?
    /// Degrees against the clock.
    var roll: Float?
    var isMirrored = false

    func write(_ frames: [Image], to url: URL) throws {
        let header = element(
            0x1A45_DFA3,
            element(0x4282, Data("matroska".utf8)) + number(0x4287, 4) + number(0x4285, 2))
        var video = number(0xB0, frames[0].width) + number(0xBA, frames[0].height)
        if let displaySize {
            video += number(0x54B0, displaySize.width) + number(0x54BA, displaySize.height)
        }
        if let crop {
            video += number(0x54AA, crop.bottom) + number(0x54BB, crop.top)
            video += number(0x54CC, crop.left) + number(0x54DD, crop.right)
        }
        if let roll {
            let yaw = element(0x7673, float(isMirrored ? 180 : 0))
            video += element(0x7670, number(0x7671, 0) + yaw + element(0x7675, float(roll)))
        }
        let track = element(
            0xAE,
            number(0xD7, 1) + number(0x73C5, 1) + number(0x83, 1)
                + element(0x86, Data("V_MJPEG".utf8)) + element(0xE0, video))
        var cluster = number(0xE7, 0)
        for (index, frame) in frames.enumerated() {
            let time = index * 100
            let picture = Data(try frame.encoded(as: .jpeg(quality: 95)))
            cluster += element(
                0xA3, Data([0x81, UInt8(time >> 8), UInt8(time & 0xFF), 0x80]) + picture)
        }
        let segment =
            element(0x1549_A966, number(0x2AD7B1, 1_000_000)) + element(0x1654_AE6B, track)
            + element(0x1F43_B675, cluster)
        try (header + element(0x1853_8067, segment)).write(to: url)
    }

    private func number(_ name: Int, _ value: Int) -> Data {
        element(name, bigEndian(value, 4))
    }

    private func float(_ value: Float) -> Data { bigEndian(Int(value.bitPattern), 4) }

    /// Names hold their own length; sizes are written with four bytes.
    private func element(_ name: Int, _ content: Data) -> Data {
        let length = name > 0xFF_FFFF ? 4 : name > 0xFFFF ? 3 : name > 0xFF ? 2 : 1
        return bigEndian(name, length) + bigEndian(content.count | 0x1000_0000, 4) + content
    }

    private func bigEndian(_ value: Int, _ bytes: Int) -> Data {
        Data((0 ..< bytes).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
    }
}
