import Foundation
import Imaging
package import Torch

/// Per-channel mean and standard deviation of inputs in 0...1.
public struct Normalization: Sendable, Equatable, Codable {
    public let mean: [Float]
    public let standardDeviation: [Float]

    public init(mean: [Float], standardDeviation: [Float]) {
        self.mean = mean
        self.standardDeviation = standardDeviation
    }

    /// Whether grey images stay the same in all channels.
    package var hasEqualChannels: Bool {
        Set(mean).count == 1 && Set(standardDeviation).count == 1
    }

    /// What torchvision's ImageNet weights were trained with.
    public static let imageNet = Normalization(
        mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])
    /// For networks trained from random weights on grey faces.
    public static let grey = Normalization(
        mean: [0.5, 0.5, 0.5], standardDeviation: [0.25, 0.25, 0.25])
}

/// Images on their way to the model: planes of `size` x `size`, values 0 to 255.
package struct ImageBatch: Sendable {
    /// Positions in the labelling that the batch was made from.
    package private(set) var positions: [Int]
    package let size: Int
    package let channels: InputSpecification.Channels
    /// [images, channels, size, size]
    package internal(set) var planes: [Float]
    /// What each image kept of itself when mixed; the rest is the next image's (the first's for
    /// the last).
    package internal(set) var mixUpLambda: [Float]?
    /// The position of the image that the last one was mixed with, where it is not the first.
    package internal(set) var following: Int?
    /// Where these images are in the batch that several processes share; `nil` for all of it.
    package internal(set) var part: BatchPart?

    /// Varies the images of `samples` (indices in the data set).
    package init(
        _ dataset: Dataset, positions: [Int], samples: [Int], size: Int,
        channels: InputSpecification.Channels = .grey,
        variation: (_ sample: Int) -> SampledTransform
    ) {
        let variations = samples.map(variation)
        // Decoding is worth several threads; each image is drawn by itself.
        self.init(positions, size, channels, isDrawnAtOnce: dataset.isOnDisk) {
            dataset.draw(
                samples[$0], varied: variations[$0], size: size, channels: channels, into: $1)
        }
    }

    /// Images at hand, as they are.
    init(_ images: [Image], for input: InputSpecification) {
        self.init(Array(images.indices), input.size, input.channels, isDrawnAtOnce: false) {
            images[$0].draw(
                varied: .identity, size: input.size, channels: input.channels, into: $1)
        }
    }

    private init(
        _ positions: [Int], _ size: Int, _ channels: InputSpecification.Channels,
        isDrawnAtOnce: Bool,
        _ draw: @Sendable (_ number: Int, UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        self.positions = positions
        self.size = size
        self.channels = channels
        let (count, length) = (positions.count, channels.count * size * size)
        planes = [Float](unsafeUninitializedCapacity: count * length) { buffer, initialized in
            nonisolated(unsafe) let parts = buffer
            @Sendable func part(_ number: Int) -> UnsafeMutableBufferPointer<Float> {
                UnsafeMutableBufferPointer(
                    rebasing: parts[number * length ..< (number + 1) * length])
            }
            if isDrawnAtOnce {
                DispatchQueue.concurrentPerform(iterations: count) { draw($0, part($0)) }
            } else {
                for number in 0 ..< count { draw(number, part(number)) }
            }
            initialized = count * length
        }
    }

    /// Images at hand: their planes of `size` x `size`, one after the other.
    package init(planes: [Float], size: Int, channels: InputSpecification.Channels = .grey) {
        let length = channels.count * size * size
        precondition(
            planes.count % length == 0,
            "expected \(channels) images of \(size) x \(size), got \(planes.count) values")
        positions = Array(0 ..< planes.count / length)
        self.size = size
        self.channels = channels
        self.planes = planes
    }

    /// The values of one image: [channels, size, size].
    package func plane(_ index: Int) -> ArraySlice<Float> {
        let length = channels.count * size * size
        return planes[index * length ..< (index + 1) * length]
    }

    /// The grey values of one image: [size, size].
    func grey(_ index: Int) -> ArraySlice<Float> {
        let planes = plane(index)
        guard channels == .rgb else { return planes }
        let (area, first) = (size * size, planes.startIndex)
        return (first ..< first + area).map { place in
            0.299 * planes[place] + 0.587 * planes[place + area] + 0.114 * planes[place + 2 * area]
        }[...]
    }

    /// The images with left and right exchanged.
    var mirrored: ImageBatch {
        var result = self
        for row in stride(from: 0, to: planes.count, by: size) {
            result.planes[row ..< row + size].reverse()
        }
        return result
    }

    /// Takes from each image all but its share, and adds what is missing of the next one.
    package mutating func mix(keeping shares: [Float]) {
        precondition(
            shares.count == positions.count,
            "expected a share for each of \(positions.count) images, got \(shares.count)")
        let length = channels.count * size * size
        let original = planes
        for (image, share) in shares.enumerated() {
            let own = image * length
            let other = (image + 1) % shares.count * length
            for pixel in 0 ..< length {
                planes[own + pixel] =
                    share * original[own + pixel] + (1 - share) * original[other + pixel]
            }
        }
        mixUpLambda = shares
    }

    /// Leaves the last image out, which the one before it may be mixed with.
    mutating func removeLast() {
        following = positions.last
        positions.removeLast()
        planes.removeLast(channels.count * size * size)
        mixUpLambda?.removeLast()
    }

    /// The model's input, normalised: [N, 1, size, size] of grey images where the three channels
    /// would be equal, else [N, 3, size, size], channels last. This is the one place where images
    /// become tensors.
    package func tensor(_ normalization: Normalization, dtype: DType, device: Device) -> Tensor {
        let images = Tensor(planes, shape: [positions.count, channels.count, size, size])
        let factors = Array(zip(normalization.mean, normalization.standardDeviation))
            .prefix(channels == .grey && normalization.hasEqualChannels ? 1 : 3)
        let shape = [1, factors.count, 1, 1]
        let scale = Tensor(factors.map { 1 / ($1 * 255) }, shape: shape)
        let offset = Tensor(factors.map { -$0 / $1 }, shape: shape)
        return withoutGradients {
            let input = images.to(device: device) * scale.to(device: device)
            return (input + offset.to(device: device)).to(dtype: dtype, memoryFormat: .channelsLast)
        }
    }
}

/// Makes elements ahead of their use on a thread of its own.
package final class Prefetcher<Element: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var ready: [Element] = []
    private var finished = false
    private var cancelled = false
    /// Seconds that the consumer waited for elements.
    private(set) var waitedSeconds = 0.0

    /// - Parameter depth: elements to hold ready.
    package init(count: Int, depth: Int = 3, make: @escaping @Sendable (Int) -> Element) {
        guard count > 1 else {
            // There is nothing to be ahead of.
            ready = (0 ..< count).map(make)
            finished = true
            return
        }
        let thread = Thread { [self] in
            for index in 0 ..< count {
                let element = make(index)
                condition.lock()
                while ready.count >= depth, !cancelled { condition.wait() }
                if cancelled {
                    condition.unlock()
                    break
                }
                ready.append(element)
                condition.broadcast()
                condition.unlock()
            }
            condition.lock()
            finished = true
            condition.broadcast()
            condition.unlock()
        }
        thread.stackSize = 4 << 20
        thread.name = "mien.batches"
        thread.start()
    }

    /// The next element, or `nil` after the last.
    package func next() -> Element? {
        let start = DispatchTime.now().uptimeNanoseconds
        condition.lock()
        defer { condition.unlock() }
        while ready.isEmpty, !finished { condition.wait() }
        waitedSeconds += Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        guard !ready.isEmpty else { return nil }
        condition.broadcast()
        return ready.removeFirst()
    }

    package func cancel() {
        condition.lock()
        cancelled = true
        ready.removeAll()
        condition.broadcast()
        condition.unlock()
    }
}
