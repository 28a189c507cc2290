import Foundation

/// A scalar or vector of NumPy's .npy format, versions 1 to 3: whole numbers, floating-point numbers
/// or text (NumPy Enhancement Proposal 1). Objects, which are pickled code, are refused.
struct NumpyArray {
    /// Text as it is; numbers as Swift writes them.
    let texts: [String]

    /// More bytes are no annotation of a face.
    private static let mostBytes = 1 << 24
    private static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

    init(path: String) throws(DataError) {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            let exists = FileManager.default.fileExists(atPath: path)
            throw .row(
                path, line: nil, found: exists ? error.localizedDescription : "no file there",
                expected: "a .npy file")
        }
        try self.init([UInt8](bytes.prefix(Self.mostBytes + 1)), path: path)
    }

    init(_ bytes: [UInt8], path: String) throws(DataError) {
        func fault(_ found: String, _ expected: String) -> DataError {
            .row(path, line: nil, found: found, expected: expected)
        }
        guard bytes.count <= Self.mostBytes else {
            throw fault("more than \(Self.mostBytes >> 20) MiB", "a scalar or vector")
        }
        guard bytes.starts(with: Self.magic), bytes.count > 10, (1 ... 3).contains(bytes[6]) else {
            throw fault("other first bytes than .npy files have", "a .npy file of version 1 to 3")
        }
        let lengthBytes = bytes[6] == 1 ? 2 : 4
        let start = 8 + lengthBytes
        guard bytes.count >= start else { throw fault("\(bytes.count) bytes", "a header") }
        let length = bytes[8 ..< start].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= bytes.count - start else {
            throw fault("an end within the header", "\(length) bytes of it")
        }
        let header = String(decoding: bytes[start ..< start + length], as: UTF8.self)
        guard let description = Self.value(of: "descr", in: header, quoted: true),
            let shape = Self.value(of: "shape", in: header, quoted: false),
            let sizes = Self.sizes(shape)
        else { throw fault("the header \(header.quoted(limit: 80))", "descr and shape") }
        guard let element = Element(description) else {
            throw fault(
                description.hasSuffix("O")
                    ? "pickled objects"
                    : "elements of the type "
                        + description.quoted(limit: 20),
                "i4, i8, u1, f4, f8 or text, which hold no code")
        }
        guard sizes.count <= 1, let count = sizes.isEmpty ? 1 : sizes.first else {
            throw fault("the shape \(shape)", "a scalar or vector")
        }
        let body = bytes[(start + length)...]
        let (size, isTooLarge) = count.multipliedReportingOverflow(by: element.size)
        guard !isTooLarge, size == body.count else {
            throw fault("\(body.count) bytes of elements", "\(count) of \(element.size) bytes")
        }
        var texts: [String] = []
        for index in 0 ..< count {
            let first = body.startIndex + index * element.size
            guard let text = element.text(Array(body[first ..< first + element.size])) else {
                throw fault("letters that Unicode does not have", "text")
            }
            texts.append(text)
        }
        self.texts = texts
    }

    /// The value of a key in the header, which is a Python dictionary.
    private static func value(of key: String, in header: String, quoted: Bool) -> String? {
        guard let start = header.range(of: "'\(key)':") else { return nil }
        let rest = header[start.upperBound...].drop { $0 == " " }
        let (open, close): (Character, Character) = quoted ? ("'", "'") : ("(", ")")
        guard rest.first == open else { return nil }
        let inner = rest.dropFirst()
        return inner.firstIndex(of: close).map { String(inner[..<$0]) }
    }

    /// "3," is one size, "" none.
    private static func sizes(_ shape: String) -> [Int]? {
        let parts = shape.split(separator: ",").map { $0.filter { $0 != " " } }
        let sizes = parts.filter { !$0.isEmpty }.compactMap { Int($0) }
        guard sizes.count == parts.count(where: { !$0.isEmpty }), sizes.allSatisfy({ $0 >= 0 })
        else {
            return nil
        }
        return sizes
    }

    private struct Element {
        private let kind: Character
        private let isBigEndian: Bool
        let size: Int

        init?(_ text: String) {
            guard let order = text.first, "<>|=".contains(order),
                let kind = text.dropFirst().first, let size = Int(text.dropFirst(2)), size > 0
            else { return nil }
            let isKnown =
                kind == "U"
                ? size <= 1 << 16 : ["i4", "i8", "u1", "f4", "f8"].contains("\(kind)\(size)")
            guard isKnown else { return nil }
            self.kind = kind
            self.size = kind == "U" ? size * 4 : size
            isBigEndian = order == ">"
        }

        /// `nil` for text that is none.
        func text(_ bytes: [UInt8]) -> String? {
            func bits(_ part: some Collection<UInt8>) -> UInt64 {
                (isBigEndian ? Array(part) : part.reversed()).reduce(0) { $0 << 8 | UInt64($1) }
            }
            switch (kind, size) {
            case ("i", 4): return "\(Int32(truncatingIfNeeded: bits(bytes)))"
            case ("i", _): return "\(Int64(bitPattern: bits(bytes)))"
            case ("u", _): return "\(bytes[0])"
            case ("f", 4): return "\(Float(bitPattern: UInt32(truncatingIfNeeded: bits(bytes))))"
            case ("f", _): return "\(Double(bitPattern: bits(bytes)))"
            default:
                var text = String.UnicodeScalarView()
                for start in stride(from: 0, to: bytes.count, by: 4) {
                    let value = UInt32(truncatingIfNeeded: bits(bytes[start ..< start + 4]))
                    guard let letter = Unicode.Scalar(value) else { return nil }
                    text.append(letter)
                }
                return String(String(text).prefix { $0 != "\0" })
            }
        }
    }
}
