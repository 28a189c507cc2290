import Foundation

/// One download over HTTP by the `curl` command.
///
/// A process rather than a library: it knows proxies, certificates and redirects, is on nearly
/// every machine, and costs nothing at the start of a program that seldom downloads. (Foundation's
/// own client would load forty libraries each time.)
struct WeightsTransfer {
    struct Response {
        let status: Int
        /// Names in lower case.
        let headers: [String: String]
    }

    enum Outcome: Equatable {
        case finished
        /// The receiver wanted no more.
        case stopped
        /// With curl's exit code and words.
        case failed(Int32, String)
    }

    let url: URL
    /// The bytes that are here already and not asked for again.
    let offset: Int
    /// Without a byte for so long, the connection is given up.
    let idleSeconds: Int

    private static let longestHeader = 1 << 18

    /// - Parameters:
    ///   - respond: is called once, before the body. False stops the transfer.
    ///   - receive: is called with every part of the body. False stops the transfer.
    /// - Throws: `WeightsError` when there is no `curl`; what the two closures throw.
    func run(
        respond: (Response) throws -> Bool, receive: (UnsafeRawBufferPointer) throws -> Bool
    ) throws -> Outcome {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["curl"] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        var reader = ResponseReader()
        var wantsMore = true
        do {
            let input = output.fileHandleForReading.fileDescriptor
            var buffer = [UInt8](repeating: 0, count: 1 << 17)
            while wantsMore {
                let count = read(input, &buffer, buffer.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { break }
                wantsMore = try buffer.withUnsafeBytes {
                    try take($0[..<count], &reader, respond, receive)
                }
            }
        } catch {
            stop(process)
            throw error
        }
        guard wantsMore else {
            stop(process)
            return .stopped
        }
        let words = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        switch process.terminationStatus {
        case 0:
            return reader.isDone
                ? .finished : .failed(52, "the server answered with nothing that HTTP knows")
        case 127:
            throw WeightsError(
                "curl", reason: "the command is not installed",
                advice: "Install it, or download \(url.absoluteString) by other means and run "
                    + "`mien weights import PATH`.")
        case let code:
            let text = String(decoding: words, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            return .failed(code, text.isEmpty ? "curl stopped with code \(code)" : text)
        }
    }

    private func take(
        _ bytes: Slice<UnsafeRawBufferPointer>, _ reader: inout ResponseReader,
        _ respond: (Response) throws -> Bool, _ receive: (UnsafeRawBufferPointer) throws -> Bool
    ) throws -> Bool {
        if reader.isDone { return try receive(UnsafeRawBufferPointer(rebasing: bytes)) }
        guard reader.head.count + bytes.count <= Self.longestHeader else {
            throw WeightsError(url.absoluteString, reason: "the server's answer is not HTTP")
        }
        guard let (response, body) = reader.add(bytes) else { return true }
        guard try respond(response) else { return false }
        return body.isEmpty ? true : try body.withUnsafeBytes { try receive($0) }
    }

    private func stop(_ process: Process) {
        process.terminate()
        process.waitUntilExit()
    }

    private var arguments: [String] {
        var arguments = [
            "--disable", "--silent", "--show-error", "--globoff", "--include",
            "--suppress-connect-headers", "--location", "--max-redirs", "5",
            "--proto", "=http,https",
            // A redirect must not lead from a protected connection to an open one.
            "--proto-redir", url.scheme == "https" ? "=https" : "=http,https",
            "--connect-timeout", String(idleSeconds), "--speed-limit", "1",
            "--speed-time", String(idleSeconds), "--header", "Accept-Encoding: identity",
        ]
        if offset > 0 { arguments += ["--range", "\(offset)-"] }
        return arguments + ["--url", url.absoluteString]
    }
}

/// Finds the last answer among those that curl puts before the body: redirects and interim ones
/// come first.
private struct ResponseReader {
    private(set) var head: [UInt8] = []
    private(set) var isDone = false

    /// - Returns: the answer and the start of its body, when both are there.
    mutating func add(
        _ bytes: some Sequence<UInt8>
    ) -> (WeightsTransfer.Response, body: [UInt8])? {
        head += bytes
        while let end = blankLineEnd {
            let response = Self.parse(head[..<end])
            head.removeSubrange(..<end)
            let isRedirect =
                300 ..< 400 ~= response.status && response.headers["location"] != nil
            if 100 ..< 200 ~= response.status || isRedirect { continue }
            isDone = true
            return (response, head)
        }
        return nil
    }

    private var blankLineEnd: Int? {
        var lineStart = 0
        for (index, byte) in head.enumerated() where byte == UInt8(ascii: "\n") {
            let line = head[lineStart ..< index]
            if line.isEmpty || line == [UInt8(ascii: "\r")] { return index + 1 }
            lineStart = index + 1
        }
        return nil
    }

    private static func parse(_ head: ArraySlice<UInt8>) -> WeightsTransfer.Response {
        let lines = String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline)
        let words = (lines.first ?? "").split(separator: " ")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            headers[line[..<colon].lowercased()] = value
        }
        return WeightsTransfer.Response(
            status: words.count > 1 ? Int(words[1]) ?? 0 : 0, headers: headers)
    }
}
