import Foundation

/// A request of the Open Inference Protocol v2 with its tensors, read out of JSON and of the bytes
/// behind it (the binary extension).
struct InferenceRequest {
    /// Encoded pictures, or faces of 48 x 48 grey pixels as pictures.
    let pictures: [[UInt8]]
    /// Whether each picture is a face.
    let areFaces: Bool
    let id: String?
    /// Names of the outputs that are wanted, in order; with whether they are binary.
    let outputs: [(name: String, isBinary: Bool)]

    static let most = 64
    static let side = 48
    static let outputNames = ["score", "emotions", "status"]

    private struct Body: Decodable {
        let id: String?
        let inputs: [Input]
        let outputs: [Output]?
        let parameters: Parameters?
    }

    private struct Input: Decodable {
        let name: String
        let datatype: String
        let shape: [Int]
        let parameters: Parameters?
        let data: TensorData?
    }

    private struct Output: Decodable {
        let name: String
        let parameters: Parameters?
    }

    private struct Parameters: Decodable {
        let size: Int?
        let isBinary: Bool?
        let areBinary: Bool?

        enum CodingKeys: String, CodingKey {
            case size = "binary_data_size"
            case isBinary = "binary_data"
            case areBinary = "binary_data_output"
        }
    }

    /// Numbers or texts, nested or flat.
    private struct TensorData: Decodable {
        var bytes: [UInt8] = []
        var texts: [String] = []

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            while !container.isAtEnd {
                if let byte = try? container.decode(UInt8.self) {
                    bytes.append(byte)
                } else if let text = try? container.decode(String.self) {
                    texts.append(text)
                } else {
                    let inner = try container.decode(TensorData.self)
                    bytes += inner.bytes
                    texts += inner.texts
                }
            }
        }
    }

    /// - Parameter headerLength: bytes of the JSON where tensors follow; `nil` for JSON alone.
    /// - Throws: `Problem` 400.
    init(_ body: [UInt8], headerLength: Int?) throws(Problem) {
        let length = headerLength ?? body.count
        guard 0 ... body.count ~= length else {
            throw .malformed("Inference-Header-Content-Length is more than the body has.")
        }
        guard let header = try? JSONDecoder().decode(Body.self, from: Data(body[..<length])) else {
            throw .malformed(
                "The request is no JSON of an inference. Values of face are whole numbers from 0 to "
                    + "255, those of image texts.")
        }
        var rest = body[length...]
        var pictures: [[UInt8]]?
        var areFaces = false
        for input in header.inputs {
            var raw: [UInt8]?
            if let size = input.parameters?.size {
                guard 0 ... rest.count ~= size else {
                    throw .malformed("binary_data_size is more than the bytes that follow.")
                }
                raw = Array(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            guard pictures == nil else {
                throw .malformed("Give one input: image or face.")
            }
            switch input.name {
            case "image": pictures = try Self.images(input, raw)
            case "face":
                areFaces = true
                pictures = try Self.faces(input, raw)
            default: throw .malformed("The inputs are image and face.")
            }
        }
        guard let pictures else { throw .malformed("Give one input: image or face.") }
        guard rest.isEmpty else { throw .malformed("Bytes follow that no input has.") }
        let all = header.parameters?.areBinary ?? false
        let wanted =
            header.outputs?.map { ($0.name, $0.parameters?.isBinary ?? all) }
            ?? Self.outputNames.map { ($0, all) }
        guard wanted.allSatisfy({ Self.outputNames.contains($0.0) }) else {
            throw .malformed("The outputs are score, emotions and status.")
        }
        self.pictures = pictures
        self.areFaces = areFaces
        id = header.id
        outputs = wanted.map { (name: $0.0, isBinary: $0.1) }
    }

    private static func check(_ input: Input, _ type: String, _ shape: [Int]) throws(Problem) {
        guard input.datatype == type, input.shape.count == shape.count + 1,
            input.shape.dropFirst().elementsEqual(shape), 1 ... most ~= input.shape[0]
        else {
            let rest = shape.map { ", \($0)" }.joined()
            throw .malformed("\(input.name): expected \(type) [n\(rest)] with n from 1 to \(most).")
        }
    }

    private static func images(_ input: Input, _ raw: [UInt8]?) throws(Problem) -> [[UInt8]] {
        try check(input, "BYTES", [])
        let count = input.shape[0]
        var pictures: [[UInt8]] = []
        if let raw {
            var rest = raw[...]
            while let size = length(rest), rest.count - 4 >= size {
                pictures.append(Array(rest.dropFirst(4).prefix(size)))
                rest = rest.dropFirst(4 + size)
            }
            guard rest.isEmpty else { throw .malformed("image: an element is cut.") }
        } else {
            for text in input.data?.texts ?? [] {
                guard let data = Data(base64Encoded: text) else {
                    throw .malformed("image: in JSON each element is base64.")
                }
                pictures.append([UInt8](data))
            }
        }
        guard pictures.count == count else {
            throw .malformed("image: expected \(count) elements, found \(pictures.count).")
        }
        return pictures
    }

    private static func length(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count >= 4 else { return nil }
        return bytes.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private static func faces(_ input: Input, _ raw: [UInt8]?) throws(Problem) -> [[UInt8]] {
        try check(input, "UINT8", [side, side])
        let (count, size) = (input.shape[0], side * side)
        let bytes = raw ?? input.data?.bytes ?? []
        guard bytes.count == count * size else {
            throw .malformed("face: expected \(count * size) values, found \(bytes.count).")
        }
        // Grey levels as PGM, which costs nothing to decode.
        let head = Array("P5 \(side) \(side) 255\n".utf8)
        return (0 ..< count).map { head + bytes[$0 * size ..< ($0 + 1) * size] }
    }
}
