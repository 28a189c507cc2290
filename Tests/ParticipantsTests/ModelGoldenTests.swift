import Foundation
import Testing

@testable import Participants

/// Logistic and ridge regression with their preparation against scikit-learn: `Golden/models.py`.
@Suite struct ModelGoldenTests {
    struct Golden: Decodable {
        struct Case: Decodable {
            let training: Int
            let labels: [Int]
            let scores: [Double]
            let values: [[Double?]]
            let logits: [[Double]]
            let predictions: [[Double]]
        }
        let strengths, penalties: [Double]
        let cases: [Case]
    }

    private let golden: Golden

    init() throws {
        let url = try #require(
            Bundle.module.url(forResource: "models", withExtension: "json", subdirectory: "Golden"))
        golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }

    private func study(_ part: Golden.Case) -> Study {
        let rows = part.values.map { $0.map { $0 ?? .nan } }
        return Study(
            blocks: [
                FeatureBlock(
                    name: "voice", columnNames: rows[0].indices.map { "voice.\($0)" }, rows: rows)
            ],
            participants: rows.indices.map { Participant(id: "\($0)", corpus: "a") },
            labels: part.labels.map { $0 == 1 }, scores: part.scores)
    }

    @Test(arguments: 0 ..< 3)
    func formulasEqualThoseOfScikitLearn(number: Int) throws {
        let part = golden.cases[number]
        let study = study(part)
        let training = Array(0 ..< part.training)
        let division = Division.given(
            of: study, training: training, heldOut: Array(part.training ..< part.labels.count))
        let prepared = PreparedRows(division.training, block: 0)
        let fits =
            zip(
                LogisticPath.fit(
                    prepared.design, division.training.labels, strengths: golden.strengths),
                part.logits
            )
            .map { (weights: $0, expected: $1) }
            + zip(
                RidgePath.fit(
                    prepared.design, division.training.scores, penalties: golden.penalties),
                part.predictions
            ).map { (weights: $0, expected: $1) }
        for (weights, expected) in fits {
            let formula = prepared.formula(weights)
            for (row, value) in expected.enumerated() {
                let found = formula(study.blocks[0], row)
                #expect(
                    abs(found - value) < 1e-6 * max(1, abs(value)), "row \(row): \(found), \(value)"
                )
                #expect(formula(study.blocks[0].row(row)) == found)
            }
        }
    }

    @Test func eigenvectorsOfATiedMatrix() {
        // Two equal pairs of eigenvalues and one of 0: 2 x 2 blocks [2 1; 1 2] twice, and a zero.
        var matrix = [Double](repeating: 0, count: 25)
        for start in [0, 2] {
            matrix[start * 6] = 2
            matrix[start * 6 + 6] = 2
            matrix[start * 6 + 1] = 1
            matrix[start * 6 + 5] = 1
        }
        let found = LargestEigenvectors(of: matrix, size: 5, wanted: 5)
        #expect(found.values.count == 4)
        for (value, expected) in zip(found.values, [3.0, 3, 1, 1]) {
            #expect(abs(value - expected) < 1e-12)
        }
        for (number, vector) in found.vectors.enumerated() {
            for row in 0 ..< 5 {
                let product = (0 ..< 5).reduce(0) { $0 + matrix[row * 5 + $1] * vector[$1] }
                #expect(abs(product - found.values[number] * vector[row]) < 1e-10)
            }
            for other in found.vectors[..<number] {
                #expect(abs(zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }) < 1e-10)
            }
        }
    }
}
