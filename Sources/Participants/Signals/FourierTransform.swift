import Foundation

/// The Fourier transform of a power of two of complex numbers, by radix 2 (Cooley and Tukey, 1965).
struct FourierTransform {
    let count: Int
    private let cosines: [Double]
    private let sines: [Double]
    private let reversed: [Int]

    /// - Precondition: `count` is a power of two.
    init(count: Int) {
        precondition(count > 1 && count & (count - 1) == 0, "expected a power of two, got \(count)")
        self.count = count
        cosines = (0 ..< count / 2).map { cos(2 * .pi * Double($0) / Double(count)) }
        sines = (0 ..< count / 2).map { sin(2 * .pi * Double($0) / Double(count)) }
        let bits = count.trailingZeroBitCount
        reversed = (0 ..< count).map { index in
            (0 ..< bits).reduce(0) { $0 | (index >> $1 & 1) << (bits - 1 - $1) }
        }
    }

    /// |X|^2 at 0 ..< count of real numbers, which are padded with zeros.
    func power(_ samples: [Double]) -> [Double] {
        var real = [Double](repeating: 0, count: count)
        var imaginary = real
        for (index, place) in reversed.enumerated() where index < samples.count {
            real[place] = samples[index]
        }
        transform(&real, &imaginary)
        return zip(real, imaginary).map { $0 * $0 + $1 * $1 }
    }

    /// The sums over x(i) x(i + lag) for the lags from 0 on; the samples fill at most half.
    func autocorrelation(_ samples: [Double]) -> [Double] {
        let spectrum = power(samples)
        var real = [Double](repeating: 0, count: count)
        var imaginary = real
        for (index, place) in reversed.enumerated() { real[place] = spectrum[index] }
        transform(&real, &imaginary)
        return real.map { $0 / Double(count) }
    }

    private func transform(_ real: inout [Double], _ imaginary: inout [Double]) {
        real.withUnsafeMutableBufferPointer { real in
            imaginary.withUnsafeMutableBufferPointer { imaginary in
                var half = 1
                while half < count {
                    let step = count / (2 * half)
                    for first in stride(from: 0, to: count, by: 2 * half) {
                        for k in 0 ..< half {
                            let (c, s) = (cosines[k * step], -sines[k * step])
                            let (top, bottom) = (first + k, first + k + half)
                            let p = real[bottom] * c - imaginary[bottom] * s
                            let q = real[bottom] * s + imaginary[bottom] * c
                            real[bottom] = real[top] - p
                            imaginary[bottom] = imaginary[top] - q
                            real[top] += p
                            imaginary[top] += q
                        }
                    }
                    half *= 2
                }
            }
        }
    }
}
