import Foundation

/// One part of a `multipart/form-data` body (RFC 7578). The file name that a client gives is not
/// looked at.
enum Multipart {
    private static let headerLimit = 8192

    /// The content of the part of this name.
    /// - Parameters:
    ///   - contentType: the field of the request, with its boundary.
    ///   - name: of the part.
    /// - Throws: `Problem` 400 for a body that is none, or has the part not once, or others.
    static func part(
        named name: String, of body: [UInt8], contentType: String
    ) throws(Problem) -> [UInt8] {
        let boundary = try boundary(contentType)
        let open = Array("--\(boundary)".utf8)
        let between = Array("\r\n--\(boundary)".utf8)
        guard body.starts(with: open) || body.starts(with: Array("\r\n".utf8) + open) else {
            throw .malformed("The multipart body does not begin with its boundary.")
        }
        var position = body.starts(with: open) ? open.count : open.count + 2
        var found: [UInt8]?
        while true {
            let rest = body[position...]
            if rest.starts(with: Array("--".utf8)) { break }
            guard rest.starts(with: Array("\r\n".utf8)) else {
                throw .malformed("A boundary of the multipart body does not end its line.")
            }
            let start = position + 2
            let window = body[start ..< min(body.count, start + headerLimit)]
            guard let blank = window.firstRange(of: Array("\r\n\r\n".utf8)) else {
                throw .malformed(
                    "A part of the multipart body has no header, or one of over "
                        + "\(headerLimit) bytes.")
            }
            guard let end = body[blank.upperBound...].firstRange(of: between) else {
                throw .malformed("The multipart body is cut.")
            }
            let header = String(decoding: body[start ..< blank.lowerBound], as: UTF8.self)
            guard partName(header) == name else {
                throw .malformed(
                    "The multipart body has another part than \(name): parameters stand in the "
                        + "query.", code: "unknown_part")
            }
            guard found == nil else {
                throw .malformed("The multipart body has the part \(name) twice.")
            }
            found = Array(body[blank.upperBound ..< end.lowerBound])
            position = end.upperBound
        }
        guard let found, !found.isEmpty else {
            throw .malformed("The multipart body has no part \(name).", code: "no_part")
        }
        return found
    }

    private static func boundary(_ contentType: String) throws(Problem) -> String {
        for parameter in contentType.split(separator: ";").dropFirst() {
            let pair = parameter.split(separator: "=", maxSplits: 1)
            guard pair.count == 2,
                pair[0].trimmingCharacters(in: .whitespaces).lowercased() == "boundary"
            else { continue }
            let value = pair[1].trimmingCharacters(in: .whitespaces)
                .trimmingCharacters(in: CharacterSet(charactersIn: "\""))
            if 1 ... 70 ~= value.utf8.count { return value }
        }
        throw .malformed("The multipart body has no boundary of 1 to 70 characters.")
    }

    /// The name in `Content-Disposition: form-data; name="..."`.
    private static func partName(_ header: String) -> String? {
        for line in header.components(separatedBy: "\r\n") {
            let pair = line.split(separator: ":", maxSplits: 1)
            guard pair.count == 2, pair[0].lowercased() == "content-disposition" else { continue }
            for parameter in pair[1].split(separator: ";").dropFirst() {
                let value = parameter.split(separator: "=", maxSplits: 1)
                if value.count == 2, value[0].trimmingCharacters(in: .whitespaces) == "name" {
                    return value[1].trimmingCharacters(
                        in: CharacterSet(charactersIn: "\" "))
                }
            }
        }
        return nil
    }
}
