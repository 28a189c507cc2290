/// `count` float32 values in [-1, 1), a function of seed and index (the finaliser of MurmurHash3);
/// the Python scripts beside the golden files make the same ones bit for bit.
public func patternValues(seed: UInt32, count: Int) -> [Float] {
    (0 ..< count).map { index in
        var x = UInt32(truncatingIfNeeded: index) &+ seed &* 0x9E37_79B9
        x ^= x >> 16
        x &*= 0x85EB_CA6B
        x ^= x >> 13
        x &*= 0xC2B2_AE35
        x ^= x >> 16
        return Float(x >> 8) / 8_388_608 - 1
    }
}
