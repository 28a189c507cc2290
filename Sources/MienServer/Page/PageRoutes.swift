import CZlib
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /` and `/assets/...`: the page, which is part of the program.
enum PageRoutes {
    private struct Asset: Sendable {
        let path: String
        let type: String
        let bytes: [UInt8]
        let packed: [UInt8]?
        let tag: String

        init(_ path: String, _ type: String, _ bytes: [UInt8]) {
            self.path = path
            self.type = type
            self.bytes = bytes
            packed = gzip(bytes)
            let digest = SHA256.hash(data: bytes).prefix(12)
            tag = "\"" + digest.map { String(format: "%02x", $0) }.joined() + "\""
        }
    }

    private static let assets = [
        Asset("/", "text/html; charset=utf-8", PackageResources.index_html),
        Asset("/assets/style.css", "text/css; charset=utf-8", PackageResources.style_css),
        Asset("/assets/app.js", "text/javascript; charset=utf-8", PackageResources.app_js),
        Asset("/assets/words.js", "text/javascript; charset=utf-8", PackageResources.words_js),
        Asset("/assets/icon.svg", "image/svg+xml", PackageResources.icon_svg),
    ]

    static var routes: [Route] {
        assets.map { asset in Route(.get, asset.path) { answer(asset, $0) } }
    }

    private static func answer(_ asset: Asset, _ exchange: Exchange) -> Response {
        let fields = exchange.request.headers
        var headers: HTTPFields = [
            .contentType: asset.type, .eTag: asset.tag, .cacheControl: "no-cache",
            .vary: "Accept-Encoding",
        ]
        if fields[.ifNoneMatch]?.contains(asset.tag) == true {
            return Response(status: .notModified, headers: headers)
        }
        var bytes = asset.bytes
        if let packed = asset.packed, fields[.acceptEncoding]?.contains("gzip") == true {
            headers[.contentEncoding] = "gzip"
            bytes = packed
        }
        return Response(
            status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// Bytes as a gzip file; `nil` where zlib fails.
private func gzip(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    let window: Int32 = 15 + 16
    guard
        deflateInit2_(
            &stream, 9, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY, zlibVersion(),
            Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
    let status = input.withUnsafeMutableBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(output.count)
            return deflate(&stream, Z_FINISH)
        }
    }
    guard status == Z_STREAM_END else { return nil }
    return Array(output.prefix(Int(stream.total_out)))
}
