import Foundation
import Mien
import TestSupport

/// Golden/classical.json, with the faces and rows that its script makes.
struct ClassicalGolden: Decodable {
    /// float32 or bytes, little-endian, base64.
    let hog: [Data]
    let lbp: [Data]
    let gabor: [Data]
    let classifiers: Classifiers
    let severalClasses: SeveralClasses
    /// Of the last face at half its contrast.
    let equalized: Data

    /// Classes 0, 1, 2 and 4 of five, each against the rest; row by row.
    struct SeveralClasses: Decodable {
        let labels: [Int]
        let linear: [Double]
        let logistic: [Double]
        let svm: [Double]
        /// Slope and intercept of each class.
        let sigmoids: [Double]
        let probabilities: [Double]
        let votes: [Int]

        static let outputs = [0, 1, 2, 4]

        var trainingLabels: [Int] { Array(labels.prefix(120)) }
        /// [classes][rows]
        var targets: [[Bool]] { Self.outputs.map { output in trainingLabels.map { $0 == output } } }
    }

    struct Classifiers: Decodable {
        let labels: [Int]
        let components: Int
        let shares: [Double]
        let firstDirection: [Double]
        let linear: [Double]
        let logistic: [Double]
        let svm: [Double]
        let sigmoid: [Double]
        let votes: [Int]
    }

    static func load() throws -> ClassicalGolden {
        let url = Bundle.module.url(forResource: "Golden/classical", withExtension: "json")
        guard let url else { throw CocoaError(.fileNoSuchFile) }
        return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
    }

    static func floats(_ data: Data) -> [Float] {
        data.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: 4).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: Float.self)
            }
        }
    }

    /// Noise, flat fields with edges, and a smooth bowl, each [48, 48].
    static let faces: [[UInt8]] = {
        let noise = patternValues(seed: 5, count: 48 * 48).map { UInt8(($0 + 1) * 128) }
        func face(_ level: (_ x: Int, _ y: Int) -> Int) -> [UInt8] {
            (0 ..< 48 * 48).map { UInt8(level($0 % 48, $0 / 48) % 256) }
        }
        return [
            noise, face { $0 / 6 * 37 + $1 / 5 * 53 },
            face { (($0 - 20) * ($0 - 20) + ($1 - 27) * ($1 - 27)) / 6 },
        ]
    }()

    /// 120 training rows and 40 others; the fourth column is constant.
    static let rows: (training: FeatureMatrix, test: FeatureMatrix) = {
        var values = patternValues(seed: 6, count: 160 * 12)
        for row in stride(from: 0, to: values.count, by: 12) {
            values[row + 1] += 2 * values[row]
            values[row + 3] = 0.7
        }
        let all = FeatureMatrix(values, columns: 12)
        return (all.selecting(Array(0 ..< 120)), all.selecting(Array(120 ..< 160)))
    }()

    /// The training rows with those of one label first: libraries name the label that they see first
    /// positive.
    func order(first label: Bool) -> [Int] {
        let rows = Array(0 ..< 120)
        return rows.filter { labels[$0] == label } + rows.filter { labels[$0] != label }
    }

    var labels: [Bool] { classifiers.labels.prefix(120).map { $0 == 1 } }
    var testLabels: [Bool] { classifiers.labels.dropFirst(120).map { $0 == 1 } }
}

/// The largest distance between two lists of numbers of one length.
func largestDifference<Number: FloatingPoint>(_ left: [Number], _ right: [Number]) -> Number {
    guard left.count == right.count else { return .infinity }
    return zip(left, right).map { abs($0 - $1) }.max() ?? 0
}
