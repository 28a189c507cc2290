public import Foundation

/// Writes small files of dlib's `shape_predictor`, as `serialize` of dlib 19 does.
public struct DlibModel {
    /// One tree of one split in one stage: it compares two pixels, which lie at points of the shape.
    public struct Tree {
        public var points: (Int, Int)
        public var threshold: Double
        /// What is added to the shape where the difference is above the threshold, and elsewhere.
        public var leaves: ([Double], [Double])

        public init(points: (Int, Int), threshold: Double, leaves: ([Double], [Double])) {
            self.points = points
            self.threshold = threshold
            self.leaves = leaves
        }
    }

    /// x and y of each point, in sides of the box.
    public var shape: [Double]
    public var tree: Tree

    public init(shape: [Double], tree: Tree) {
        self.shape = shape
        self.tree = tree
    }

    public var data: Data {
        var data = integer(1) + column(shape)
        // Stages, trees, splits.
        data += integer(1) + integer(1) + integer(1)
        data += integer(0) + integer(1) + real(tree.threshold)
        data += integer(2) + column(tree.leaves.0) + column(tree.leaves.1)
        data += integer(1) + integer(2) + integer(tree.points.0) + integer(tree.points.1)
        return data + integer(1) + integer(2) + real(0) + real(0) + real(0) + real(0)
    }

    private func column(_ values: [Double]) -> Data {
        values.reduce(integer(-values.count) + integer(-1)) { $0 + real($1) }
    }

    private func integer(_ value: Int) -> Data {
        var bytes = Data()
        var rest = value.magnitude
        repeat {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        } while rest > 0
        return Data([UInt8(bytes.count) | (value < 0 ? 0x80 : 0)]) + bytes
    }

    /// To a multiple of 2^-20.
    private func real(_ value: Double) -> Data {
        integer(Int((value * 1_048_576).rounded())) + integer(-20)
    }
}

extension DlibModel {
    /// A face of 68 points whose mouth opens where the right half of the crop is brighter than the
    /// left one.
    public static var face: DlibModel {
        let eyes = [(0.3, 0.4), (0.7, 0.4)]
        var shape: [Double] = []
        for point in 0 ..< 68 {
            let turn = Double(point % 6) * Double.pi / 3
            switch point {
            case 36 ... 47:
                let (x, y) = eyes[(point - 36) / 6]
                shape += [x - 0.1 * cos(turn), y - 0.05 * sin(turn)]
            case 48 ... 59:
                let turn = Double(point - 48) * Double.pi / 6
                shape += [0.5 - 0.2 * cos(turn), 0.75 - 0.05 * sin(turn)]
            case 60 ... 67:
                let turn = Double(point - 60) * Double.pi / 4
                shape += [0.5 - 0.15 * cos(turn), 0.75 - 0.02 * sin(turn)]
            default:
                shape += [Double(point % 17) / 17, 0.1 + Double(point / 17) * 0.2]
            }
        }
        let open = (0 ..< 136).map { coordinate in
            let point = coordinate / 2
            return coordinate % 2 == 1 && 55 ... 59 ~= point ? 0.2 : 0
        }
        return DlibModel(
            shape: shape,
            tree: Tree(
                points: (45, 36), threshold: 10,
                leaves: (open, [Double](repeating: 0, count: 136))))
    }
}
