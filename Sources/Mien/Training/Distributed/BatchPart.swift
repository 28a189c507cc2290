package import Torch

/// One process's rows of a batch that several processes share.
package struct BatchPart: Sendable, Equatable {
    package let rows: Range<Int>
    /// Positions in the labelling of all rows of the batch.
    package let positions: [Int]

    package init(of rows: Range<Int>, in positions: [Int]) {
        self.rows = rows
        self.positions = positions
    }

    /// Which rows these are, for what is drawn at random by row.
    package var place: RowPlace { RowPlace(first: rows.lowerBound, of: positions.count) }
}

extension TrainingData {
    /// This process's share of the mean loss of a batch: by rows, or by their class weights where the
    /// mean is weighted by these.
    /// - Parameter target: class indices [N] or probabilities [N, classes].
    package func lossShare(of part: BatchPart, _ target: Tensor, _ classWeights: Tensor?) -> Double
    {
        guard let classWeights = classWeights?.floats, target.shape.count == 1 else {
            return Double(part.rows.count) / Double(part.positions.count)
        }
        let weights = part.positions.map { Double(classWeights[Int(classNumbers[$0])]) }
        let all = weights.reduce(0, +)
        return all > 0 ? weights[part.rows].reduce(0, +) / all : 0
    }
}
