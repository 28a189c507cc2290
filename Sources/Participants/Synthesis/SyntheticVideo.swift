import Evaluation
import Foundation
import Mien

/// A short drawn video of a face: an AVI of uncompressed pictures, 5 a second, with the sound of the
/// whole recording.
struct SyntheticVideo {
    let person: SyntheticPerson
    /// 16 bits, one channel, at ``SyntheticSignals/sampleRate``.
    let samples: [UInt8]

    private static let side = 192
    private static let frames = 15
    private static let rate = 5

    func bytes() -> [UInt8] {
        let size = 3 * Self.side * Self.side
        var movie = Array("movi".utf8)
        var index: [UInt8] = []
        func add(_ name: String, _ content: [UInt8]) {
            index += Array(name.utf8) + number(16) + number(movie.count) + number(content.count)
            movie += chunk(name, content)
        }
        for picture in 0 ..< Self.frames { add("00db", self.picture(picture)) }
        let second = 2 * SyntheticSignals.sampleRate
        for start in stride(from: 0, to: samples.count, by: second) {
            add("01wb", Array(samples[start ..< min(start + second, samples.count)]))
        }
        let main = chunk(
            "avih",
            numbers([
                1_000_000 / Self.rate, size * Self.rate + second, 0, 0x10, Self.frames, 0, 2, size,
                Self.side, Self.side, 0, 0, 0, 0,
            ]))
        let body =
            Array("AVI ".utf8) + list("hdrl", main + pictureTrack(size) + soundTrack(second))
            + chunk("LIST", movie) + chunk("idx1", index)
        return Array("RIFF".utf8) + number(body.count) + body
    }

    private func pictureTrack(_ size: Int) -> [UInt8] {
        let times = numbers([0, 0, 0, 1, Self.rate, 0, Self.frames, size, 0, 0, 0])
        let frame = number(Self.side, 2) + number(Self.side, 2)
        let depth = number(1, 2) + number(24, 2)
        let format = numbers([40, Self.side, Self.side]) + depth + numbers([0, size, 0, 0, 0, 0])
        return list(
            "strl",
            chunk("strh", Array("vidsDIB ".utf8) + times + frame) + chunk("strf", format))
    }

    private func soundTrack(_ second: Int) -> [UInt8] {
        let rate = SyntheticSignals.sampleRate
        let times = numbers([0, 0, 0, 1, rate, 0, samples.count / 2, second, 0, 2, 0, 0])
        let format =
            number(1, 2) + number(1, 2) + numbers([rate, second]) + number(2, 2) + number(16, 2)
        return list(
            "strl",
            chunk("strh", Array("auds".utf8) + number(0) + times) + chunk("strf", format))
    }

    private func number(_ value: Int) -> [UInt8] { number(value, 4) }

    private func numbers(_ values: [Int]) -> [UInt8] { values.flatMap { number($0, 4) } }

    private func number(_ value: Int, _ bytes: Int) -> [UInt8] {
        (0 ..< bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        Array(name.utf8) + number(content.count) + content
    }

    private func list(_ name: String, _ content: [UInt8]) -> [UInt8] {
        chunk("LIST", Array(name.utf8) + content)
    }

    /// A face of Mien's own drawing, four times as large; rows from below, grey in three channels.
    private func picture(_ frame: Int) -> [UInt8] {
        let faces = SyntheticFaces(seed: person.seed)
        let face = faces.face(
            at: person.index * SyntheticFaces.facesPerPerson + frame / 2
                % SyntheticFaces.facesPerPerson)
        let scale = Self.side / SyntheticFaces.side
        var bytes: [UInt8] = []
        bytes.reserveCapacity(3 * Self.side * Self.side)
        for row in (0 ..< Self.side).reversed() {
            for column in 0 ..< Self.side {
                let grey = face.pixels[row / scale * SyntheticFaces.side + column / scale]
                bytes += [grey, grey, grey]
            }
        }
        return bytes
    }
}
