public import Foundation

// The safetensors format: eight bytes with the length of a JSON header, little-endian; the header
// {"name": {"dtype", "shape", "data_offsets": [begin, end]}, "__metadata__": {text: text}}; then
// the elements of all tensors one after the other, without holes.

extension StateDict {
    /// The largest header that the format allows.
    private static let headerLimit = 100_000_000

    private struct Entry: Codable {
        let dtype: String
        let shape: [Int]
        let data_offsets: [Int]
    }

    /// Reads a safetensors file, whose elements stay in the file until they are used: it must not
    /// be written over meanwhile. (To put another in its place does no harm.)
    /// - Throws: `StateDictError` that says what about the file is wrong.
    public init(safetensors url: URL) throws(StateDictError) {
        try self.init(
            safetensors: try InputFile(path: url.path).mapped(), path: url.path, isMapped: true)
    }

    /// Reads the bytes of a safetensors file.
    /// - Parameter path: of the file, for errors.
    public init(safetensors data: Data, path: String) throws(StateDictError) {
        try self.init(safetensors: data, path: path, isMapped: false)
    }

    private init(safetensors data: Data, path: String, isMapped: Bool) throws(StateDictError) {
        func refuse(_ reason: String, isForeign: Bool = false) -> StateDictError {
            StateDictError(path: path, reason: reason, isForeign: isForeign)
        }
        self.init()
        guard data.count >= 8 else {
            throw refuse(
                "\(data.count) bytes are too few for a safetensors file", isForeign: true)
        }
        let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(Self.headerLimit) else {
            throw refuse(
                "it is no safetensors file: its header would take \(length) bytes", isForeign: true)
        }
        guard data.count >= 8 + Int(length) else {
            throw refuse(
                "it is cut off: the header takes \(length) bytes, \(data.count - 8) are there",
                isForeign: data.dropFirst(8).first != UInt8(ascii: "{"))
        }
        let start = data.startIndex + 8
        let body = data[(start + Int(length))...]
        let header: [String: HeaderValue]
        do {
            header = try JSONDecoder().decode(
                [String: HeaderValue].self, from: data[start ..< start + Int(length)])
        } catch {
            throw refuse("its header is not what safetensors asks for")
        }
        var entries: [(name: String, entry: Entry)] = []
        for (name, value) in header {
            switch value {
            case .metadata(let text) where name == "__metadata__": metadata = text
            case .tensor(let entry) where name != "__metadata__": entries.append((name, entry))
            default: throw refuse("its header entry \"\(name)\" is not what safetensors asks for")
            }
        }
        entries.sort {
            ($0.entry.data_offsets.first ?? 0, $0.name) < (
                $1.entry.data_offsets.first ?? 0, $1.name
            )
        }
        var end = 0
        for (name, entry) in entries {
            guard let dtype = DType.allCases.first(where: { $0.safetensorsName == entry.dtype })
            else { throw refuse("tensor \(name) has the unknown element type \(entry.dtype)") }
            guard let size = Self.byteCount(entry.shape, dtype) else {
                throw refuse("tensor \(name) has the impossible shape \(entry.shape)")
            }
            guard entry.data_offsets.count == 2, entry.data_offsets[0] == end,
                entry.data_offsets[1] >= end, entry.data_offsets[1] - end == size
            else {
                throw refuse(
                    "tensor \(name) lies at \(entry.data_offsets), expected [\(end), \(end + size)]"
                )
            }
            guard size <= body.count - end else {
                throw refuse(
                    "it is cut off: tensor \(name) ends at byte \(end + size) of the data, "
                        + "\(body.count) are there")
            }
            let bytes = body[(body.startIndex + end) ..< (body.startIndex + end + size)]
            self[name] = RawTensor(
                dtype: dtype, shape: entry.shape, bytes: bytes, isMapped: isMapped)
            end += size
        }
        guard end == body.count else {
            throw refuse("\(body.count - end) bytes follow after the last tensor")
        }
    }

    private enum HeaderValue: Decodable {
        case metadata([String: String])
        case tensor(Entry)

        init(from decoder: any Decoder) throws {
            if let entry = try? Entry(from: decoder) {
                self = .tensor(entry)
            } else {
                self = .metadata(try [String: String](from: decoder))
            }
        }
    }

    /// `nil` for negative sizes and for products beyond 2^53.
    private static func byteCount(_ shape: [Int], _ dtype: DType) -> Int? {
        var count = dtype.byteSize
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard size >= 0, !overflow, product < 1 << 53 else { return nil }
            count = product
        }
        return count
    }

    /// Writes the file whole. Equal contents give equal bytes.
    ///
    /// Wider elements come first, as other readers need every tensor to lie at a multiple of its
    /// element size; among equals the order is that of `names`.
    /// - Throws: `FileError`, or `EncodingError`.
    public func writeSafetensors(to url: URL) throws {
        let ordered = [8, 4, 2, 1].flatMap { width in
            tensors.filter { $0.tensor.dtype.byteSize == width }
        }
        var header: [String: any Encodable] = [:]
        var end = 0
        for (name, tensor) in ordered {
            header[name] = Entry(
                dtype: tensor.dtype.safetensorsName, shape: tensor.shape,
                data_offsets: [end, end + tensor.bytes.count])
            end += tensor.bytes.count
        }
        if !metadata.isEmpty { header["__metadata__"] = metadata }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var json = [UInt8](try encoder.encode(header.mapValues(AnyEncodable.init)))
        while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
        let length = withUnsafeBytes(of: UInt64(json.count).littleEndian) { [UInt8]($0) }
        var output = length + json
        output.reserveCapacity(output.count + end)
        for (_, tensor) in ordered { output += tensor.bytes }
        try AtomicFile.write(Data(output), to: url)
    }

    private struct AnyEncodable: Encodable {
        let value: any Encodable

        func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
    }
}
