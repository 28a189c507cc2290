import Foundation

/// An answer as it came over the wire.
struct RawAnswer: Sendable {
    let status: Int
    /// By name in lower case.
    let fields: [String: String]
    let body: [UInt8]
    /// Whether the server closed the connection behind it.
    var isClosed = false

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as a JSON object.
    var object: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]) ?? [:]
    }
}

/// A client that sends bytes as they are, over a socket.
final class RawClient {
    private let descriptor: Int32
    private var rest: [UInt8] = []

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard descriptor >= 0, status == 0 else { throw CocoaError(.fileReadUnknown) }
    }

    deinit { close(descriptor) }

    static func request(
        _ method: String, _ path: String, _ fields: [String: String] = [:], body: [UInt8] = [],
        host: String? = "localhost"
    ) -> [UInt8] {
        var lines = ["\(method) \(path) HTTP/1.1"]
        if let host { lines.append("Host: \(host)") }
        if !body.isEmpty, fields["Content-Length"] == nil, fields["Transfer-Encoding"] == nil {
            lines.append("Content-Length: \(body.count)")
        }
        lines += fields.sorted { $0.key < $1.key }.map { "\($0): \($1)" }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }

    /// Sends bytes; a server that closes meanwhile is no failure.
    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Sends bytes and reads so many answers, and what else comes in a moment.
    func exchange(_ bytes: [UInt8], count: Int = 1, seconds: Double) throws -> [RawAnswer] {
        send(bytes)
        var answers: [RawAnswer] = []
        while let answer = read(seconds: answers.count < count ? seconds : 0.1) {
            answers.append(answer)
        }
        if isClosed, !answers.isEmpty { answers[answers.count - 1].isClosed = true }
        return answers
    }

    private(set) var isClosed = false

    /// The next answer; `nil` where none comes in time.
    func read(seconds: Double) -> RawAnswer? {
        let end = Date(timeIntervalSinceNow: seconds)
        var head: Range<Int>?
        while true {
            if head == nil { head = rest.firstRange(of: Array("\r\n\r\n".utf8)) }
            if let head, let answer = parse(head) { return answer }
            guard more(until: end) else { return nil }
        }
    }

    private func more(until end: Date) -> Bool {
        guard !isClosed else { return false }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let left = max(0, end.timeIntervalSinceNow)
        let status = poll(&waiting, 1, Int32(1000 * left))
        if status < 0, errno == EINTR { return true }
        guard status > 0 else { return false }
        var part = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &part, part.count, 0)
        guard count > 0 else {
            isClosed = true
            return false
        }
        rest += part.prefix(count)
        return true
    }

    private func parse(_ head: Range<Int>) -> RawAnswer? {
        let lines = String(decoding: rest[..<head.lowerBound], as: UTF8.self)
            .components(separatedBy: "\r\n")
        let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            fields[pair[0].lowercased()] =
                pair.count > 1 ? pair[1].trimmingPrefix(" ").description : ""
        }
        if fields["transfer-encoding"] == "chunked" {
            return chunked(head.upperBound, status, fields)
        }
        let count = 100 ..< 200 ~= status ? 0 : Int(fields["content-length"] ?? "0") ?? 0
        guard rest.count >= head.upperBound + count else { return nil }
        let body = Array(rest[head.upperBound ..< head.upperBound + count])
        rest.removeFirst(head.upperBound + count)
        return RawAnswer(status: status, fields: fields, body: body)
    }

    private func chunked(_ start: Int, _ status: Int, _ fields: [String: String]) -> RawAnswer? {
        var (position, body) = (start, [UInt8]())
        while true {
            guard let end = rest[position...].firstRange(of: Array("\r\n".utf8)) else { return nil }
            let text = String(decoding: rest[position ..< end.lowerBound], as: UTF8.self)
            guard let size = Int(text, radix: 16),
                rest.count >= end.upperBound + size + 2
            else { return nil }
            body += rest[end.upperBound ..< end.upperBound + size]
            position = end.upperBound + size + 2
            if size == 0 { break }
        }
        rest.removeFirst(position)
        return RawAnswer(status: status, fields: fields, body: body)
    }
}

extension FileManager {
    /// The access rights of a file, without its kind.
    func rights(_ path: String) throws -> Int {
        (try attributesOfItem(atPath: path)[.posixPermissions] as? Int) ?? -1
    }
}
