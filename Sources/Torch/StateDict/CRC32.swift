/// A cyclic redundancy check of 32 bits, eight bytes at a time.
package struct CRC32: Sendable {
    /// That of zip files.
    package static let zip = CRC32(polynomial: 0xEDB8_8320)
    /// CRC-32C, that of TFRecord files.
    package static let castagnoli = CRC32(polynomial: 0x82F6_3B78)

    /// `tables[256 * k + b]`: what byte `b` contributes when `k` zero bytes follow it.
    private let tables: [UInt32]

    /// - Parameter polynomial: with its bits reversed.
    private init(polynomial: UInt32) {
        var tables: [UInt32] = []
        for byte in UInt32(0) ..< 256 {
            var sum = byte
            for _ in 0 ..< 8 { sum = sum & 1 == 1 ? (sum >> 1) ^ polynomial : sum >> 1 }
            tables.append(sum)
        }
        for index in 256 ..< 8 * 256 {
            let previous = tables[index - 256]
            tables.append((previous >> 8) ^ tables[Int(previous & 0xFF)])
        }
        self.tables = tables
    }

    package func checksum(_ bytes: [UInt8]) -> UInt32 {
        tables.withUnsafeBufferPointer { table in
            bytes.withUnsafeBytes { all in
                var sum: UInt32 = 0xFFFF_FFFF
                let wholeWords = all.count & ~7
                for offset in stride(from: 0, to: wholeWords, by: 8) {
                    let word = UInt64(
                        littleEndian: all.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                    let mixed = word ^ UInt64(sum)
                    sum = 0
                    for byte in 0 ..< 8 {
                        let value = Int(truncatingIfNeeded: mixed >> UInt64(8 * byte)) & 0xFF
                        sum ^= table[256 * (7 - byte) + value]
                    }
                }
                for byte in all[wholeWords...] {
                    sum = (sum >> 8) ^ table[Int((sum ^ UInt32(byte)) & 0xFF)]
                }
                return ~sum
            }
        }
    }
}
