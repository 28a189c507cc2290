import Evaluation
import Foundation
import Mien
import Testing

/// Decision values beside those of scikit-learn and OpenCV's wheel.
struct ClassicalClassifierTests {
    private func transformed(
        _ extent: PrincipalComponents.Extent? = nil
    ) throws -> (training: FeatureMatrix, test: FeatureMatrix) {
        let (training, test) = ClassicalGolden.rows
        let transform = try FeatureTransform(fitting: training, extent)
        return (transform(training), transform(test))
    }

    @Test func aConstantColumnIsLeftInItsScale() {
        let scale = Standardization(fitting: ClassicalGolden.rows.training)
        #expect(scale.deviation[3] == 1)
        let rows = FeatureMatrix([1, 5, 3, 5], columns: 2)
        #expect(
            Standardization(fitting: rows) == Standardization(mean: [2, 5], deviation: [1, 1]))
    }

    @Test func principalComponentsAreThoseOfScikitLearn() throws {
        let golden = try ClassicalGolden.load().classifiers
        let rows = ClassicalGolden.rows.training
        let scale = Standardization(fitting: rows)
        let found = try PrincipalComponents(fitting: rows, scale, .share(0.95))
        #expect(found.count == golden.components)
        #expect(largestDifference(found.shares, golden.shares) < 1e-9)
        let first = Array(found.directions.prefix(12))
        #expect(largestDifference(first, golden.firstDirection) < 1e-6)
        #expect(try PrincipalComponents(fitting: rows, scale, .count(5)).count == 5)
    }

    @Test func rowsThatDoNotVaryHaveNoComponents() {
        let rows = FeatureMatrix([1, 2, 1, 2], columns: 2)
        #expect(throws: ClassicalTrainingError.self) {
            try PrincipalComponents(fitting: rows, Standardization(fitting: rows), .count(1))
        }
    }

    @Test(arguments: [false, true])
    func linearDecisionsAreThoseOfScikitLearnInEveryOrderOfRows(firstLabel: Bool) throws {
        let golden = try ClassicalGolden.load()
        let (training, test) = try transformed()
        let order = golden.order(first: firstLabel)
        let labels = order.map { golden.labels[$0] }
        let machine = try LinearDecision(
            training: training.selecting(order), labels: labels, loss: .squaredHinge,
            costs: ErrorCosts(0.1), tolerance: 1e-9)
        #expect(
            largestDifference(machine.decisionValues(of: test), golden.classifiers.linear) < 1e-6)
        let logistic = try LinearDecision(
            training: training.selecting(order), labels: labels, loss: .logistic,
            costs: ErrorCosts(0.5), tolerance: 1e-9)
        #expect(
            largestDifference(logistic.decisionValues(of: test), golden.classifiers.logistic)
                < 1e-6)
    }

    @Test(arguments: [false, true])
    func kernelDecisionsAreThoseOfScikitLearnInEveryOrderOfRows(firstLabel: Bool) throws {
        let golden = try ClassicalGolden.load()
        let (training, test) = try transformed(.count(5))
        let order = golden.order(first: firstLabel)
        let machine = try KernelDecision(
            training: training.selecting(order), labels: order.map { golden.labels[$0] },
            costs: ErrorCosts(10), gamma: 0.2, tolerance: 1e-7)
        #expect(machine.vectors.count < 120)
        #expect(
            largestDifference(machine.decisionValues(of: test), golden.classifiers.svm) < 1e-4)
    }

    @Test func aCostlierErrorMovesTheDecision() throws {
        let golden = try ClassicalGolden.load()
        let (training, test) = try transformed()
        func positives(_ costs: ErrorCosts) throws -> Int {
            try LinearDecision(
                training: training, labels: golden.labels, loss: .squaredHinge, costs: costs
            ).decisionValues(of: test).count { $0 > 0 }
        }
        let even = try positives(ErrorCosts(0.1))
        #expect(try positives(ErrorCosts(positive: 10, other: 0.01)) > even)
        #expect(try positives(ErrorCosts(positive: 0.01, other: 10)) < even)
    }

    @Test func theSigmoidIsThatOfScikitLearn() throws {
        let golden = try ClassicalGolden.load()
        let fitted = try PlattScaling(
            values: golden.classifiers.linear, labels: golden.testLabels)
        #expect(
            largestDifference([fitted.slope, fitted.intercept], golden.classifiers.sigmoid) < 1e-3)
        #expect(fitted(3) > 0.9 && fitted(-3) < 0.1)
        #expect(fitted(1e6) == 1 && fitted(-1e6) == 0)
        #expect(throws: MetricsError.self) { try PlattScaling(values: [.nan], labels: [true]) }
    }

    @Test func votesAreThoseOfOpenCVWithOneSeed() throws {
        let golden = try ClassicalGolden.load()
        let (training, test) = ClassicalGolden.rows
        func forest(seed: UInt64) throws -> RandomForest {
            try RandomForest(
                training: training, labels: golden.labels, trees: 40, depth: 25, seed: seed)
        }
        let grown = try forest(seed: 7)
        #expect(
            grown.decisionValues(of: test).map { Int(($0 * 40).rounded()) }
                == golden.classifiers.votes)
        #expect(try forest(seed: 7) == grown)
        #expect(try forest(seed: 8) != grown)
    }

    @Test func rowsOfOneClassAreRefused() throws {
        let rows = ClassicalGolden.rows.training
        let labels = [Bool](repeating: true, count: rows.count)
        #expect(throws: ClassicalTrainingError.self) {
            try LinearDecision(
                training: rows, labels: labels, loss: .logistic, costs: ErrorCosts(1))
        }
        #expect(throws: ClassicalTrainingError.self) {
            try KernelDecision(training: rows, labels: labels, costs: ErrorCosts(1), gamma: 1)
        }
        let error = #expect(throws: ClassicalTrainingError.self) {
            try RandomForest(training: rows, labels: labels, trees: 3, depth: 5, seed: 1)
        }
        #expect(error?.description.contains("one class") == true)
    }

    @Test func badSettingsAreNamedByTheLibrary() throws {
        let golden = try ClassicalGolden.load()
        let rows = ClassicalGolden.rows.training
        let error = #expect(throws: ClassicalTrainingError.self) {
            try KernelDecision(
                training: rows, labels: golden.labels, costs: ErrorCosts(1), gamma: -1)
        }
        #expect(error?.reason.contains("gamma") == true)
    }
}
