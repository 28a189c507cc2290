import Foundation
import Testing
import Torch

/// Learning rates against PyTorch's schedulers (Golden/schedules.py) and by hand.
@Suite struct ScheduleTests {
    struct File: Decodable {
        struct OneCycle: Decodable {
            let fraction: Double
            let rates: [Double]
        }
        struct Cosine: Decodable {
            let warmUpSteps: Int
            let rates: [Double]
        }
        let base: Double
        let oneCycle: [OneCycle]
        let cosine: [Cosine]
    }

    /// PyTorch finds each rate from the one before: a few roundings of a double more per step.
    private func expectClose(_ got: [Double], _ expected: [Double], base: Double) {
        #expect(got.count == expected.count)
        for (step, (a, b)) in zip(got, expected).enumerated() {
            #expect(abs(a - b) <= 1e-12 * base, "step \(step): got \(a), expected \(b)")
        }
    }

    @Test func oneCycleEqualsPyTorch() throws {
        let file: File = try readGolden("schedules")
        #expect(file.oneCycle.count == 5)
        for expected in file.oneCycle {
            let schedule = Schedule.oneCycle(warmUpFraction: expected.fraction)
            let total = expected.rates.count
            let rates = (0 ..< total).map {
                schedule.learningRate(base: file.base, step: $0, total: total)
            }
            expectClose(rates, expected.rates, base: file.base)
        }
    }

    @Test func cosineWithAndWithoutWarmUpEqualsPyTorch() throws {
        let file: File = try readGolden("schedules")
        #expect(file.cosine.count == 3)
        for expected in file.cosine {
            let total = expected.rates.count
            let rates = (0 ..< total).map {
                Schedule.cosine.learningRate(
                    base: file.base, step: $0, total: total, warmUpSteps: expected.warmUpSteps)
            }
            expectClose(rates, expected.rates, base: file.base)
        }
    }

    @Test func constantRisesOnlyWhileItWarmsUp() {
        let rates = (0 ..< 6).map {
            Schedule.constant.learningRate(base: 8, step: $0, total: 6, warmUpSteps: 4)
        }
        #expect(rates == [2, 4, 6, 8, 8, 8])
    }

    /// A run of one step, or one shorter than its warm-up, still has finite rates above zero.
    @Test func shortRunsHaveFiniteRates() {
        for schedule in [Schedule.constant, .cosine, .oneCycle()] {
            for total in 1 ... 4 {
                for step in 0 ..< total {
                    let rate = schedule.learningRate(
                        base: 1, step: step, total: total, warmUpSteps: 3)
                    #expect(rate > 0 && rate <= 1, "\(schedule), step \(step) of \(total): \(rate)")
                }
            }
        }
    }
}
