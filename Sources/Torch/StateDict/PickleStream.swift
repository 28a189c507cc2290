/// The bytes of a pickle, from memory or read on from a file as they are asked for.
final class PickleStream {
    let file: InputFile
    /// A pickle of weights takes a few hundred bytes per tensor; more than this is no such thing.
    private static let limit = 64 << 20
    private static let step = 1 << 16

    private var buffer: [UInt8]
    private var position = 0
    private var nextOffset: Int

    /// A pickle that lies in memory.
    init(_ bytes: [UInt8], of file: InputFile) {
        self.file = file
        buffer = bytes
        nextOffset = file.size
    }

    /// Pickles at the start of a file.
    init(startOf file: InputFile) {
        self.file = file
        buffer = []
        nextOffset = 0
    }

    /// Where the next byte lies, in a stream that begins with the file.
    var offset: Int { position }

    func byte() throws(StateDictError) -> UInt8 {
        try need(1)
        position += 1
        return buffer[position - 1]
    }

    func bytes(_ count: Int) throws(StateDictError) -> ArraySlice<UInt8> {
        try need(count)
        position += count
        return buffer[position - count ..< position]
    }

    /// An unsigned little-endian number of at most 8 bytes.
    func number(_ count: Int) throws(StateDictError) -> UInt64 {
        try bytes(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The length of what follows.
    func length(_ count: Int) throws(StateDictError) -> Int {
        let length = try number(count)
        guard length <= UInt64(Self.limit) else {
            throw file.refused("its pickle holds a text or number of \(length) bytes")
        }
        return Int(length)
    }

    func text(_ count: Int) throws(StateDictError) -> String {
        String(decoding: try bytes(count), as: UTF8.self)
    }

    /// Up to the next line feed, without it.
    func line() throws(StateDictError) -> String {
        var line: [UInt8] = []
        while true {
            let byte = try byte()
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            guard line.count < 1000 else { throw file.refused("its pickle is damaged") }
            line.append(byte)
        }
    }

    private func need(_ count: Int) throws(StateDictError) {
        while buffer.count - position < count {
            let more = min(max(Self.step, count), file.size - nextOffset)
            guard more > 0 else {
                throw file.refused("its pickle ends early; the file is cut short or damaged")
            }
            guard buffer.count + more <= Self.limit else {
                throw file.refused("its pickle is longer than \(Self.limit) bytes")
            }
            buffer += try file.read("the pickle", count: more, at: nextOffset)
            nextOffset += more
        }
    }
}
