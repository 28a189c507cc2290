import Foundation

/// An address of this machine, by which other processes reach it.
public struct NetworkAddress: Sendable, Equatable, Codable {
    /// Numeric: `10.99.0.1`.
    public let text: String
    /// Name of the interface: `eth0`.
    public let interface: String

    /// Whether only processes on this machine reach it.
    public var isLoopback: Bool { text.hasPrefix("127.") || text == "::1" }

    /// The address of an interface by its name, or the one of the route to a host. Nothing is sent.
    /// - Throws: `ProcessGroupError` for a host that has no address, an interface that is not there,
    ///   and where no route leads to the host.
    static func own(
        towards host: ResolvedHost, over interface: String?
    ) throws(ProcessGroupError) -> NetworkAddress {
        let all = interfaces()
        if let interface {
            // Gloo takes several names, of which Mien takes the first that is there.
            let names = interface.split(separator: ",").map(String.init)
            for name in names {
                let addresses = all.filter { $0.interface == name }
                if let found = addresses.first(where: { !$0.text.contains(":") })
                    ?? addresses.first
                {
                    return found
                }
            }
            let known = Set(all.map(\.interface)).sorted().joined(separator: ", ")
            throw ProcessGroupError(
                .interface,
                "GLOO_SOCKET_IFNAME: found \(interface), expected an interface with an address "
                    + "(\(known)).")
        }
        let text = try address(ofRouteTo: host)
        let name = all.first { $0.text == text }?.interface
        return NetworkAddress(text: text, interface: name ?? (text.hasPrefix("127.") ? "lo" : "?"))
    }

    /// What a datagram socket to the host takes for its own address.
    private static func address(ofRouteTo host: ResolvedHost) throws(ProcessGroupError) -> String {
        let socket = socket(host.family, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(socket) }
        var own = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = host.withAddress { connect(socket, $0, $1) }
        guard socket >= 0, status == 0 else {
            throw ProcessGroupError(
                .interface,
                "No route leads to \(host.name) (\(host.text)): "
                    + "\(String(cString: strerror(errno))). Expected an address that this host "
                    + "reaches; check MASTER_ADDR and the network.")
        }
        let text = withUnsafeMutablePointer(to: &own) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(socket, $0, &length) == 0 ? numeric($0, length) : ""
            }
        }
        return text
    }

    /// All addresses of this machine.
    private static func interfaces() -> [NetworkAddress] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var result: [NetworkAddress] = []
        var next = first
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let address = entry.ifa_addr else { continue }
            let isOld = Int32(address.pointee.sa_family) == AF_INET
            guard isOld || Int32(address.pointee.sa_family) == AF_INET6 else { continue }
            let length =
                isOld ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
            result.append(
                NetworkAddress(
                    text: numeric(address, socklen_t(length)),
                    interface: String(cString: entry.ifa_name)))
        }
        return result
    }
}

/// A host whose address is known.
struct ResolvedHost {
    let name: String
    /// Numeric.
    let text: String
    let family: Int32
    private let address: [UInt8]

    /// - Throws: `ProcessGroupError` for a name without an address.
    init(_ name: String, port: Int) throws(ProcessGroupError) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(name, "\(port)", &hints, &found)
        defer { if let found { freeaddrinfo(found) } }
        guard status == 0, let first = found?.pointee, let start = first.ai_addr else {
            throw ProcessGroupError(
                .resolve,
                "MASTER_ADDR: found \(name), expected a host name or address that resolves here "
                    + "(\(String(cString: gai_strerror(status)))). Check the spelling, DNS and "
                    + "/etc/hosts.")
        }
        self.name = name
        family = first.ai_family
        address = Array(
            UnsafeRawBufferPointer(start: start, count: Int(first.ai_addrlen)))
        text = numeric(start, first.ai_addrlen)
    }

    func withAddress<Result>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        address.withUnsafeBytes {
            // The bytes come from a socket address; the buffer of an array is aligned for it.
            body(
                $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self),
                socklen_t(address.count))
        }
    }

    var isLoopback: Bool { text.hasPrefix("127.") || text == "::1" }

    /// Whether the host was named as this machine itself, and not by a name that others know too.
    var isNamedLoopback: Bool { name == "localhost" || name == text && isLoopback }

    /// A socket that listens at the host's address; at all addresses where a name that others know
    /// leads to loopback here, as Debian writes it into /etc/hosts.
    /// - Parameter port: 0 for any that is free.
    /// - Throws: `ProcessGroupError` for a port that is taken, or an address of another machine.
    func listen(port: Int) throws(ProcessGroupError) -> (socket: Int32, port: Int) {
        let isAny = isLoopback && !isNamedLoopback
        let place =
            try isAny ? ResolvedHost(family == AF_INET6 ? "::" : "0.0.0.0", port: port) : self
        let server = socket(place.family, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(
            server, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard server >= 0, place.withAddress({ bind(server, $0, $1) }) == 0,
            Glibc.listen(server, 128) == 0
        else {
            let code = errno
            close(server)
            throw ProcessGroupError(
                .store,
                "Rank 0 cannot serve the store at \(text):\(port): "
                    + "\(String(cString: strerror(code))). Expected "
                    + (code == EADDRINUSE
                        ? "a free port; choose another MASTER_PORT."
                        : "an address of the host that rank 0 runs on; check MASTER_ADDR."))
        }
        var own = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutablePointer(to: &own) { storage in
            _ = storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(server, $0, &length)
            }
        }
        return (server, Int(UInt16(bigEndian: own.sin6_port)))
    }
}

/// An address in digits.
private func numeric(_ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> String {
    var text = [CChar](repeating: 0, count: 64)
    getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
