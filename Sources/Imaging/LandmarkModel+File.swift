import Foundation

/// A place in a file of dlib that does not hold what must be there.
struct LandmarkFormError: Error {
    let reason: String
}

extension LandmarkModel {
    /// Limits of what a file may claim, far above the 68-point model's 15 stages of 500 trees.
    private enum Limit {
        static let points = 1_000
        static let stages = 1_000
        static let trees = 100_000
        static let depth = 12
        static let pixels = 100_000
    }

    /// Reads dlib's serialised `shape_predictor`, version 1, whose trees are all equally deep.
    ///
    /// The file holds: version; initial shape; a list of stages, each a list of trees, each splits
    /// (two pixels, a threshold) and leaves; by stage the anchors; by stage the offsets.
    /// - Throws: `LandmarkFormError` with the byte where it goes wrong.
    convenience init(dlib data: Data) throws(LandmarkFormError) {
        let parts = data.withUnsafeBytes { bytes in
            Result { () throws(LandmarkFormError) in try Self.parts(of: bytes) }
        }
        let (shape, stages, splitCount) = try parts.get()
        self.init(initialShape: shape, stages: stages, splitCount: splitCount)
    }

    private static func parts(
        of bytes: UnsafeRawBufferPointer
    ) throws(LandmarkFormError) -> (shape: [Float], stages: [Stage], splitCount: Int) {
        var reader = DlibReader(bytes)
        let version = try reader.integer()
        guard version == 1 else {
            throw reader.error("found version \(version), expected 1")
        }
        let shape = try reader.column(of: nil, upTo: 2 * Limit.points)
        guard shape.count % 2 == 0 else {
            throw reader.error("found \(shape.count) coordinates, expected pairs")
        }
        let stageCount = try reader.count(in: 1 ... Limit.stages, "stages")
        var stages: [Stage] = []
        var splitCount: Int?
        for _ in 0 ..< stageCount {
            let trees = try reader.count(in: 1 ... Limit.trees, "trees")
            var stage = Stage(
                anchors: [], offsets: [], first: [], second: [], thresholds: [], leaves: [])
            for tree in 0 ..< trees {
                try reader.readTree(
                    into: &stage, splitCount: &splitCount, coordinates: shape.count,
                    deepest: Limit.depth)
                // One tree tells how much all of them need.
                if tree == 0 { stage.reserve(trees, limit: bytes.count) }
            }
            stages.append(stage)
        }
        try reader.readPixels(into: &stages, points: shape.count / 2, most: Limit.pixels)
        guard reader.isAtEnd else {
            throw reader.error("found \(reader.left) more bytes, expected the end")
        }
        return (shape, stages, splitCount ?? 0)
    }
}

extension LandmarkModel.Stage {
    /// - Parameter limit: no file holds more numbers than bytes.
    fileprivate mutating func reserve(_ trees: Int, limit: Int) {
        first.reserveCapacity(min(first.count * trees, limit))
        second.reserveCapacity(min(second.count * trees, limit))
        thresholds.reserveCapacity(min(thresholds.count * trees, limit))
        leaves.reserveCapacity(min(leaves.count * trees, limit))
    }
}

/// Reads the numbers of dlib's files: an integer is a byte (bit 7: negative, low 4 bits: how many
/// bytes follow), then its bytes, little-endian; a real number is two integers, mantissa and
/// exponent of 2.
private struct DlibReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }
    var left: Int { bytes.count - position }

    func error(_ reason: String) -> LandmarkFormError {
        LandmarkFormError(reason: "byte \(position): \(reason)")
    }

    mutating func integer() throws(LandmarkFormError) -> Int {
        guard left > 0 else { throw error("the file ends, expected a number") }
        let control = bytes[position]
        let count = Int(control & 0x0F)
        guard control & 0x70 == 0, 1 ... 8 ~= count else {
            throw error("found \(control), expected the length of a number")
        }
        guard left > count else { throw error("the file ends within a number") }
        var value: UInt64 = 0
        for index in 1 ... count {
            value |= UInt64(bytes[position + index]) << UInt64(8 * (index - 1))
        }
        guard value <= UInt64(Int.max) else { throw error("found a number beyond 63 bits") }
        position += count + 1
        return control & 0x80 == 0 ? Int(value) : -Int(value)
    }

    mutating func real() throws(LandmarkFormError) -> Float {
        let mantissa = try integer()
        let exponent = try integer()
        // Exponents from 32,000 on stand for what is not finite.
        guard abs(exponent) < 1_000 else {
            throw error("found the exponent \(exponent), expected a finite number")
        }
        let value = Float(sign: .plus, exponent: exponent, significand: Float(mantissa))
        guard value.isFinite else { throw error("found \(value), expected a finite number") }
        return value
    }

    mutating func count(
        in range: ClosedRange<Int>, _ what: String
    ) throws(LandmarkFormError) -> Int {
        let count = try integer()
        guard range.contains(count) else {
            throw error(
                "found \(count) \(what), expected \(range.lowerBound) to \(range.upperBound)")
        }
        // Each takes two bytes or more.
        guard count <= left / 2 else {
            throw error("found \(count) \(what), expected at most the \(left) bytes that follow")
        }
        return count
    }

    /// A matrix of one column. Its numbers of rows and columns are written as negative numbers.
    /// - Parameter rows: `nil` for any number.
    mutating func column(
        of rows: Int?, upTo most: Int
    ) throws(LandmarkFormError) -> [Float] {
        let count = try columnHead(of: rows, upTo: most)
        var values: [Float] = []
        values.reserveCapacity(count)
        for _ in 0 ..< count { values.append(try real()) }
        return values
    }

    private mutating func columnHead(
        of rows: Int?, upTo most: Int
    ) throws(LandmarkFormError) -> Int {
        let (height, width) = (-(try integer()), -(try integer()))
        guard width == 1, rows.map({ $0 == height }) ?? (1 ... most ~= height) else {
            throw error(
                "found a matrix of \(height) x \(width), expected "
                    + "\(rows.map { "\($0)" } ?? "1 to \(most)") x 1")
        }
        return height
    }

    /// - Parameters:
    ///   - splitCount: that of earlier trees.
    ///   - coordinates: of a shape.
    mutating func readTree(
        into stage: inout LandmarkModel.Stage, splitCount: inout Int?, coordinates: Int,
        deepest: Int
    ) throws(LandmarkFormError) {
        let splits = try count(in: 1 ... (1 << deepest) - 1, "splits of a tree")
        guard (splits + 1).nonzeroBitCount == 1, splitCount ?? splits == splits else {
            throw error(
                "found a tree of \(splits) splits, expected "
                    + (splitCount.map { "\($0) as in all trees" } ?? "1, 3, 7, 15 or more"))
        }
        splitCount = splits
        for _ in 0 ..< splits {
            for pixels in [\LandmarkModel.Stage.first, \.second] {
                let pixel = try integer()
                guard let number = Int32(exactly: pixel), number >= 0 else {
                    throw error("found pixel \(pixel), expected a number from 0 on")
                }
                stage[keyPath: pixels].append(number)
            }
            stage.thresholds.append(try real())
        }
        let leaves = try count(in: 1 ... 1 << deepest, "leaves of a tree")
        guard leaves == splits + 1 else {
            throw error("found \(leaves) leaves, expected \(splits + 1) of \(splits) splits")
        }
        for _ in 0 ..< leaves {
            for _ in 0 ..< (try columnHead(of: coordinates, upTo: coordinates)) {
                stage.leaves.append(try real())
            }
        }
    }

    /// Anchors and offsets of each stage's pixels.
    mutating func readPixels(
        into stages: inout [LandmarkModel.Stage], points: Int, most: Int
    ) throws(LandmarkFormError) {
        func requireAll(_ count: Int, _ what: String) throws(LandmarkFormError) {
            guard count == stages.count else {
                throw error("found \(what) of \(count) stages, expected \(stages.count)")
            }
        }
        try requireAll(try integer(), "anchors")
        for stage in stages.indices {
            for _ in 0 ..< (try count(in: 1 ... most, "pixels")) {
                let anchor = try integer()
                guard 0 ..< points ~= anchor else {
                    throw error("found point \(anchor), expected 0 to \(points - 1)")
                }
                stages[stage].anchors.append(anchor)
            }
        }
        try requireAll(try integer(), "offsets")
        for stage in stages.indices {
            let pixels = stages[stage].anchors.count
            let count = try count(in: 1 ... most, "offsets")
            guard count == pixels else {
                throw error("found \(count) offsets, expected \(pixels), one a pixel")
            }
            for _ in 0 ..< count {
                stages[stage].offsets.append(SIMD2(try real(), try real()))
            }
            let largest = max(stages[stage].first.max() ?? 0, stages[stage].second.max() ?? 0)
            guard Int(largest) < pixels else {
                throw error("stage \(stage) compares pixel \(largest), expected 0 to \(pixels - 1)")
            }
        }
    }
}
