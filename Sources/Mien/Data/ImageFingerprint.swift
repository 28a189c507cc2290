import Foundation

/// 64 bits that say what an image looks like: equal for equal pixels, and few bits apart for one
/// picture that was saved as JPEG, resized or slightly moved.
///
/// They are the signs of the 63 lowest frequencies of the image at 32 x 32 (its cosine transform
/// without the mean: a perceptual hash). Images that are too small or too even for that get bits
/// of their pixels' hash instead, which are alike only for equal pixels.
package struct ImageFingerprint: Hashable, Sendable {
    package let bits: UInt64

    package init(bits: UInt64) { self.bits = bits }

    /// Set in fingerprints that are no more than a hash.
    private static let plainBit = UInt64(1) << 63

    /// Whether likeness can be told.
    package var hasPicture: Bool { bits & Self.plainBit == 0 }

    /// Shorter sides than this hold no picture, in pixels.
    static let smallestSide = 16
    /// Nor do grey levels whose standard deviation is below this.
    static let smallestContrast = 4.0

    /// Bits that differ; of hashes 0 or 64.
    package func distance(to other: ImageFingerprint) -> Int {
        guard hasPicture, other.hasPicture else { return self == other ? 0 : 64 }
        return (bits ^ other.bits).nonzeroBitCount
    }

    /// That of the mirror image: the odd frequencies along a row change their sign.
    var mirrored: ImageFingerprint {
        hasPicture ? ImageFingerprint(bits: bits ^ Self.oddColumns) : self
    }

    /// The bit of a frequency: neighbours are dealt to the four quarters of the word, so that each
    /// holds as much as the others.
    private static func bit(_ row: Int, _ column: Int) -> UInt64 {
        let number = 8 * row + column - 1
        return 1 << UInt64(16 * (number % 4) + number / 4)
    }

    private static let oddColumns: UInt64 = (0 ..< 8).reduce(0) { mask, row in
        [1, 3, 5, 7].reduce(mask) { $0 | bit(row, $1) }
    }

    fileprivate init(frequencies: [SIMD8<Float>]) {
        var bits: UInt64 = 0
        for row in 0 ..< 8 {
            for column in 0 ..< 8 where row + column > 0 && frequencies[row][column] > 0 {
                bits |= Self.bit(row, column)
            }
        }
        self.bits = bits
    }

    fileprivate init(hash: UInt64) { bits = hash | Self.plainBit }
}

/// Makes fingerprints; keeps what depends on the size of an image alone.
package struct FingerprintMaker {
    /// For each position along a side of some length, what it gives to the eight lowest frequencies.
    private var bases: [Int: [SIMD8<Float>]] = [:]

    package init() {}

    /// Of the grey pixels of an image, row by row.
    package mutating func fingerprint(
        _ pixels: UnsafeBufferPointer<UInt8>, width: Int, height: Int
    ) -> ImageFingerprint {
        guard Self.holdsPicture(pixels, width, height) else {
            return ImageFingerprint(hash: contentHash(pixels, width: width, height: height))
        }
        let (columns, rows) = (basis(width), basis(height))
        var frequencies = [SIMD8<Float>](repeating: .zero, count: 8)
        for y in 0 ..< height {
            var row = SIMD8<Float>.zero
            for x in 0 ..< width { row += Float(pixels[y * width + x]) * columns[x] }
            for number in 0 ..< 8 { frequencies[number] += rows[y][number] * row }
        }
        return ImageFingerprint(frequencies: frequencies)
    }

    private static func holdsPicture(
        _ pixels: UnsafeBufferPointer<UInt8>, _ width: Int, _ height: Int
    ) -> Bool {
        guard min(width, height) >= ImageFingerprint.smallestSide else { return false }
        var (sum, squares) = (0, 0)
        for pixel in pixels {
            sum += Int(pixel)
            squares += Int(pixel) * Int(pixel)
        }
        let mean = Double(sum) / Double(pixels.count)
        let variance = Double(squares) / Double(pixels.count) - mean * mean
        return variance >= ImageFingerprint.smallestContrast * ImageFingerprint.smallestContrast
    }

    /// The cosines at 32 places, averaged down, or spread, to `length` pixels.
    private mutating func basis(_ length: Int) -> [SIMD8<Float>] {
        if let known = bases[length] { return known }
        var basis = [SIMD8<Float>](repeating: .zero, count: length)
        for place in 0 ..< 32 {
            for (pixel, weight) in areaWeights(of: place, among: 32, over: length) {
                for frequency in 0 ..< 8 {
                    let angle = Double.pi * Double((2 * place + 1) * frequency) / 64
                    basis[pixel][frequency] += Float(weight * cos(angle))
                }
            }
        }
        bases[length] = basis
        return basis
    }
}

/// The pixels that lie in one of `places` equal parts of a side of `length` pixels, and the share
/// of the part that each takes.
func areaWeights(
    of place: Int, among places: Int, over length: Int
) -> [(pixel: Int, weight: Double)] {
    let side = Double(length) / Double(places)
    let (start, end) = (Double(place) * side, Double(place + 1) * side)
    return (Int(start) ..< min(Int(end.rounded(.up)), length)).compactMap { pixel in
        let overlap = min(end, Double(pixel + 1)) - max(start, Double(pixel))
        return overlap > 0 ? (pixel, overlap / side) : nil
    }
}

/// A 64-bit hash of an image's size and pixels, eight bytes at a time.
func contentHash(_ pixels: UnsafeBufferPointer<UInt8>, width: Int, height: Int) -> UInt64 {
    let bytes = UnsafeRawBufferPointer(pixels)
    var hash = UInt64(width) << 32 | UInt64(height)
    func mix(_ word: UInt64) {
        hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 32
    }
    var offset = 0
    while offset + 8 <= bytes.count {
        mix(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        offset += 8
    }
    while offset < bytes.count {
        mix(UInt64(bytes[offset]))
        offset += 1
    }
    return hash
}
