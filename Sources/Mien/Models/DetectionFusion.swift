import Foundation

/// How what a model says of a crop and the confidence of the face detector are put together: where
/// the detector is in doubt, log-odds are added to its own, so that faces are found that it is not
/// sure of, and textures are not.
package enum DetectionFusion {
    /// The most that is added to the detector's log-odds or taken from them.
    private static let limit = 2.0

    /// The detector's confidences about which evidence can decide, where a face is to have a
    /// confidence of at least `minimum`.
    package static func doubt(about minimum: Double) -> Range<Double> {
        let odds = logOdds(minimum)
        return logistic(odds - limit) ..< logistic(odds + limit)
    }

    /// The detector's confidence with the evidence, 0...1.
    package static func confidence(_ detector: Double, with evidence: Double) -> Double {
        logistic(logOdds(detector) + min(max(evidence, -limit), limit))
    }

    private static func logOdds(_ confidence: Double) -> Double {
        log(confidence / (1 - confidence))
    }
}

func logistic(_ odds: Double) -> Double { 1 / (1 + exp(-odds)) }
