import Foundation
import Mien
import ProgramSupport
import Testing

@testable import MienServer

/// The security checklist, a row each: what is sent over a socket, and what must come back. Numbers
/// are those of OWASP ASVS 5.0 where one fits.
@Suite(.enabled(if: DrawnPhotos.hasDetector, "\(DrawnPhotos.missing)"))
struct ChecklistTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let status: Int
        var code: String?
        var closes = false
        var testDescription: String { name }

        init(
            _ name: String, _ bytes: [UInt8], _ status: Int, _ code: String? = nil,
            closes: Bool = false
        ) {
            self.name = name
            self.bytes = bytes
            self.status = status
            self.code = code
            self.closes = closes
        }

        init(
            _ name: String, _ text: String, _ status: Int, _ code: String? = nil,
            closes: Bool = false
        ) {
            self.init(name, Array(text.utf8), status, code, closes: closes)
        }
    }

    private static func get(
        _ path: String, _ fields: [String: String] = [:], host: String? = "localhost"
    ) -> [UInt8] {
        RawClient.request("GET", path, fields, host: host)
    }

    private static func post(
        _ path: String, _ fields: [String: String] = [:], _ body: [UInt8] = [1, 2, 3]
    ) -> [UInt8] {
        RawClient.request("POST", path, fields, body: body)
    }

    private static let png = Pictures.none
    private static let image = ["Content-Type": "image/png"]
    private static let json = ["Content-Type": "application/json"]

    /// A PNG that claims 30,000 x 30,000 pixels.
    private static let bomb: [UInt8] = {
        var bytes = png
        bytes.replaceSubrange(16 ..< 24, with: [0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30])
        var sum = CRC(bytes[12 ..< 29]).value
        bytes.replaceSubrange(
            29 ..< 33,
            with: (0 ..< 4).map { _ in
                defer { sum <<= 8 }
                return UInt8(sum >> 24)
            })
        return bytes
    }()

    static let rows: [Row] = [
        // Host: DNS rebinding.
        Row("another Host", get("/livez", host: "evil.example"), 403, "host", closes: true),
        Row(
            "another Host with the port", get("/livez", host: "evil.example:8080"), 403, "host",
            closes: true),
        Row("no Host", get("/livez", host: nil), 400, "host", closes: true),
        Row("two Hosts", get("/livez", ["host": "evil.example"]), 400, "host", closes: true),
        Row("IPv6 Host", get("/livez", host: "[::1]:8080"), 200),
        Row(
            "X-Forwarded-Host changes nothing (4.1.3)",
            get("/livez", ["X-Forwarded-Host": "evil.example"]), 200),
        // Origins (3.5.1 to 3.5.3).
        Row(
            "page of another site", post("/v1/faces", ["Sec-Fetch-Site": "cross-site"]), 403,
            "origin", closes: true),
        Row(
            "page of a sibling", post("/v1/faces", ["Sec-Fetch-Site": "same-site"]), 403, "origin",
            closes: true),
        Row(
            "Origin alone, another", post("/v1/faces", ["Origin": "https://evil.example"]), 403,
            "origin", closes: true),
        Row("Origin null", post("/v1/faces", ["Origin": "null"]), 403, "origin", closes: true),
        Row(
            "own Origin",
            post("/v1/faces", ["Origin": "http://localhost", "Content-Type": "image/png"], png), 200
        ),
        // Paths and methods.
        Row("unknown path", get("/nothing"), 404, "no_path"),
        Row("path upwards", get("/assets/../../etc/passwd"), 404, "no_path"),
        Row("encoded path upwards", get("/assets/%2e%2e%2f%2e%2e%2fetc/passwd"), 404, "no_path"),
        Row("method of another path", RawClient.request("DELETE", "/v1/faces"), 405, "no_method"),
        Row("unknown method", RawClient.request("PROPFIND", "/v1/faces"), 405, "no_method"),
        Row("TRACE", RawClient.request("TRACE", "/"), 405, "no_method"),
        Row(
            "a target with another host",
            "GET http://evil.example/livez HTTP/1.1\r\nHost: localhost\r\n\r\n", 403, "host",
            closes: true),
        Row(
            "a target with the own host",
            "GET http://localhost/livez HTTP/1.1\r\nHost: evil.example\r\n\r\n", 200),
        Row(
            "a target with the own host, two Hosts",
            "GET http://localhost/livez HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
            400, "host", closes: true),
        Row(
            "CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, nil,
            closes: true),
        Row(
            "unknown parameter", post("/v1/faces?img_path=/etc/passwd", image, png), 400,
            "unknown_parameter", closes: true),
        Row(
            "parameter twice", post("/v1/faces?limit=1&limit=2", image, png), 400, "malformed",
            closes: true),
        Row(
            "limit out of range", post("/v1/faces?limit=100000", image, png), 400, "malformed",
            closes: true),
        // Bodies (5.2.1 to 5.2.6).
        Row(
            "declared too large", post("/v1/faces", ["Content-Length": "20000001"]), 413,
            "body_too_large", closes: true),
        Row("negative length", post("/v1/faces", ["Content-Length": "-1"]), 400, nil, closes: true),
        Row("no body", RawClient.request("POST", "/v1/faces", image), 411, "no_length"),
        Row(
            "compressed body", post("/v1/faces", ["Content-Encoding": "gzip"]), 415, "encoded",
            closes: true),
        Row(
            "type of a text", post("/v1/faces", ["Content-Type": "text/plain"]), 415,
            "content_type", closes: true),
        Row(
            "bytes of no picture", post("/v1/faces", image, Array("GIF89a and so on".utf8)), 415,
            nil),
        Row(
            "page as a picture", post("/v1/faces", image, Array("<svg onload=alert(1)>".utf8)), 415,
            "no_picture"),
        Row("too many pixels", post("/v1/faces", image, bomb), 413, "too_many_pixels"),
        Row("cut picture", post("/v1/faces", image, Array(png.dropLast(20))), 422, "damaged"),
        Row(
            "a URL for a picture",
            post("/v1/faces", json, Array("{\"img\": \"http://169.254.169.254/\"}".utf8)), 400,
            "malformed_json"),
        Row(
            "a path for a picture",
            post("/v1/faces", json, Array("{\"image\": \"/etc/passwd\"}".utf8)), 400, nil),
        Row(
            "a parameter in JSON",
            post("/v1/faces", json, Array("{\"image\": \"AAAA\", \"limit\": \"1\"}".utf8)), 400,
            "malformed_json"),
        Row(
            "a parameter in a form",
            post(
                "/v1/faces", ["Content-Type": "multipart/form-data; boundary=b"],
                Array(
                    ("--b\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\nabc\r\n"
                        + "--b\r\nContent-Disposition: form-data; name=\"limit\"\r\n\r\n1\r\n--b--\r\n")
                        .utf8)),
            400, "unknown_part"),
        Row(
            "JSON that nests",
            post("/v1/faces", json, Array(String(repeating: "[", count: 100_000).utf8)), 400,
            "malformed_json"),
        Row(
            "multipart without a boundary",
            post("/v1/faces", ["Content-Type": "multipart/form-data"]), 400, "malformed"),
        Row(
            "multipart that is cut",
            post(
                "/v1/faces", ["Content-Type": "multipart/form-data; boundary=b"],
                Array("--b\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\nabc".utf8)),
            400, "malformed"),
        Row(
            "Request-Timeout of no number",
            post("/v1/faces", ["Request-Timeout": "soon", "Content-Type": "image/png"], png), 400,
            "malformed", closes: true),
        // Parsing (4.2.1).
        Row(
            "length and chunks",
            "POST /v1/faces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400, nil, closes: true),
        Row(
            "two lengths",
            "POST /v1/faces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
            400, nil, closes: true),
        Row(
            "a NUL in a field", "GET /livez HTTP/1.1\r\nHost: localhost\r\nX: a\u{0}b\r\n\r\n", 400,
            nil, closes: true),
        Row(
            "a space before the colon", "GET /livez HTTP/1.1\r\nHost : localhost\r\n\r\n", 400, nil,
            closes: true),
        Row("no HTTP", "hello\r\n\r\n", 400, nil, closes: true),
        Row(
            "300 fields",
            "GET /livez HTTP/1.1\r\nHost: localhost\r\n"
                + (0 ..< 300).map { "X-\($0): a\r\n" }.joined() + "\r\n", 400, nil, closes: true),
        Row(
            "fields of 64 KB", get("/livez", ["X-Long": String(repeating: "a", count: 65_536)]),
            400, nil, closes: true),
    ]

    @Test(arguments: rows)
    func row(_ row: Row) async throws {
        let server = try await TestServer.shared.value
        let answer = try #require(try await server.raw(row.bytes).first)
        #expect(answer.status == row.status, "\(answer.text)")
        if let code = row.code {
            #expect(answer.object["code"] as? String == code, "\(answer.text)")
            #expect(answer.fields["content-type"] == "application/problem+json")
            let policy = answer.fields["content-security-policy"] ?? ""
            #expect(
                policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
            #expect(answer.fields["x-content-type-options"] == "nosniff")
        }
        #expect(answer.fields["access-control-allow-origin"] == nil)
        if row.closes { #expect(answer.isClosed || answer.fields["connection"] == "close") }
    }

    @Test func aConnectionServesManyAndOneAfterABadPicture() async throws {
        let server = try await TestServer.shared.value
        let bad = Self.post("/v1/faces", Self.image, Array("no picture at all".utf8))
        let answers = try await server.raw(
            bad + Self.get("/livez") + Self.get("/livez"), count: 3)
        #expect(answers.map(\.status) == [415, 200, 200])
    }

    @Test func nothingBehindARefusedBodyIsTakenForARequest() async throws {
        let server = try await TestServer.shared.value
        let hidden = Self.get("/livez")
        let sent = RawClient.request(
            "POST", "/v1/faces", ["Sec-Fetch-Site": "cross-site"], body: hidden + hidden)
        let answers = try await server.raw(sent + Self.get("/livez"))
        #expect(answers.map(\.status) == [403])
    }

    @Test func chunksOfAByteAreReadAndBounded() async throws {
        let server = try await TestServer.shared.value
        var bytes = Array(
            ("POST /v1/faces HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n").utf8)
        for byte in Self.png { bytes += Array("1\r\n".utf8) + [byte] + Array("\r\n".utf8) }
        let answer = try #require(try await server.raw(bytes + Array("0\r\n\r\n".utf8)).first)
        #expect(answer.status == 200, "\(answer.text)")
    }

    @Test func aLargeBodyIsToldToComeBeforeItIsSent() async throws {
        let server = try await TestServer.shared.value
        let request = RawClient.request(
            "POST", "/v1/faces",
            ["Expect": "100-continue", "Content-Type": "image/png"], body: Self.png)
        #expect(try await server.raw(request, count: 2).map(\.status) == [100, 200])
        let refused = RawClient.request(
            "POST", "/v1/faces",
            ["Expect": "100-continue", "Content-Length": "999999999", "Content-Type": "image/png"])
        #expect(try await server.raw(refused).map(\.status) == [413])
    }
}

/// CRC-32 of a PNG's chunk.
private struct CRC {
    var value: UInt32 = 0xFFFF_FFFF

    init(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0 ..< 8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
        }
        value ^= 0xFFFF_FFFF
    }
}
