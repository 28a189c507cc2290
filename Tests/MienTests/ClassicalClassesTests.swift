import Evaluation
import Foundation
import Mien
import Testing

/// Several classes, each against the rest, beside scikit-learn and OpenCV's wheel.
struct ClassicalClassesTests {
    private typealias Golden = ClassicalGolden.SeveralClasses

    private func transformed(
        _ extent: PrincipalComponents.Extent? = nil
    ) throws -> (training: FeatureMatrix, test: FeatureMatrix) {
        let (training, test) = ClassicalGolden.rows
        let transform = try FeatureTransform(fitting: training, extent)
        return (transform(training), transform(test))
    }

    @Test func linearDecisionsAreThoseOfScikitLearn() throws {
        let golden = try ClassicalGolden.load().severalClasses
        let (training, test) = try transformed()
        func values(_ loss: LinearDecision.Loss, _ cost: Double) throws -> [Double] {
            LinearDecision(
                joining: try golden.targets.map {
                    try LinearDecision(
                        training: training, labels: $0, loss: loss, costs: ErrorCosts(cost),
                        tolerance: 1e-9)
                }
            ).decisionValues(of: test)
        }
        #expect(largestDifference(try values(.squaredHinge, 0.1), golden.linear) < 1e-6)
        #expect(largestDifference(try values(.logistic, 0.5), golden.logistic) < 1e-6)
    }

    @Test func kernelDecisionsAreThoseOfScikitLearnAndShareTheirVectors() throws {
        let golden = try ClassicalGolden.load().severalClasses
        let (training, test) = try transformed(.count(5))
        let costs = [ErrorCosts](repeating: ErrorCosts(10), count: 4)
        let machines = try KernelDecision(
            training: training, targets: golden.targets, costs: costs, gamma: 0.2, tolerance: 1e-7)
        #expect(machines.vectors.count <= 120 && machines.valueCount == 4)
        #expect(largestDifference(machines.decisionValues(of: test), golden.svm) < 1e-4)
    }

    @Test func votesAreThoseOfOpenCVAlsoWithAClassWithoutRows() throws {
        let golden = try ClassicalGolden.load().severalClasses
        let (training, test) = ClassicalGolden.rows
        let forest = try RandomForest(
            training: training, classNumbers: golden.trainingLabels.map(UInt8.init),
            valueCount: 5, trees: 40, depth: 25, seed: 7)
        let votes = forest.decisionValues(of: test).map { Int(($0 * 40).rounded()) }
        let kept = votes.indices.filter { $0 % 5 != 3 }.map { votes[$0] }
        #expect(kept == golden.votes)
        #expect(votes.indices.filter { $0 % 5 == 3 }.allSatisfy { votes[$0] == 0 })
    }

    @Test func probabilitiesAreThoseOfScikitLearnAndSumToOne() throws {
        let golden = try ClassicalGolden.load().severalClasses
        let columns = 12
        let classifier = ClassicalClassifier(
            features: FeatureSet([.hog]), transform: nil,
            decision: LinearDecision(
                weights: .init(repeating: 0, count: 4 * columns), biases: [0, 0, 0, 0]),
            calibration: DecisionCalibration(
                outputCount: 5, outputs: Golden.outputs,
                sigmoids: (0 ..< 4).map {
                    PlattScaling(
                        slope: golden.sigmoids[2 * $0], intercept: golden.sigmoids[2 * $0 + 1])
                }))
        let rows = classifier.logits(ofValues: golden.linear).map(softmax)
        #expect(rows.count == 40)
        for (index, row) in rows.enumerated() {
            #expect(abs(row.reduce(0, +) - 1) < 1e-6)
            // Nothing was learnt of this one.
            #expect(row[3] > 0 && row[3] < 1e-6)
            let kept = Golden.outputs.map { row[$0] }
            let expected = Array(golden.probabilities[index * 4 ..< index * 4 + 4])
            #expect(largestDifference(kept, expected) < 1e-5)
        }
    }

    @Test func valuesFarOffGiveFiniteLogits() {
        let sigmoid = PlattScaling(slope: -1, intercept: 0)
        let classifier = ClassicalClassifier(
            features: FeatureSet([.hog]), transform: nil,
            decision: LinearDecision(weights: [0, 0, 0], biases: [0, 0, 0]),
            calibration: DecisionCalibration(
                outputCount: 4, outputs: [0, 1, 3], sigmoids: [sigmoid, sigmoid, sigmoid]))
        let logits = classifier.logits(ofValues: [-5000, -4000, -6000])[0]
        #expect(logits.allSatisfy { $0.isFinite })
        let row = softmax(logits)
        #expect(row[1] > 0.999 && row[2] < 1e-6)
    }

    private func softmax(_ logits: [Float]) -> [Double] {
        let shares = logits.map { exp(Double($0 - (logits.max() ?? 0))) }
        return shares.map { $0 / shares.reduce(0, +) }
    }
}
