extension OnnxReader {
    /// The weights of a convolution, [outputs, inputs, height, width], which zeros can make wider.
    struct Kernel {
        private(set) var shape: [Int]
        private(set) var values: [Float]

        init(_ tensor: OnnxGraph.Tensor) {
            shape = tensor.shape
            values = tensor.values
        }

        var height: Int { shape[2] }
        var width: Int { shape[3] }

        /// Zeros between the weights, in place of steps over the image.
        mutating func dilate(_ steps: [Int]) {
            guard steps != [1, 1], height > 0, width > 0 else { return }
            spread(
                to: [(height - 1) * steps[0] + 1, (width - 1) * steps[1] + 1], from: [0, 0],
                steps: steps)
        }

        /// Rows and columns of zeros above and on the left: with as much more padding there the
        /// results are the same, so that unequal padding becomes equal.
        mutating func widen(before: [Int]) {
            guard before != [0, 0] else { return }
            spread(to: [height + before[0], width + before[1]], from: before, steps: [1, 1])
        }

        /// Rows and columns of zeros below and on the right, for more padding there.
        mutating func widen(after: [Int]) {
            guard after != [0, 0] else { return }
            spread(to: [height + after[0], width + after[1]], from: [0, 0], steps: [1, 1])
        }

        private mutating func spread(to sides: [Int], from start: [Int], steps: [Int]) {
            let planes = shape[0] * shape[1]
            var result = [Float](repeating: 0, count: planes * sides[0] * sides[1])
            for plane in 0 ..< planes {
                for row in 0 ..< height {
                    for column in 0 ..< width {
                        let (y, x) = (start[0] + row * steps[0], start[1] + column * steps[1])
                        result[(plane * sides[0] + y) * sides[1] + x] =
                            values[(plane * height + row) * width + column]
                    }
                }
            }
            shape[2] = sides[0]
            shape[3] = sides[1]
            values = result
        }
    }
}
