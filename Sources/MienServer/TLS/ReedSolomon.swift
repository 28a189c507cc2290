/// Error correction codewords over GF(256) with the polynomial of QR codes, x^8 + x^4 + x^3 + x^2 + 1.
enum ReedSolomon {
    private static func product(_ first: UInt8, _ second: UInt8) -> UInt8 {
        var result = 0
        for bit in (0 ..< 8).reversed() {
            result = result << 1 ^ (result >> 7) * 0x11D
            result ^= Int(second) >> bit & 1 * Int(first)
        }
        return UInt8(result)
    }

    /// The product of (x - 2^i) for i below `count`, highest power first, without the leading 1.
    private static func generator(_ count: Int) -> [UInt8] {
        var factors = [UInt8](repeating: 0, count: count - 1) + [1]
        var root: UInt8 = 1
        for _ in 0 ..< count {
            for index in 0 ..< count {
                factors[index] = product(factors[index], root)
                if index + 1 < count { factors[index] ^= factors[index + 1] }
            }
            root = product(root, 2)
        }
        return factors
    }

    /// The remainder of the data by the generator: the codewords that follow the data.
    static func remainder(of data: [UInt8], count: Int) -> [UInt8] {
        let factors = generator(count)
        var rest = [UInt8](repeating: 0, count: count)
        for byte in data {
            let factor = byte ^ rest.removeFirst()
            rest.append(0)
            for index in 0 ..< count { rest[index] ^= product(factors[index], factor) }
        }
        return rest
    }
}
