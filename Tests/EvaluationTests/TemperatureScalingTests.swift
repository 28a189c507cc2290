import Evaluation
import Foundation
import Testing

@Suite struct TemperatureScalingTests {
    @Test func equalsScipy() throws {
        let golden = try Golden.statistics().temperature
        let scaling = try #require(
            try TemperatureScaling(logits: golden.logits, classes: 4, labels: golden.labels))
        // scipy's minimum is flat: it knows the temperature to about 1e-7.
        expectClose(scaling.temperature, golden.temperature, relative: 1e-6)
        expectClose(scaling.lossBefore, golden.before)
        expectClose(scaling.lossAfter, golden.after)
    }

    /// Scores of 0.9 for a class that is right 3 times in 4: the log odds log(9) must become
    /// log(3), half as much.
    @Test func halvesOverconfidence() throws {
        let scaling = try #require(
            try TemperatureScaling(
                scores: [0.9, 0.9, 0.9, 0.9], labels: [true, true, true, false]))
        expectClose(scaling.temperature, 2, relative: 1e-9)
        expectClose(scaling.calibrated(0.9), 0.75, relative: 1e-9)
        expectClose(scaling.calibrated(0.5), 0.5)
        expectClose(scaling.probabilities([0, log(9.0)])[1], 0.75, relative: 1e-9)
        #expect(scaling.lossAfter < scaling.lossBefore)
    }

    @Test func staysInRange() throws {
        let sure = try #require(try TemperatureScaling(scores: [0.9, 0.1], labels: [true, false]))
        expectClose(sure.temperature, TemperatureScaling.range.lowerBound)
        let wrong = try #require(
            try TemperatureScaling(scores: [0.9, 0.1], labels: [false, true]))
        expectClose(wrong.temperature, TemperatureScaling.range.upperBound)
        let ends = try #require(
            try TemperatureScaling(scores: [1, 0, 1], labels: [true, false, false]))
        #expect(ends.lossAfter.isFinite && ends.calibrated(1).isFinite)
    }

    @Test func badInputIsNamed() throws {
        #expect(try TemperatureScaling(scores: [], labels: []) == nil)
        #expect(throws: MetricsError.self) {
            try TemperatureScaling(logits: [0, .nan], classes: 2, labels: [1])
        }
        #expect(throws: MetricsError.invalidClass(index: 0, value: 2, classes: 2)) {
            try TemperatureScaling(logits: [0, 1], classes: 2, labels: [2])
        }
    }
}
