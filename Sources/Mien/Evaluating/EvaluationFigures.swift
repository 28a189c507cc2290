import Evaluation

/// Every figure of an evaluation; one whose analysis was not made is left out.
struct EvaluationFigures {
    let report: EvaluationReport
    let scored: ScoredRows
    let dataset: Dataset

    private var positive: String { "\(report.positive.name) expression" }
    private var bootstrap: Bootstrap { report.metrics.bootstrap }
    private var confidence: Double { report.metrics.bootstrap.confidence }

    func all() throws -> [any Figure] {
        let (scores, truths) = (scored.scores, scored.truths)
        let metrics = report.metrics
        var figures: [any Figure] = [
            ConfusionFigure(
                ConfusionMatrix(
                    metrics.confusion, negative: "other", positive: report.positive.name)),
            RocFigure(
                curve: try RocCurve(scores: scores, labels: truths), metrics: metrics,
                positive: positive, rater: rater),
            PrecisionRecallFigure(
                curve: try PrecisionRecallCurve(scores: scores, labels: truths), metrics: metrics,
                positive: positive),
            try reliability(),
            ScoreDistributionFigure(
                groups: byEmotion { emotion, positions in
                    .init(
                        emotion.name, scores: positions.map { scores[$0] },
                        isPositive: report.positive.isPositive(emotion))
                }, positive: positive, threshold: metrics.threshold),
            EmotionErrorsFigure(
                rows: byEmotion { emotion, positions in
                    .init(
                        emotion.name, n: positions.count, wrong: positions.count { !isRight($0) },
                        isPositive: report.positive.isPositive(emotion),
                        share: bootstrap.proportion(
                            positions.map { !isRight($0) },
                            by: scored.clusters?.selecting(positions)))
                }, confidence: confidence),
            coverage,
            PredictiveValuesFigure(
                points: drawnPredictiveValues.rows.map {
                    .init(prevalence: $0.prevalence, positive: $0.positive, negative: $0.negative)
                }, testPrevalence: report.baseline.positiveShare.value, confidence: confidence),
        ]
        if dataset.hasVotes { figures.append(agreement) }
        if !report.mappings.rows.isEmpty { figures.append(mappings) }
        figures += subgroups
        if let corruptions = report.corruptions { figures.append(figure(of: corruptions)) }
        return figures
    }

    private var drawnPredictiveValues: PredictiveValues {
        let prevalences = PredictiveValuesFigure.prevalences
        guard let clusters = scored.clusters else {
            return PredictiveValues(
                report.metrics.confusion, prevalences: prevalences, confidence: confidence)
        }
        return PredictiveValues(
            scores: scored.scores, labels: scored.truths, threshold: report.metrics.threshold,
            clusters: clusters, bootstrap: bootstrap, prevalences: prevalences)
    }

    private func isRight(_ position: Int) -> Bool {
        (scored.scores[position] >= report.metrics.threshold) == scored.truths[position]
    }

    private func byEmotion<Row>(_ row: (Emotion, [Int]) -> Row) -> [Row] {
        scored.labelling.classes.compactMap { emotion in
            let positions = scored.positions(of: emotion)
            return positions.isEmpty ? nil : row(emotion, positions)
        }
    }

    /// The human tagger as a point.
    private var rater: RocFigure.Rater? {
        guard let human = report.human, let sensitivity = human.singleTaggerSensitivity.value,
            let specificity = human.singleTaggerSpecificity.value
        else { return nil }
        return .init(
            label: "one human annotator", falsePositiveRate: 1 - specificity,
            truePositiveRate: sensitivity)
    }

    private func reliability() throws -> ReliabilityFigure {
        let after = try ReliabilityCurve(
            scores: scored.scores, labels: scored.truths, bootstrap: bootstrap,
            clusters: scored.clusters)
        guard let before = scored.uncalibrated else {
            return ReliabilityFigure(curve: after, metrics: report.metrics, positive: positive)
        }
        let metrics = try BinaryMetrics(
            scores: before, labels: scored.truths, threshold: report.metrics.threshold,
            bootstrap: bootstrap, clusters: scored.clusters)
        return ReliabilityFigure(
            series: [
                CurveSeries(
                    "before",
                    curve: try ReliabilityCurve(
                        scores: before, labels: scored.truths, bootstrap: bootstrap,
                        clusters: scored.clusters),
                    metrics: metrics),
                CurveSeries("after temperature", curve: after, metrics: report.metrics),
            ], positive: positive)
    }

    private var coverage: CoverageFigure {
        CoverageFigure(
            points: report.selective.curve.map {
                .init(coverage: $0.coverage, accuracy: $0.accuracy, abstainBelow: $0.confidence)
            }, n: report.selective.n,
            riskCoverageArea: report.selective.riskCoverageArea.value,
            chosen: report.selective.abstention.flatMap { abstention in
                guard let coverage = abstention.coverage.value, coverage > 0 else { return nil }
                return .init(
                    coverage: coverage, accuracy: abstention.metrics.accuracy,
                    abstainBelow: abstention.abstainBelow)
            }, confidence: confidence)
    }

    private var agreement: AgreementFigure {
        var shares: [Double] = []
        var correct: [Bool] = []
        for (position, index) in scored.labelling.indices.enumerated() {
            guard let votes = dataset.samples[index].votes, let commonest = votes.mostVoted else {
                continue
            }
            shares.append(Double(votes[commonest]) / Double(votes.total))
            correct.append(isRight(position))
        }
        return AgreementFigure(agreement: shares, correct: correct, confidence: confidence)
    }

    private var mappings: MappingFigure {
        MappingFigure(
            rows: report.mappings.rows.map {
                .init(
                    $0.positive.name, n: $0.n, positives: $0.positives, accuracy: $0.accuracy,
                    auc: $0.auc, isUsed: $0.isUsed)
            }, confidence: confidence)
    }

    private var subgroups: [any Figure] {
        report.groups.attributes.filter { !$0.groups.isEmpty }.flatMap { attribute in
            [("accuracy", BinaryMetric.accuracy), ("AUC", .auc)].map { name, metric in
                SubgroupFigure(
                    attribute: attribute.attribute, metric: name,
                    groups: attribute.groups.map {
                        .init($0.name, n: $0.metrics.n, value: $0.metrics[metric])
                    }, overall: report.metrics[metric], confidence: confidence)
            }
        }
    }

    private func figure(of corruptions: RobustnessReport) -> CorruptionFigure {
        let clean = CorruptionFigure.Severity(
            0, accuracy: corruptions.cleanAccuracy, auc: corruptions.cleanAUC)
        let kinds = Corruption.allCases.filter { kind in
            corruptions.rows.contains { $0.corruption == kind }
        }
        return CorruptionFigure(
            corruptions: kinds.map { kind in
                .init(
                    kind.rawValue,
                    severities: [clean]
                        + corruptions.rows.filter { $0.corruption == kind }.map {
                            .init($0.severity, accuracy: $0.accuracy, auc: $0.auc)
                        })
            }, n: corruptions.n,
            baseRate: BaseRate(positives: corruptions.positives, of: corruptions.n)
                .majorityClassAccuracy.value, confidence: confidence)
    }
}
