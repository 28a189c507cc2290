import Evaluation

/// Differences between two rows on the participants of whom both say something, by a bootstrap that
/// draws the same participants for both.
struct PairedComparison {
    let first: MeasuredAnswers
    let second: MeasuredAnswers
    let bootstrap: Bootstrap

    init(_ first: MeasuredAnswers, _ second: MeasuredAnswers, _ bootstrap: Bootstrap) {
        let both = Set(first.participants).intersection(second.participants)
        self.first = first.selecting(both)
        self.second = second.selecting(both)
        self.bootstrap = bootstrap
    }

    var n: Int { first.participants.count }

    /// The first area under the curve minus the second.
    var area: Estimate {
        let (one, other) = (first.area(), second.area())
        return difference { times in
            one.value(times).flatMap { value in other.value(times).map { value - $0 } }
        }
    }

    /// The first F1 of the positive class minus the second.
    var f1: Estimate {
        let decided = (first.decisions, second.decisions)
        func f1(_ decisions: [Bool], _ times: [Int32]) -> Double? {
            var (hits, misses) = (0.0, 0.0)
            for (index, label) in first.labels.enumerated() {
                let weight = Double(times[index])
                if decisions[index], label { hits += 2 * weight }
                if decisions[index] != label { misses += weight }
            }
            return hits + misses > 0 ? hits / (hits + misses) : nil
        }
        return difference { times in
            f1(decided.0, times).flatMap { value in f1(decided.1, times).map { value - $0 } }
        }
    }

    /// The second mean absolute error minus the first; `nil` where one predicts no score.
    var meanError: (n: Int, gain: Estimate)? {
        let rows = first.answers.indices.filter {
            first.answers[$0].score != nil && second.answers[$0].score != nil
                && first.scores[$0].isFinite
        }
        guard !rows.isEmpty else { return nil }
        let gains = rows.map { row in
            let truth = first.scores[row]
            return abs((second.answers[row].score ?? 0) - truth)
                - abs((first.answers[row].score ?? 0) - truth)
        }
        let gain = bootstrap.estimate(of: rows.count, by: first.clusters.selecting(rows)) { times in
            var (sum, count) = (0.0, 0.0)
            for (index, gain) in gains.enumerated() {
                sum += Double(times[index]) * gain
                count += Double(times[index])
            }
            return count > 0 ? sum / count : nil
        }
        return (rows.count, gain)
    }

    private func difference(_ value: ([Int32]) -> Double?) -> Estimate {
        bootstrap.estimate(of: n, by: first.clusters, value)
    }
}

extension ProbeComparison {
    /// By the measure in which the probe says something: F1 for "always positive", the mean absolute
    /// error for scores, else the AUC.
    init?(
        _ row: MeasuredAnswers, _ probe: Probe, _ answers: MeasuredAnswers, _ bootstrap: Bootstrap
    ) {
        let pair = PairedComparison(row, answers, bootstrap)
        switch probe {
        case .alwaysPositive:
            self.init(probe: probe.rawValue, measure: "F1", n: pair.n, gain: pair.f1)
        case .meanScore, .medianScore:
            guard let (n, gain) = pair.meanError else { return nil }
            self.init(probe: probe.rawValue, measure: "MAE", n: n, gain: gain)
        default:
            self.init(probe: probe.rawValue, measure: "AUC", n: pair.n, gain: pair.area)
        }
    }
}
