import Evaluation

extension ParticipantReport.Part {
    /// Measures all rows on some participants.
    init(
        _ name: String, _ people: [Int], _ measured: Measured, _ contest: Contest,
        _ absent: [Probe: String], _ permuted: [PermutedAreas], _ options: ParticipantOptions,
        _ bootstrap: Bootstrap
    ) {
        let study = measured.study
        func answers(_ row: Contest.Row) -> MeasuredAnswers? {
            var isScoreAlone = false
            if case .probe(let probe) = row {
                isScoreAlone = probe == .meanScore || probe == .medianScore
            }
            guard let said = measured.said[row] else { return nil }
            let found = MeasuredAnswers(
                said, study, labels: measured.labels, scores: measured.scores, part: people,
                isScoreAlone: isScoreAlone)
            return found.participants.isEmpty ? nil : found
        }
        let modalities = contest.modalities.map { Contest.Row.modality(study.blocks[$0].name) }
        let probes = Probe.allCases.compactMap { probe in
            answers(.probe(probe)).map { (probe: probe, answers: $0) }
        }
        func result(_ row: Contest.Row, _ kind: RowResult.Kind) -> RowResult {
            guard let found = answers(row) else {
                var reason = "too few training participants of a label"
                if case .probe(let probe) = row { reason = absent[probe] ?? reason }
                return RowResult(absent: row.name, kind: kind, reason: reason)
            }
            var result = RowResult(row.name, kind: kind, found, bootstrap)
            if kind != .probe {
                result.comparisons = probes.compactMap { probe, answers in
                    ProbeComparison(found, probe, answers, bootstrap)
                }
            }
            return result
        }
        var rows = modalities.map { result($0, .modality) }
        let hasFusion = measured.said[.fusion] != nil
        if hasFusion {
            rows += [.fusion, .equalWeights, .earlyFusion, .bestSingle].map { result($0, .fusion) }
        }
        for classifier in contest.classifiers {
            rows += contest.modalities.map {
                result(.classifier(classifier, study.blocks[$0].name), .classifier)
            }
        }
        for row in rows.indices {
            guard let observed = rows[row].auc.value else { continue }
            if rows[row].kind == .modality {
                rows[row].permutationPValue = Self.pValue(
                    rows[row].name, observed, permuted, answers(.modality(rows[row].name)), study,
                    options)
            } else if rows[row].name == Contest.Row.fusion.name {
                rows[row].permutationPValue = Self.pValue(
                    nil, observed, permuted, answers(.fusion), study, options)
            }
        }
        let tested = rows.indices.filter {
            rows[$0].kind == .modality && rows[$0].permutationPValue != nil
        }
        let adjusted = holmAdjusted(tested.compactMap { rows[$0].permutationPValue })
        for (row, value) in zip(tested, adjusted) { rows[row].holmPValue = value }
        rows += Probe.allCases.map { result(.probe($0), .probe) }

        let main = hasFusion ? answers(.fusion) : modalities.first.flatMap(answers)
        var gains: [ParticipantReport.FusionGain] = []
        if hasFusion, let fusion = main {
            let others: [Contest.Row] = [.bestSingle] + modalities + [.equalWeights, .earlyFusion]
            gains = others.compactMap { row in
                answers(row).map { other in
                    let pair = PairedComparison(fusion, other, bootstrap)
                    return .init(against: row.name, n: pair.n, auc: pair.area)
                }
            }
        }
        let mainName = hasFusion ? Contest.Row.fusion.name : modalities.first?.name ?? ""
        self.init(
            name: name, n: people.count, positives: people.count { measured.labels[$0] },
            rows: rows, fusionGains: gains,
            reliability: main.flatMap { .init(mainName, $0, bootstrap) },
            participants: main.map { Self.lines($0, study) } ?? [])
    }

    /// - Parameter name: of a modality; `nil` for the fusion.
    private static func pValue(
        _ name: String?, _ observed: Double, _ permuted: [PermutedAreas],
        _ answers: MeasuredAnswers?, _ study: Study, _ options: ParticipantOptions
    ) -> Double? {
        if options.division != .official {
            let areas = permuted.compactMap { areas in
                name.map { areas.modalities[$0] } ?? areas.fusion
            }
            return areas.isEmpty
                ? nil : permutationPValue(observed: observed, permuted: areas)
        }
        // The models have not seen these labels: shuffling them is enough.
        guard let answers, options.permutations > 0 else { return nil }
        let people = answers.participants.map { study.participants[$0] }
        let shuffles = LabelPermutation(people, among: Array(people.indices))
        let scores = answers.answers.map(\.evidence)
        let areas = (1 ... options.permutations).compactMap { number in
            let source = shuffles.source(seed: options.seed, number: number)
            return RankArea(scores: scores, labels: source.map { answers.labels[$0] }).value()
        }
        return permutationPValue(observed: observed, permuted: areas)
    }

    private static func lines(
        _ answers: MeasuredAnswers, _ study: Study
    ) -> [ParticipantReport.Line] {
        answers.participants.indices.map { place in
            let person = study.participants[answers.participants[place]]
            let score = answers.scores[place]
            return ParticipantReport.Line(
                participant: person.id, corpus: person.corpus, label: answers.labels[place],
                probability: answers.answers[place].probability,
                score: score.isFinite ? score : nil, predictedScore: answers.answers[place].score)
        }
    }
}

extension ParticipantReport.Reliability {
    /// `nil` where the probabilities cannot be measured.
    fileprivate init?(_ row: String, _ answers: MeasuredAnswers, _ bootstrap: Bootstrap) {
        let scores = answers.answers.map(\.probability)
        guard
            let curve = try? ReliabilityCurve(
                scores: scores, labels: answers.labels, bins: 5, bootstrap: bootstrap,
                clusters: answers.clusters),
            let metrics = try? BinaryMetrics(
                scores: scores, labels: answers.labels, bootstrap: bootstrap,
                clusters: answers.clusters)
        else { return nil }
        self.init(row: row, curve: curve, metrics: metrics)
    }
}
