import Evaluation
import Foundation

/// The temperature that a model's logits are divided by, and what it was fitted on; kept in the
/// model file. See ``TemperatureScaling``.
///
/// It is fitted to the logits of all classes. Of a model with two outputs it changes no decision
/// at a threshold of 0.5. Of one with an output for each emotion it changes the emotions'
/// probabilities before the positive ones are summed: the strongest emotion stays, a score near
/// the threshold may cross it.
public struct Calibration: Sendable, Codable, Equatable {
    /// Above 1 the model was too sure, below 1 not sure enough.
    public let temperature: Double
    /// Rows that it was fitted on.
    public let n: Int
    /// The mean negative log likelihood of the true class on these rows, in nats.
    public let lossBefore: Double
    public let lossAfter: Double
    /// ``heldOut``, or the split's name.
    public let rows: String
    /// Of the data's first file.
    public let dataSHA256: String?

    /// The rows that the training recipe held out for validation.
    public static let heldOut = "held out of training"
    /// With fewer rows a temperature says little.
    public static let fewestRows = 50

    private enum CodingKeys: String, CodingKey {
        case temperature, n, rows
        case lossBefore = "loss_before"
        case lossAfter = "loss_after"
        case dataSHA256 = "data_sha256"
    }

    /// - Parameters:
    ///   - probabilities: of a model without calibration, [rows][classes].
    ///   - answers: the true class of each row.
    /// - Returns: `nil` for fewer than ``fewestRows`` rows.
    /// - Throws: ``MetricsError`` for probabilities that are not finite.
    init?(
        probabilities: [[Float]], answers: [Int], rows: String, dataSHA256: String?
    ) throws {
        guard answers.count >= Self.fewestRows, let classes = probabilities.first?.count else {
            return nil
        }
        let logits = probabilities.joined().map {
            log(Double($0 > 0 ? $0 : .leastNonzeroMagnitude))
        }
        guard
            let scaling = try TemperatureScaling(logits: logits, classes: classes, labels: answers)
        else { return nil }
        temperature = scaling.temperature
        n = answers.count
        lossBefore = scaling.lossBefore
        lossAfter = scaling.lossAfter
        self.rows = rows
        self.dataSHA256 = dataSHA256
    }

    /// Of a fit on as many rows.
    init(_ scaling: TemperatureScaling, n: Int, rows: String, dataSHA256: String?) {
        temperature = scaling.temperature
        self.n = n
        lossBefore = scaling.lossBefore
        lossAfter = scaling.lossAfter
        self.rows = rows
        self.dataSHA256 = dataSHA256
    }
}

extension ModelCard {
    /// What the logits are divided by; 1 without calibration.
    public var temperature: Double { calibration?.temperature ?? 1 }
}
