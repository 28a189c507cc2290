import Foundation
import Imaging

/// A QuickTime movie of JPEG pictures, with what its headers may say of how it is shown.
struct MovieWriter {
    /// Of the track header: a, b, c, d.
    var matrix: [Double] = [1, 0, 0, 1]
    /// Width and height of a pixel.
    var pixelAspect: (Int, Int)?
    /// Width, height, and how far its middle lies right of and below the frame's.
    var cleanAperture: (width: Int, height: Int, right: Int, down: Int)?
    /// In 1/1000 s: how long, and from when in the track; -1 shows nothing.
    var edits: [(duration: Int, from: Int)] = []
    /// In 1/1000 s: how long each frame is shown; the rest 100.
    var durations: [Int] = []

    func write(_ frames: [Image], to url: URL) throws {
        let pictures = try frames.map { Data(try $0.encoded(as: .jpeg(quality: 95))) }
        let type = box("ftyp", Data("qt  ".utf8) + words(0x200) + Data("qt  ".utf8))
        let content = box("mdat", pictures.reduce(Data(), +))
        let offset = type.count + 8
        try (type + content + movie(frames[0], pictures, offset)).write(to: url)
    }

    private func movie(_ frame: Image, _ pictures: [Data], _ offset: Int) -> Data {
        let each = (0 ..< pictures.count).map { $0 < durations.count ? durations[$0] : 100 }
        let length = each.reduce(0, +)
        let shown = edits.isEmpty ? length : edits.map(\.duration).reduce(0, +)
        let turn =
            [matrix[0], matrix[1], 0, matrix[2], matrix[3], 0, 0, 0].map { Int($0 * 65536) }
            + [0x4000_0000]
        let plain = [65536, 0, 0, 0, 65536, 0, 0, 0, 0x4000_0000]
        let movieHeader = box(
            "mvhd",
            words(0, 0, 0, 1000, shown, 65536, 0x100_0000, 0, 0) + words(plain)
                + words(0, 0, 0, 0, 0, 0, 2))
        let trackHeader = box(
            "tkhd",
            words(7, 0, 0, 1, 0, shown, 0, 0, 0, 0) + words(turn)
                + words(shownWidth(frame) << 16, shownHeight(frame) << 16))
        let editList = box(
            "elst", words(0, edits.count) + words(edits.flatMap { [$0.duration, $0.from, 65536] }))
        let handler = box("hdlr", words(0) + Data("mhlrvide".utf8) + words(0, 0, 0, 0))
        let reference = box("dinf", box("dref", words(0, 1) + box("url ", words(1))))
        let table = box(
            "stbl",
            box("stsd", words(0, 1) + description(frame))
                + box("stts", words(0, each.count) + words(each.flatMap { [1, $0] }))
                + box("stsc", words(0, 1, 1, pictures.count, 1))
                + box("stsz", words(0, 0, pictures.count) + words(pictures.map(\.count)))
                + box("stco", words(0, 1, offset)))
        let information = box(
            "minf", box("vmhd", words(1, 0, 0)) + reference + table)
        let media = box(
            "mdia", box("mdhd", words(0, 0, 0, 1000, length, 0)) + handler + information)
        let list = edits.isEmpty ? Data() : box("edts", editList)
        return box("moov", movieHeader + box("trak", trackHeader + list + media))
    }

    private func shownWidth(_ frame: Image) -> Int { cleanAperture?.width ?? frame.width }

    private func shownHeight(_ frame: Image) -> Int { cleanAperture?.height ?? frame.height }

    private func description(_ frame: Image) -> Data {
        var result = words(0, 1, 0, 0, 0, 0, frame.width << 16 | frame.height)
        result += words(0x48_0000, 0x48_0000, 0) + Data([0, 1]) + Data(count: 32)
        result += Data([0, 24, 0xFF, 0xFF])
        if let pixelAspect { result += box("pasp", words(pixelAspect.0, pixelAspect.1)) }
        if let cleanAperture {
            result += box(
                "clap",
                words(
                    cleanAperture.width, 1, cleanAperture.height, 1, cleanAperture.right, 1,
                    cleanAperture.down, 1))
        }
        return box("jpeg", result)
    }

    private func box(_ name: String, _ content: Data) -> Data {
        words(content.count + 8) + Data(name.utf8) + content
    }

    private func words(_ values: Int...) -> Data { words(values) }

    private func words(_ values: [Int]) -> Data {
        values.reduce(into: Data()) { data, value in
            let word = UInt32(truncatingIfNeeded: value).bigEndian
            withUnsafeBytes(of: word) { data.append(contentsOf: $0) }
        }
    }
}
