public import Foundation
public import Mien

/// A WAV file of 16-bit, 24-bit, 32-bit or floating-point samples, read in pieces as mono.
public final class WaveFile {
    public let sampleRate: Int
    public let channels: Int
    /// Of each channel.
    public let count: Int
    public let path: String

    private let handle: FileHandle
    private let bits: Int
    private let isFloat: Bool
    private let dataStart: UInt64
    private var position = 0

    public var seconds: Double { Double(count) / Double(sampleRate) }

    /// - Throws: `DataError` for what is no WAV file, or holds compressed sound.
    public init(_ url: URL) throws(DataError) {
        path = url.path
        func fault(_ found: String, _ expected: String = "a WAV file") -> DataError {
            DataError(
                .unknownForm, file: url.path, found: found, expected: expected,
                advice: "Convert it: ffmpeg -i FILE -c:a pcm_s16le FILE.wav")
        }
        guard let handle = try? FileHandle(forReadingFrom: url),
            let size = try? handle.seekToEnd()
        else {
            throw DataError(
                .unreadable, file: url.path, found: "a file that cannot be opened",
                expected: "a WAV file")
        }
        func bytes(_ length: Int, at offset: UInt64) -> [UInt8] {
            guard (try? handle.seek(toOffset: offset)) != nil,
                let data = try? handle.read(upToCount: length)
            else { return [] }
            return [UInt8](data)
        }
        let head = bytes(12, at: 0)
        guard head.count == 12, head.starts(with: Array("RIFF".utf8)),
            Array(head[8...]) == Array("WAVE".utf8)
        else { throw fault(size == 0 ? "an empty file" : "no RIFF header") }
        var offset: UInt64 = 12
        var format: [UInt8] = []
        var data: (start: UInt64, length: UInt64)?
        while offset + 8 <= size, data == nil {
            let chunk = bytes(8, at: offset)
            guard chunk.count == 8 else { break }
            let length = UInt64(Self.number(chunk, 4, 4))
            switch String(decoding: chunk[..<4], as: UTF8.self) {
            case "fmt ": format = bytes(Int(min(length, 64)), at: offset + 8)
            case "data": data = (offset + 8, min(length, size - offset - 8))
            default: break
            }
            offset += 8 + length + length % 2
        }
        guard format.count >= 16, let data else {
            throw fault("a WAV file without its chunks of format and data")
        }
        var code = Self.number(format, 0, 2)
        if code == 0xFFFE, format.count >= 26 { code = Self.number(format, 24, 2) }
        channels = Self.number(format, 2, 2)
        sampleRate = Self.number(format, 4, 4)
        bits = Self.number(format, 14, 2)
        isFloat = code == 3
        guard (code == 1 && [16, 24, 32].contains(bits)) || (code == 3 && bits == 32) else {
            throw fault("samples of format \(code) with \(bits) bits", "16, 24 or 32 bits")
        }
        guard (1 ... 64).contains(channels), (4000 ... 384_000).contains(sampleRate) else {
            throw fault(
                "\(channels) channels at \(sampleRate) Hz", "1 to 64 at 4,000 to 384,000 Hz")
        }
        count = Int(data.length) / (channels * bits / 8)
        guard count > 0 else { throw fault("no samples", "sound") }
        dataStart = data.start
        self.handle = handle
    }

    deinit { try? handle.close() }

    private static func number(_ bytes: [UInt8], _ start: Int, _ length: Int) -> Int {
        guard start + length <= bytes.count else { return 0 }
        return bytes[start ..< start + length].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// Reads on from where the last call stopped; the mean of the channels, -1 to 1.
    /// - Returns: fewer than `length` samples at the end, none after it.
    public func read(_ length: Int) -> [Float] {
        let wanted = min(length, count - position)
        let width = bits / 8
        guard wanted > 0,
            (try? handle.seek(toOffset: dataStart + UInt64(position * channels * width))) != nil,
            let data = try? handle.read(upToCount: wanted * channels * width)
        else { return [] }
        let frames = data.count / (channels * width)
        position += frames
        return data.withUnsafeBytes { raw in
            (0 ..< frames).map { frame in
                var sum: Float = 0
                for channel in 0 ..< channels {
                    sum += sample(raw, at: (frame * channels + channel) * width)
                }
                return sum / Float(channels)
            }
        }
    }

    private func sample(_ raw: UnsafeRawBufferPointer, at offset: Int) -> Float {
        if isFloat {
            let value = raw.loadUnaligned(fromByteOffset: offset, as: Float.self)
            return value.isFinite ? value : 0
        }
        switch bits {
        case 16: return Float(raw.loadUnaligned(fromByteOffset: offset, as: Int16.self)) / 0x1p15
        case 32: return Float(raw.loadUnaligned(fromByteOffset: offset, as: Int32.self)) / 0x1p31
        default:
            let low = Int32(raw[offset]) | Int32(raw[offset + 1]) << 8
            return Float((low | Int32(raw[offset + 2]) << 16) << 8) / 0x1p31
        }
    }
}
