/// How far predicted scores lie from the true ones.
public struct ScoreErrors: Sendable, Equatable, Codable {
    public let n: Int
    /// Mean absolute error, in units of the score.
    public let mae: Estimate
    /// Root of the mean squared error, in units of the score.
    public let rmse: Estimate
    /// Lin's concordance correlation coefficient (1989), -1...1: twice the covariance over the sum
    /// of both variances and the squared distance of the means, all with n below.
    public let ccc: Estimate

    /// - Parameter clusters: of the samples; `nil` where each stands for itself.
    public init(
        predicted: [Double], truths: [Double], bootstrap: Bootstrap, clusters: Clusters? = nil
    ) {
        precondition(
            predicted.count == truths.count,
            "expected \(truths.count) predictions, got \(predicted.count)")
        n = truths.count
        func estimate(_ value: ([Int32]) -> Double?) -> Estimate {
            bootstrap.estimate(of: truths.count, by: clusters, value)
        }
        mae = estimate { Self.meanError(predicted, truths, $0, abs) }
        rmse = estimate { Self.meanError(predicted, truths, $0) { $0 * $0 }?.squareRoot() }
        ccc = estimate { Self.concordance(predicted, truths, $0) }
    }

    private static func meanError(
        _ predicted: [Double], _ truths: [Double], _ times: [Int32], _ size: (Double) -> Double
    ) -> Double? {
        var (sum, count) = (0.0, 0.0)
        for index in truths.indices {
            let weight = Double(times[index])
            sum += weight * size(predicted[index] - truths[index])
            count += weight
        }
        return count > 0 ? sum / count : nil
    }

    /// `nil` where neither varies.
    private static func concordance(
        _ predicted: [Double], _ truths: [Double], _ times: [Int32]
    ) -> Double? {
        var (count, first, second) = (0.0, 0.0, 0.0)
        for index in truths.indices {
            let weight = Double(times[index])
            count += weight
            first += weight * predicted[index]
            second += weight * truths[index]
        }
        guard count > 0 else { return nil }
        let means = (first / count, second / count)
        var (covariance, variances) = (0.0, 0.0)
        for index in truths.indices {
            let weight = Double(times[index])
            let (one, other) = (predicted[index] - means.0, truths[index] - means.1)
            covariance += weight * one * other
            variances += weight * (one * one + other * other)
        }
        let distance = means.0 - means.1
        let total = variances / count + distance * distance
        return total > 0 ? 2 * covariance / count / total : nil
    }
}
