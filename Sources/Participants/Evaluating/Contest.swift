/// What is fitted on the training participants of each fold, and under which name it is reported.
struct Contest: Sendable {
    /// Positions in the study of the modalities' blocks.
    var modalities: [Int]
    /// Position of the block of all columns.
    var early: Int?
    /// Probes that read a block.
    var probes: [(probe: Probe, block: Int)] = []
    /// Whether constant answers, scores, equal weights and the best single modality take part.
    var isWhole = true
    var classifiers: [ModalityClassifier] = []

    /// Modalities and late fusion alone: what is tested by permutations.
    var testedAlone: Contest {
        var result = self
        result.isWhole = false
        return result
    }

    /// One row of the results.
    enum Row: Hashable, Sendable {
        case modality(String)
        case classifier(ModalityClassifier, String)
        case fusion, equalWeights, earlyFusion, bestSingle
        case probe(Probe)

        var name: String {
            switch self {
            case .modality(let name): name
            case .classifier(let classifier, let name): "\(name), \(classifier.rawValue)"
            case .fusion: "late fusion"
            case .equalWeights: "equal-weight fusion"
            case .earlyFusion: "early fusion"
            case .bestSingle: "best single modality"
            case .probe(let probe): probe.rawValue
            }
        }
    }

    /// The answers of models fitted on the training participants.
    /// - Returns: for each row the held-out participants, as positions in the study.
    func answers(
        _ division: Division, inner folds: Folds
    ) throws -> [Row: [(participant: Int, answer: ScoredParticipants.Answer)]] {
        typealias Answer = ScoredParticipants.Answer
        let (training, heldOut) = (division.training, division.heldOut)
        let inner = training.divisions(folds)
        let study = training.study
        var result: [Row: [(participant: Int, answer: Answer)]] = [:]
        func fitted(_ block: Int) -> FittedBlock? {
            FittedBlock.fit(training, block: block, inner: inner, withScores: isWhole)
        }
        func predictions(_ model: BlockModel, _ block: Int) -> [Prediction?] {
            heldOut.rows.map { row in
                study.blocks[block].isPresent[row] ? model(study.blocks[block], row) : nil
            }
        }
        func add(_ row: Row, _ predictions: [Prediction?], _ calibration: CalibratedLogit) {
            result[row] = zip(heldOut.rows, predictions).compactMap { participant, prediction in
                prediction.map { (participant, Answer($0, calibration)) }
            }
        }
        var models: [FittedBlock] = []
        var saying: [[Prediction?]] = []
        for block in modalities {
            guard let model = fitted(block) else { continue }
            let own = predictions(model.model, block)
            models.append(model)
            saying.append(own)
            add(.modality(study.blocks[block].name), own, model.model.calibration)
        }
        func fuse(_ row: Row, isEqual: Bool) {
            guard models.count > 1 else { return }
            let fusion = LateFusion.fit(
                training, blocks: models.map(\.outOfFold), isEqual: isEqual)
            let fused = heldOut.rows.indices.map { place in fusion(saying.map { $0[place] }) }
            add(row, fused, fusion.calibration)
        }
        fuse(.fusion, isEqual: false)
        guard isWhole else { return result }
        fuse(.equalWeights, isEqual: true)
        if models.count > 1 {
            let gains = models.map { Self.gain($0, training.labels) }
            let best = gains.indices.max { gains[$0] < gains[$1] } ?? 0
            add(.bestSingle, saying[best], models[best].model.calibration)
        }
        if let early, let model = fitted(early) {
            add(.earlyFusion, predictions(model.model, early), model.model.calibration)
        }
        for (probe, block) in probes {
            guard let model = fitted(block) else { continue }
            add(.probe(probe), predictions(model.model, block), model.model.calibration)
        }
        for probe in Probe.allCases where probe.isConstant {
            let answer = Self.constant(probe, training)
            result[.probe(probe)] = heldOut.rows.map { ($0, answer) }
        }
        for classifier in classifiers {
            for block in modalities {
                guard let own = try classifier.answers(division, block: block, inner: inner)
                else { continue }
                result[.classifier(classifier, study.blocks[block].name)] = own
            }
        }
        return result
    }

    /// How much less the log loss is than that of the base rate, for a row out-of-fold.
    private static func gain(_ block: FittedBlock, _ labels: [Bool]) -> Double {
        let base = block.model.calibration.baseRate
        var (sum, count) = (0.0, 0.0)
        for (prediction, label) in zip(block.outOfFold, labels) {
            guard let prediction else { continue }
            let sign = label ? 1.0 : -1
            sum += softplus(-sign * base) - softplus(-sign * (prediction.evidence + base))
            count += 1
        }
        return count > 0 ? sum / count : -.infinity
    }

    private static func constant(
        _ probe: Probe, _ training: TrainingData
    ) -> ScoredParticipants.Answer {
        let labels = training.labels
        let share = Double(labels.count { $0 }) / Double(labels.count)
        let known = training.scores.filter(\.isFinite).sorted()
        var answer = ScoredParticipants.Answer(
            evidence: 0, probability: share, margin: share > 0.5 ? 1 : -1, score: nil)
        switch probe {
        case .alwaysPositive:
            (answer.margin, answer.probability) = (1, 1)
        case .meanScore where !known.isEmpty:
            answer.score = known.reduce(0, +) / Double(known.count)
        case .medianScore where !known.isEmpty:
            answer.score = (known[(known.count - 1) / 2] + known[known.count / 2]) / 2
        default: break
        }
        return answer
    }
}
