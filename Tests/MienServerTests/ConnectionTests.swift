import Foundation
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import MienServer

/// Connections beyond what may be: the one that has been silent longest goes.
@Suite struct ConnectionTests {
    private let head = HTTPRequest(
        method: .post, scheme: "http", authority: "localhost", path: "/v1/faces")

    private func connections(_ most: Int, silent: Double) -> (Connections, Metrics) {
        var limits = ServiceLimits()
        limits.connections = most
        limits.silentSeconds = silent
        let metrics = Metrics()
        return (Connections(limits, metrics), metrics)
    }

    private func open(_ connections: Connections) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: ConnectionHandler(connections))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    @Test func theLongestSilentIsGivenUp() throws {
        let (connections, metrics) = connections(3, silent: 0)
        let channels = try (0 ..< 3).map { _ in try open(connections) }
        // The first of them sends again: the second is silent longest now.
        try channels[0].writeInbound(HTTPRequestPart.head(head))
        try channels[0].writeInbound(HTTPRequestPart.body(ByteBuffer(string: "a")))
        let next = try open(connections)
        #expect(channels.map(\.isActive) == [true, false, true])
        #expect(next.isActive && connections.count == 3 && connections.makeRoom())
        #expect(metrics.text(gauges: []).contains(#"mien_rejected_total{reason="silent"} 1"#))
        #expect(connections.state(of: channels[1]) == nil)
    }

    @Test func arrivalsAreRefusedWhereNoneIsSilent() throws {
        let (connections, _) = connections(2, silent: 600)
        let channels = try (0 ..< 3).map { _ in try open(connections) }
        #expect(channels.allSatisfy { $0.isActive })
        #expect(!connections.makeRoom() && connections.count == 3)
        try channels[1].close().wait()
        #expect(connections.makeRoom() && connections.count == 2)
    }

    /// A burst comes at once, and nothing after it that would make room.
    @Test func aBurstIsGivenUpInTime() async throws {
        let (connections, _) = connections(2, silent: 0.1)
        let channels = try (0 ..< 4).map { _ in try open(connections) }
        try await Task.sleep(for: .milliseconds(150))
        for channel in channels.suffix(2) {
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(200))
        }
        #expect(connections.count == 2)
        #expect(channels.map(\.isActive) == [false, false, true, true])
    }

    /// A client waits in silence for its answer.
    @Test func answersAreWaitedFor() throws {
        let (connections, _) = connections(1, silent: 600)
        var later: NIODeadline { .now() + .seconds(700) }
        let waiting = try open(connections)
        try waiting.writeInbound(HTTPRequestPart.head(head))
        try waiting.writeInbound(HTTPRequestPart.end(nil))
        let next = try open(connections)
        #expect(waiting.isActive && !connections.makeRoom())
        #expect(connections.makeRoom(now: later) && waiting.isActive && !next.isActive)
        // An answer that tells the client to go on is no end.
        try waiting.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .continue)))
        try waiting.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        let third = try open(connections)
        #expect(connections.makeRoom(now: later) && waiting.isActive && !third.isActive)
        try waiting.writeOutbound(HTTPResponsePart.end(nil))
        let last = try open(connections)
        #expect(connections.makeRoom(now: later) && !waiting.isActive && last.isActive)
    }

    /// As many stalled uploads as connections may be, and a client beside them.
    @Test func stalledUploadsKeepNoConnectionFromOthers() async throws {
        var limits = TestServer.patient
        limits.connections = 4
        limits.silentSeconds = 0.1
        let server = try await TestServer(limits: limits)
        let port = server.port
        let stalled = RawClient.request(
            "POST", "/v1/faces", ["Content-Length": "20000000", "Content-Type": "image/png"])
        try await onThread {
            let clients = try (0 ..< 8).map { _ in
                let client = try RawClient(port: port)
                client.send(stalled + [0x89])
                return client
            }
            for _ in 0 ..< 3 {
                // A busy machine may have read the last upload a moment ago.
                var status: Int?
                for _ in 0 ..< 100 where status != 200 {
                    Thread.sleep(forTimeInterval: 0.2)
                    status = try RawClient(port: port).exchange(
                        RawClient.request("GET", "/livez"), seconds: 300
                    ).last?.status
                }
                #expect(status == 200)
            }
            withExtendedLifetime(clients) {}
        }
    }
}
