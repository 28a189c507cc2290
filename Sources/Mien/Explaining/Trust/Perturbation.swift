package import Evaluation
import Dispatch
import Foundation
import Synchronization

/// An image whose pixels are taken away or put in, most important first.
package struct Perturbation {
    /// Of one image, one after the other.
    let planes: [Float]
    let size: Int

    /// Indices of pixels, the highest value of the map first; equal values come in random order.
    package static func ranking(
        of map: HeatMap, size: Int, using generator: inout SeededGenerator
    ) -> [Int] {
        let values = map.resized(width: size, height: size).values
        let shuffled = generator.permutation(of: values.count)
        return shuffled.enumerated().sorted { a, b in
            let (first, second) = (values[a.element], values[b.element])
            return first != second ? first > second : a.offset < b.offset
        }.map(\.element)
    }

    package init(plane: [Float], size: Int) {
        planes = plane
        self.size = size
    }

    private var area: Int { size * size }
    private var starts: [Int] { Array(stride(from: 0, to: planes.count, by: area)) }

    private func count(of share: Double) -> Int { Int((share * Double(area)).rounded()) }

    /// The first part of the ranking set to the mean of each plane.
    func deleting(_ share: Double, of ranking: [Int]) -> [Float] {
        var result = planes
        for start in starts {
            let mean = planes[start ..< start + area].reduce(0, +) / Float(area)
            for index in ranking.prefix(count(of: share)) { result[start + index] = mean }
        }
        return result
    }

    /// The first part of the ranking put into the blurred image.
    func inserting(_ share: Double, of ranking: [Int], into blurred: [Float]) -> [Float] {
        var result = blurred
        for start in starts {
            for index in ranking.prefix(count(of: share)) {
                result[start + index] = planes[start + index]
            }
        }
        return result
    }

    /// The first part of the ranking replaced by what its surroundings suggest, plus a little
    /// noise, so that the shape of what was removed tells nothing (ROAD, Rong et al. 2022,
    /// arXiv:2202.00449, section 4.2): each removed pixel is the weighted mean of its neighbours, direct
    /// ones 1/6, diagonal ones 1/12, all at once.
    /// - Parameter parts: shares of the pixels with the rankings that they are the first of; worked
    ///   on at the same time.
    /// - Returns: an image for each, one after the other.
    func imputing(
        _ parts: [(share: Double, ranking: [Int])], using generator: inout SeededGenerator
    ) -> [Float] {
        let removed = parts.map { $0.ranking.prefix(count(of: $0.share)).sorted() }
        let images = Mutex([[Float]](repeating: [], count: parts.count))
        DispatchQueue.concurrentPerform(iterations: parts.count) { part in
            let imputed = starts.flatMap { start in
                Self.imputed(
                    Array(planes[start ..< start + area]), size: size, removed: removed[part])
            }
            images.withLock { $0[part] = imputed }
        }
        return zip(images.withLock { $0 }, removed).flatMap { imputed, removed in
            var result = imputed
            for start in starts {
                for index in removed {
                    result[start + index] += Float(Self.noise * generator.normal())
                }
            }
            return result
        }
    }

    /// Standard deviation of the noise in grey levels: 0.01 of the range.
    static let noise = 2.55

    /// Solves the linear system by successive over-relaxation until no pixel moves by more than
    /// `tolerance` grey levels; the matrix is symmetric and positive definite, so it converges.
    package static func imputed(
        _ plane: [Float], size: Int, removed: [Int], tolerance: Float = 0.05
    ) -> [Float] {
        var known = [Bool](repeating: true, count: plane.count)
        for index in removed { known[index] = false }
        var sum: Float = 0
        for index in plane.indices where known[index] { sum += plane[index] }
        let start = sum / Float(max(1, plane.count - removed.count))
        var result = plane
        for index in removed { result[index] = start }
        guard !removed.isEmpty, removed.count < plane.count else { return result }
        let inner = 1 ..< max(size - 1, 1)
        let inside = removed.map { inner.contains($0 % size) && inner.contains($0 / size) }
        result.withUnsafeMutableBufferPointer { pixels in
            for _ in 0 ..< 2000 {
                var largest: Float = 0
                for (index, isInside) in zip(removed, inside) {
                    guard !isInside else {
                        let change = pixels.relaxation(of: index, size)
                        pixels[index] += change
                        largest = max(largest, abs(change))
                        continue
                    }
                    let (x, y) = (index % size, index / size)
                    var total: Float = 0
                    var weights: Float = 0
                    for row in max(0, y - 1) ... min(size - 1, y + 1) {
                        for column in max(0, x - 1) ... min(size - 1, x + 1) {
                            if row == y && column == x { continue }
                            let weight: Float = row == y || column == x ? 2 : 1
                            total += weight * pixels[row * size + column]
                            weights += weight
                        }
                    }
                    let change = 1.7 * (total / weights - pixels[index])
                    pixels[index] += change
                    largest = max(largest, abs(change))
                }
                if largest <= tolerance { break }
            }
        }
        return result
    }

    /// A Gaussian of a tenth of the side, in which no expression can be read; the edges go on.
    var blurred: [Float] {
        let deviation = Double(size) / 10
        let reach = Int((3 * deviation).rounded(.up))
        let raw = (-reach ... reach).map { exp(-Double($0 * $0) / (2 * deviation * deviation)) }
        let kernel = raw.map { Float($0 / raw.reduce(0, +)) }
        func pass(_ source: [Float], _ step: (Int, Int) -> Int) -> [Float] {
            source.indices.map { place in
                let (start, index) = (place / area * area, place % area)
                var sum: Float = 0
                for (tap, weight) in kernel.enumerated() {
                    sum += weight * source[start + step(index, tap - reach)]
                }
                return sum
            }
        }
        let across = pass(planes) { index, move in
            index / size * size + max(0, min(index % size + move, size - 1))
        }
        return pass(across) { index, move in
            max(0, min(index / size + move, size - 1)) * size + index % size
        }
    }
}

extension UnsafeMutableBufferPointer<Float> {
    /// The step of over-relaxation for a pixel with eight neighbours. The left one, which was
    /// changed just before, comes in last, so that the rest need not wait for it.
    fileprivate func relaxation(of index: Int, _ size: Int) -> Float {
        let (above, below) = (index - size, index + size)
        let direct = self[above] + self[below] + self[index + 1]
        let diagonal = (self[above - 1] + self[above + 1]) + (self[below - 1] + self[below + 1])
        let rest = 2 * direct + diagonal
        return 1.7 * ((rest + 2 * self[index - 1]) / 12 - self[index])
    }
}
