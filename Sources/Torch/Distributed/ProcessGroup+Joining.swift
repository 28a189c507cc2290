import CTorch
import Foundation

extension ProcessGroup {
    /// What joining reports.
    public enum JoiningEvent: Sendable {
        case resolved(host: String, address: String)
        case chose(NetworkAddress)
        case reachedStore(host: String, port: Int)
        case met([Member])
        case connected
    }

    /// Keys of this start.
    static func prefix(of place: ProcessPlace) -> String { "/mien/attempt_\(place.attempt)" }

    /// Meets the other processes and connects to each.
    /// - Throws: `ProcessGroupError` with the step that failed.
    public static func join(
        _ place: ProcessPlace, _ observe: (JoiningEvent) -> Void = { _ in }
    ) throws(ProcessGroupError) -> ProcessGroup {
        let host = try ResolvedHost(place.host, port: place.port)
        observe(.resolved(host: place.host, address: host.text))
        let address = try NetworkAddress.own(towards: host, over: place.interface)
        observe(.chose(address))
        let start = ContinuousClock.now
        func left() -> Double {
            max(1, place.timeout - (ContinuousClock.now - start) / .seconds(1))
        }

        let listening = place.servesStore ? try host.listen(port: place.port) : nil
        let port = listening?.port ?? place.port
        let prefix = prefix(of: place)
        func connection() throws(ProcessGroupError) -> KeyStore {
            try KeyStore(host: place.host, port: port, prefix: prefix, timeout: left())
        }
        let store: KeyStore
        do throws(ProcessGroupError) {
            store = try KeyStore(
                host: host.isLoopback && listening != nil ? host.text : place.host, port: port,
                listening: listening?.socket, prefix: prefix, timeout: left())
        } catch {
            throw ProcessGroupError(
                .store,
                "Rank \(place.rank) (\(address.text)) did not reach the store of "
                    + "\(place.storeIsLaunchers ? "the launcher" : "rank 0") at "
                    + "\(place.host):\(port) (\(host.text)) within \(plainSeconds(place.timeout)) "
                    + "s: \(error). Check that rank 0 runs, MASTER_ADDR and MASTER_PORT, and the "
                    + "firewall.")
        }
        observe(.reachedStore(host: place.host, port: port))
        let members = try meet(place, address, store, left)
        observe(.met(members))
        let heartbeat = Heartbeat(
            try connection(), rank: place.rank, interval: min(1, place.timeout / 10))
        var handle: ct_group?
        let status = ct.group_open(
            &handle, store.handle, address.text, Int32(place.rank), Int32(place.size),
            milliseconds(place.timeout))
        guard status == CT_OK, let handle else {
            let reason = shortReason(lastMessage)
            let roll = RollCall(place: place, members: members, port: port, heartbeat: heartbeat)
            throw ProcessGroupError(
                .connect,
                "\(roll.culprit()) \(members[place.rank]) could not connect to all others over "
                    + "\(address.interface): \(reason)")
        }
        observe(.connected)
        return ProcessGroup(
            place, members: members, port: port, handle: handle, store: store,
            heartbeat: heartbeat)
    }

    /// Introduces this process to the others and hears of all of them.
    private static func meet(
        _ place: ProcessPlace, _ address: NetworkAddress, _ store: KeyStore, _ left: () -> Double
    ) throws(ProcessGroupError) -> [Member] {
        let own = Member(
            rank: place.rank, address: address, hostName: ProcessInfo.processInfo.hostName,
            process: getpid(), machine: machine,
            visibleGPUs: ProcessInfo.processInfo.environment["CUDA_VISIBLE_DEVICES"])
        try store.set("member/\(place.rank)", coded(own))
        var members: [Member] = []
        for rank in 0 ..< place.size {
            do throws(ProcessGroupError) {
                members.append(try decoded(store.get("member/\(rank)", timeout: left())))
            } catch {
                throw try missing(place, store, error)
            }
        }
        let remote = members.first { $0.machine != own.machine }
        if let remote, let lone = members.first(where: { $0.address.isLoopback }) {
            throw ProcessGroupError(
                .interface,
                "\(lone) offers the loopback address, which "
                    + "\(lone.rank == remote.rank ? "\(own)" : "\(remote)") on another host cannot "
                    + "reach. Expected an address of the network between the hosts: set "
                    + "GLOO_SOCKET_IFNAME to its interface on that host, or MASTER_ADDR to an "
                    + "address that is no loopback there (see /etc/hosts).")
        }
        return members
    }

    /// An error that names all that did not come.
    private static func missing(
        _ place: ProcessPlace, _ store: KeyStore, _ error: ProcessGroupError
    ) throws(ProcessGroupError) -> ProcessGroupError {
        var ranks: [String] = []
        do throws(ProcessGroupError) {
            for rank in 0 ..< place.size where try !store.has("member/\(rank)") {
                ranks.append("\(rank)")
            }
        } catch {
            return ProcessGroupError(
                .members, "The store at \(place.host) was lost while waiting: \(error)")
        }
        return ProcessGroupError(
            .members,
            "Missing after \(plainSeconds(place.timeout)) s: rank "
                + "\(ranks.joined(separator: ", ")) of \(place.size). Check that all processes were "
                + "started and reach \(place.host); MIEN_DISTRIBUTED_TIMEOUT sets the time.")
    }

    private static func coded(_ member: Member) -> String {
        guard let data = try? JSONEncoder().encode(member) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    private static func decoded(_ text: String) throws(ProcessGroupError) -> Member {
        guard let member = try? JSONDecoder().decode(Member.self, from: Data(text.utf8)) else {
            throw ProcessGroupError(
                .members,
                "A process introduced itself with \"\(text.prefix(80))\": expected the same "
                    + "version of Mien in all processes.")
        }
        return member
    }

    /// The running system and its network: equal for processes that share the loopback interface.
    private static var machine: String {
        let boot = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))
        let network = try? FileManager.default.destinationOfSymbolicLink(
            atPath: "/proc/self/ns/net")
        return "\(boot?.prefix { $0 != "\n" } ?? "?") \(network ?? "?")"
    }
}
