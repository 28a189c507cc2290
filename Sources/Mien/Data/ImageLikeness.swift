/// An image averaged down to 16 x 16, its mean taken off and its length made 1: two of them
/// multiply to their correlation.
struct SmallImage {
    private let rows: [SIMD16<Float>]

    static let side = 16

    /// The means of 16 x 16 parts.
    static func averages(
        _ pixels: UnsafeBufferPointer<UInt8>, width: Int, height: Int
    ) -> [SIMD16<Float>] {
        let columns = Self.weights(width)
        let lines = Self.weights(height)
        var rows = [SIMD16<Float>](repeating: .zero, count: Self.side)
        for y in 0 ..< height {
            var line = SIMD16<Float>.zero
            for x in 0 ..< width { line += Float(pixels[y * width + x]) * columns[x] }
            for number in 0 ..< Self.side where lines[y][number] > 0 {
                rows[number] += lines[y][number] * line
            }
        }
        return rows
    }

    /// - Returns: `nil` for an image of one grey.
    init?(_ pixels: UnsafeBufferPointer<UInt8>, width: Int, height: Int) {
        var rows = Self.averages(pixels, width: width, height: height)
        let count = Float(Self.side * Self.side)
        let mean = rows.reduce(0) { $0 + $1.sum() } / count
        rows = rows.map { $0 - mean }
        let length = rows.reduce(0) { $0 + ($1 * $1).sum() }.squareRoot()
        guard length > 1e-3 else { return nil }
        self.rows = rows.map { $0 / length }
    }

    /// -1...1.
    func correlation(with other: SmallImage, mirrored: Bool = false) -> Float {
        zip(rows, other.rows).reduce(0) { sum, pair in
            sum + (pair.0 * (mirrored ? pair.1.reversed : pair.1)).sum()
        }
    }

    /// For each pixel along a side what it gives to each of 16 parts.
    private static func weights(_ length: Int) -> [SIMD16<Float>] {
        var weights = [SIMD16<Float>](repeating: .zero, count: length)
        for place in 0 ..< side {
            for (pixel, weight) in areaWeights(of: place, among: side, over: length) {
                weights[pixel][place] = Float(weight)
            }
        }
        return weights
    }
}

extension SIMD16<Float> {
    fileprivate var reversed: Self {
        var result = Self.zero
        for index in 0 ..< 16 { result[index] = self[15 - index] }
        return result
    }
}

extension Dataset {
    func smallImage(at index: Int) -> SmallImage? {
        if isOnDisk { return facts?.smallImage(at: index) }
        return withPixels(of: index) { SmallImage($0, width: $1, height: $2) }
    }

    /// Of each image.
    package func fingerprints() -> [ImageFingerprint] {
        if let facts { return facts.prints }
        var maker = FingerprintMaker()
        return (0 ..< count).map { maker.fingerprint(of: $0, in: self) }
    }
}
