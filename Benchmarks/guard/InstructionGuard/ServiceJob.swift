import Foundation
import Imaging
import Logging
import Mien
import MienServer
import Synchronization

/// Requests of a service that runs in this process, over a connection of this machine.
final class ServiceJob {
    private let connection: Int32
    private let crop: [UInt8]

    /// Starts a service with the small network and waits until it is ready.
    /// - Throws: what the service throws where the face detector or the scoring library is missing.
    init() throws {
        let service = try ExpressionService(
            models: [.init("tiny", try ModelPlace.file("tiny"))], tokens: nil,
            logger: Logger(label: "guard") { _ in SwiftLogNoOpLogHandler() })
        var options = HTTPServer.Options()
        options.address = ServerAddress(host: "127.0.0.1", port: 0)
        let server = try HTTPServer(service, options)
        let started = DispatchSemaphore(value: 0)
        let port = Mutex<Result<Int, any Error>>(.success(0))
        Task.detached {
            do {
                try await server.run(stopping: false) { running in
                    port.withLock { $0 = .success(running.port) }
                    started.signal()
                }
            } catch {
                port.withLock { $0 = .failure(error) }
                started.signal()
            }
        }
        started.wait()
        let ready = DispatchSemaphore(value: 0)
        let failure = Mutex<(any Error)?>(nil)
        Task.detached {
            do {
                try await service.start()
            } catch {
                failure.withLock { $0 = error }
            }
            ready.signal()
        }
        ready.wait()
        if let failure = failure.withLock({ $0 }) { throw failure }
        connection = try Self.connect(port: try port.withLock { $0 }.get())
        let face = SyntheticFaces(seed: 1).face(at: 3)
        crop = try Image(width: 48, height: 48, channels: 1, pixels: face.pixels).encoded(as: .png)
    }

    /// By name: twenty requests each, so that the order of threads matters little.
    var jobs: [(name: String, run: () throws -> Double)] {
        [
            (
                "score a crop over HTTP, 20 times",
                { try self.ask("POST", "/v1/faces?whole_image=true", body: self.crop, status: 200) }
            ),
            (
                "refuse a request over HTTP, 20 times",
                { try self.ask("GET", "/nothing", body: [], status: 404) }
            ),
        ]
    }

    private static func connect(port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard descriptor >= 0, status == 0 else { throw POSIXError(.ECONNREFUSED) }
        return descriptor
    }

    /// - Returns: the sum of all bytes of the bodies.
    private func ask(
        _ method: String, _ path: String, body: [UInt8], status: Int
    ) throws -> Double {
        let head =
            "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n"
            + (body.isEmpty
                ? "\r\n" : "Content-Type: image/png\r\nContent-Length: \(body.count)\r\n\r\n")
        let request = Array(head.utf8) + body
        var sum = 0
        for _ in 0 ..< 20 {
            guard send(connection, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
            else { throw POSIXError(.EPIPE) }
            let answer = try read()
            guard answer.status == status else { throw POSIXError(.EBADMSG) }
            sum += answer.body.reduce(0) { $0 + Int($1) }
        }
        return Double(sum)
    }

    private func read() throws -> (status: Int, body: [UInt8]) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { throw POSIXError(.EPIPE) }
            bytes += buffer.prefix(count)
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { continue }
            let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased()
                .components(separatedBy: "\r\n")
            let length = lines.first { $0.hasPrefix("content-length:") }
                .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
            guard let length, bytes.count >= end.upperBound + length else { continue }
            let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) }
            return (status ?? 0, Array(bytes[end.upperBound...]))
        }
    }
}
