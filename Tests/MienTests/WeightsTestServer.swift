import Foundation
import Synchronization
import Testing

/// A small HTTP server on 127.0.0.1 that answers each connection as the next behaviour says; the
/// last one stays.
final class WeightsTestServer: Sendable {
    enum Behaviour: Sendable {
        /// Honours Range.
        case serve([UInt8])
        /// Announces all, sends so many bytes, and closes.
        case cut([UInt8], after: Int)
        case ignoreRange([UInt8], cutAfter: Int? = nil)
        case redirect(to: String)
        case status(Int)
        /// Takes the request and says nothing.
        case silent
        case garbage
        /// A byte at a time.
        case slow([UInt8])
    }

    let port: UInt16
    private let listener: Int32
    private let state: Mutex<(behaviours: [Behaviour], ranges: [String?], lines: [String])>

    init(_ behaviours: [Behaviour]) throws {
        // A proxy of the machine has no business with this address.
        setenv("no_proxy", "127.0.0.1", 1)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { [listener] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isListening)
        self.port = UInt16(bigEndian: address.sin_port)
        state = Mutex((behaviours, [], []))
        Thread { [self] in serve() }.start()
    }

    func url(_ path: String) throws -> URL {
        try #require(URL(string: "http://127.0.0.1:\(port)/\(path)"))
    }

    /// The Range of each request.
    var ranges: [String?] { state.withLock { $0.ranges } }
    /// The first line of each request.
    var lines: [String] { state.withLock { $0.lines } }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { break }
            Thread { [self] in
                answer(client)
                close(client)
            }.start()
        }
        close(listener)
    }

    private func answer(_ client: Int32) {
        var request: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !String(decoding: request, as: UTF8.self).contains("\r\n\r\n") {
            let count = read(client, &buffer, buffer.count)
            guard count > 0 else { return }
            request += buffer[..<count]
        }
        let lines = String(decoding: request, as: UTF8.self).components(separatedBy: "\r\n")
        let range = lines.first { $0.hasPrefix("Range: bytes=") }?.dropFirst(13)
        let behaviour = state.withLock { state in
            state.ranges.append(range.map(String.init))
            state.lines.append(lines[0])
            return state.behaviours.count > 1 ? state.behaviours.removeFirst() : state.behaviours[0]
        }
        let start = range.flatMap { Int($0.dropLast()) } ?? 0
        switch behaviour {
        case .serve(let body): send(body, from: start, to: client)
        case .cut(let body, let count): send(body, from: start, to: client, atMost: count)
        case .ignoreRange(let body, let count): send(body, from: 0, to: client, atMost: count)
        case .redirect(let target):
            send(
                "HTTP/1.1 302 Found\r\nLocation: \(target)\r\nContent-Length: 4\r\nConnection: close\r\n\r\ngone",
                client
            )
        case .status(let code):
            send(
                "HTTP/1.1 \(code) No\r\nContent-Length: 5\r\nConnection: close\r\n\r\nsorry", client
            )
        case .silent: sleep(4)
        case .garbage: send("what?\r\n\r\n", client)
        case .slow(let body):
            send(
                "HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n",
                client)
            for byte in body {
                send([byte], client)
                usleep(20000)
            }
        }
    }

    private func send(_ body: [UInt8], from start: Int, to client: Int32, atMost: Int? = nil) {
        if start > 0, start >= body.count {
            send(
                "HTTP/1.1 416 No\r\nContent-Range: bytes */\(body.count)\r\nContent-Length: 0\r\n\r\n",
                client)
            return
        }
        let part = Array(body[start...])
        let head =
            start > 0
            ? "206 Partial Content\r\nContent-Range: bytes \(start)-\(body.count - 1)/\(body.count)"
            : "200 OK"
        send(
            "HTTP/1.1 \(head)\r\nContent-Length: \(part.count)\r\nConnection: close\r\n\r\n", client
        )
        send(Array(part.prefix(atMost ?? part.count)), client)
    }

    private func send(_ text: String, _ client: Int32) { send(Array(text.utf8), client) }

    private func send(_ bytes: [UInt8], _ client: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
