import Foundation

/// The Fourier transform of planes of 64 x 64 complex numbers, by radix 2 (Cooley and Tukey 1965).
struct PlaneTransform {
    static let side = 64
    static let area = side * side
    private typealias Vector = SIMD16<Float>
    private static let vectorsOfRow = side / 16

    /// exp(i pi k / half) for k in 0 ..< half, for half 1, 2, 4, ..., 32, one after the other.
    private static let turns: [(real: Float, imaginary: Float)] = (0 ..< 6).flatMap { stage in
        (0 ..< 1 << stage).map { k in
            let angle = Double.pi * Double(k) / Double(1 << stage)
            return (Float(cos(angle)), Float(sin(angle)))
        }
    }

    /// Where a row is put before it is transformed: its number's six bits in reverse.
    static let place: [Int] = (0 ..< side).map { row in
        (0 ..< 6).reduce(0) { $0 | (row >> $1 & 1) << (5 - $1) }
    }

    /// The parts of the numbers, row by row.
    private let real: UnsafeMutablePointer<Float>
    private let imaginary: UnsafeMutablePointer<Float>
    private let spare: UnsafeMutablePointer<Float>

    /// Lends room for one plane, [64, 64] each, at `body`; its contents are not initialised.
    static func withPlane<Result>(
        _ body: (
            PlaneTransform, _ real: UnsafeMutablePointer<Float>,
            _ imaginary: UnsafeMutablePointer<Float>
        ) -> Result
    ) -> Result {
        let alignment = MemoryLayout<Vector>.alignment
        return withUnsafeTemporaryAllocation(
            byteCount: 3 * area * MemoryLayout<Float>.size, alignment: alignment
        ) { bytes in
            let numbers = bytes.bindMemory(to: Float.self)
            guard let start = numbers.baseAddress else { preconditionFailure("no room") }
            let plane = PlaneTransform(
                real: start, imaginary: start + area, spare: start + 2 * area)
            return body(plane, plane.real, plane.imaginary)
        }
    }

    /// The sums over x(r, c) exp(sign i 2 pi (r u + c v) / 64), at [v, u]: with rows and columns
    /// exchanged. Rows must lie where ``place`` says.
    func transform(sign: Float) {
        transformColumns(sign)
        exchange(real)
        exchange(imaginary)
        transformColumns(sign)
    }

    private func transformColumns(_ sign: Float) {
        let width = Self.vectorsOfRow
        let length = Self.side * width
        real.withMemoryRebound(to: Vector.self, capacity: length) { real in
            imaginary.withMemoryRebound(to: Vector.self, capacity: length) { imaginary in
                Self.turns.withUnsafeBufferPointer { turns in
                    var half = 1
                    while half < Self.side {
                        for first in stride(from: 0, to: Self.side, by: 2 * half) {
                            for k in 0 ..< half {
                                let turn = turns[half - 1 + k]
                                let (a, b) = (turn.real, sign * turn.imaginary)
                                let top = (first + k) * width
                                let bottom = top + half * width
                                for vector in 0 ..< width {
                                    let x = real[bottom + vector]
                                    let y = imaginary[bottom + vector]
                                    let (p, q) = (x * a - y * b, x * b + y * a)
                                    real[bottom + vector] = real[top + vector] - p
                                    imaginary[bottom + vector] = imaginary[top + vector] - q
                                    real[top + vector] += p
                                    imaginary[top + vector] += q
                                }
                            }
                        }
                        half *= 2
                    }
                }
            }
        }
    }

    /// Exchanges rows and columns, and puts each row where the next transform wants it.
    private func exchange(_ numbers: UnsafeMutablePointer<Float>) {
        let side = Self.side
        spare.update(from: numbers, count: Self.area)
        for row in 0 ..< side {
            let target = numbers + Self.place[row] * side
            for column in 0 ..< side { target[column] = spare[column * side + row] }
        }
    }
}
