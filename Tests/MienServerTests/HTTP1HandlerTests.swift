import Mien
import NIOCore
import NIOEmbedded
import NIOHTTP1
import ProgramSupport
import Testing

@testable import MienServer

/// What HTTP/1 asks for beside its later versions.
@Suite(.enabled(if: DrawnPhotos.hasDetector, "\(DrawnPhotos.missing)"))
struct HTTP1HandlerTests {
    @Test func authoritiesOfTargets() {
        #expect(HTTP1Handler.authority(of: "/v1/faces?a=http://b/") == nil)
        #expect(HTTP1Handler.authority(of: "*") == nil)
        #expect(HTTP1Handler.authority(of: "http://a.b:80/c?d") == "a.b:80")
        #expect(HTTP1Handler.authority(of: "HTTPS://[::1]?d") == "[::1]")
        #expect(HTTP1Handler.authority(of: "http://user@a#b") == "user@a")
    }

    /// Its client knows no chunks and reads to the end of the connection.
    @Test func oldClientsGetPlainAnswersThatEnd() async throws {
        let server = try await TestServer.shared.value
        let plain = try await server.raw(
            Array("GET /livez HTTP/1.0\r\nHost: localhost\r\n\r\n".utf8))
        let answer = try #require(plain.first)
        #expect(answer.status == 200 && answer.isClosed && answer.fields["connection"] == "close")
    }

    /// An answer whose length is not known has no chunks.
    @Test func oldClientsReadStreamsToTheEnd() throws {
        for version in [HTTPVersion.http1_0, .http1_1] {
            let channel = EmbeddedChannel(handlers: [HTTPResponseEncoder(), HTTP1Handler()])
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            try channel.writeInbound(
                HTTPServerRequestPart.head(.init(version: version, method: .GET, uri: "/")))
            let head = HTTPResponseHead(version: .http1_1, status: .ok)
            channel.write(HTTPServerResponsePart.head(head), promise: nil)
            channel.write(
                HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: "row"))), promise: nil)
            channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
            var text = ""
            while let part = try channel.readOutbound(as: ByteBuffer.self) {
                text += String(buffer: part)
            }
            let isOld = version == .http1_0
            #expect(
                text.hasPrefix(isOld ? "HTTP/1.0 200" : "HTTP/1.1 200")
                    && text.contains("chunked") != isOld
                    && text.hasSuffix(isOld ? "\r\n\r\nrow" : "0\r\n\r\n"), "\(text)")
            #expect(channel.isActive != isOld)
        }
    }
}
