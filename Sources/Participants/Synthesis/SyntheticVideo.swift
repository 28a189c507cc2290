import Evaluation
import Foundation
import Mien

/// A short drawn video of a face: an AVI of uncompressed pictures, 5 a second.
struct SyntheticVideo {
    let person: SyntheticPerson

    private static let side = 192
    private static let frames = 15
    private static let rate = 5

    func bytes() -> [UInt8] {
        let pictures = (0 ..< Self.frames).map(picture)
        let size = 3 * Self.side * Self.side
        var movie = Array("movi".utf8)
        var index: [UInt8] = []
        for picture in pictures {
            index += Array("00db".utf8) + number(16) + number(movie.count) + number(size)
            movie += Array("00db".utf8) + number(size) + picture
        }
        let main = chunk(
            "avih",
            numbers([
                1_000_000 / Self.rate, size * Self.rate, 0, 0x10, Self.frames, 0, 1, size,
                Self.side, Self.side, 0, 0, 0, 0,
            ]))
        let times = numbers([0, 0, 0, 1, Self.rate, 0, Self.frames, size, 0, 0, 0])
        let frame = number(Self.side, 2) + number(Self.side, 2)
        let stream = chunk("strh", Array("vidsDIB ".utf8) + times + frame)
        let depth = number(1, 2) + number(24, 2)
        let format = chunk(
            "strf",
            numbers([40, Self.side, Self.side]) + depth + numbers([0, size, 0, 0, 0, 0]))
        let streams = list("strl", stream + format)
        let body =
            Array("AVI ".utf8) + list("hdrl", main + streams)
            + chunk("LIST", movie) + chunk("idx1", index)
        return Array("RIFF".utf8) + number(body.count) + body
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
