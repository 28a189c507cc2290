import CTorch
import Foundation

/// Texts by key that all processes of a group see: libtorch's store over TCP.
///
/// One object is one connection, which one thread uses at a time.
final class KeyStore: @unchecked Sendable {
    let handle: ct_store

    /// - Parameters:
    ///   - listening: a socket that this process serves the store on; `nil` for a client.
    ///   - prefix: of all keys.
    ///   - timeout: seconds to wait for the server.
    init(
        host: String, port: Int, listening: Int32? = nil, prefix: String, timeout: Double
    ) throws(ProcessGroupError) {
        var handle: ct_store?
        let status = ct.store_open(
            &handle, host, Int32(port), listening ?? -1, prefix, milliseconds(timeout))
        guard status == CT_OK, let handle else {
            throw ProcessGroupError(.store, shortReason(lastMessage))
        }
        self.handle = handle
    }

    deinit { ct.store_free(handle) }

    func set(_ key: String, _ value: String) throws(ProcessGroupError) {
        try require(ct.store_set(handle, key, value))
    }

    func has(_ key: String) throws(ProcessGroupError) -> Bool {
        var result = false
        try require(ct.store_has(&result, handle, key))
        return result
    }

    /// - Parameter timeout: seconds to wait for the key.
    func get(_ key: String, timeout: Double) throws(ProcessGroupError) -> String {
        var text = [CChar](repeating: 0, count: 4096)
        try require(ct.store_get(&text, text.count, handle, key, milliseconds(timeout)))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The text of a key that may not be there.
    func value(_ key: String) throws(ProcessGroupError) -> String? {
        try has(key) ? get(key, timeout: 1) : nil
    }

    private func require(_ status: ct_status) throws(ProcessGroupError) {
        guard status == CT_OK else {
            throw ProcessGroupError(.store, shortReason(lastMessage))
        }
    }
}

/// Seconds as the shim takes them; at least one millisecond.
func milliseconds(_ seconds: Double) -> Int64 { max(1, Int64(seconds * 1000)) }
