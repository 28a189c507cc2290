import Evaluation

/// Chooses costs by inner folds, and fits the sigmoids on the decision values of rows that were left
/// out. What belongs together is in one fold; each class is in two or more.
struct ClassicalSearch {
    struct Choice {
        var point = ClassicalFitter.Point(cost: 1, gamma: nil)
        var candidates: [ClassicalFit.Candidate] = []
        /// Rows on which the choice was made; `nil` where there was none.
        var searchRows: Int?
        /// [rows, outputs], each row by a fit that did not see it.
        var values: [Double]?
        /// Of each output.
        var sigmoids: [PlattScaling] = []
    }

    let features: FeatureMatrix
    /// Of each row.
    let classNumbers: [Int]
    /// Those that a decision value each speaks for.
    let outputs: [Int]
    /// Of each row.
    let folds: [Int]
    let recipe: Recipe
    let settings: ClassicalSettings

    /// Costs without a kernel are tried upwards until so many in a row are worse than the best.
    private static let patience = 2

    private var fitter: ClassicalFitter {
        ClassicalFitter(recipe: recipe, settings: settings)
    }

    /// - Returns: `nil` when `observe` said stop.
    func run(_ observe: (ClassicalTrainingEvent) -> Disposition) throws -> Choice? {
        var choice = Choice()
        var values: [Double]?
        if points.count > 1 {
            let searched = searchedRows
            let parts = try parts(of: searched)
            var best: Double?
            var worse = 0
            choice.searchRows = searched.count
            for point in points where settings.kind == .svm || worse < Self.patience {
                guard
                    let found = try leftOut(parts, of: searched.count, point, { _, _ in .proceed })
                else {
                    return nil
                }
                let auc = try meanAUC(found, searched)
                let candidate = ClassicalFit.Candidate(
                    cost: point.cost, gamma: point.gamma, auc: auc)
                choice.candidates.append(candidate)
                if auc > best ?? -1 {
                    (best, choice.point, worse) = (auc, point, 0)
                    values = searched.count == classNumbers.count ? found : nil
                } else {
                    worse += 1
                }
                guard observe(.tried(candidate)) == .proceed else { return nil }
            }
        } else if let point = points.first {
            choice.point = point
        }
        if values == nil {
            let all = Array(classNumbers.indices)
            values = try leftOut(try parts(of: all), of: all.count, choice.point) {
                observe(.folds(done: $0, total: $1))
            }
        }
        guard let values else { return nil }
        choice.values = values
        choice.sigmoids = try outputs.indices.map { number in
            try PlattScaling(
                values: stride(from: number, to: values.count, by: outputs.count).map {
                    values[$0]
                }, labels: classNumbers.map { $0 == outputs[number] })
        }
        return choice
    }

    /// What is tried, in order.
    private var points: [ClassicalFitter.Point] {
        settings.costs.flatMap { cost in
            settings.kind == .svm
                ? settings.gammas.map { ClassicalFitter.Point(cost: cost, gamma: $0) }
                : [ClassicalFitter.Point(cost: cost, gamma: nil)]
        }
    }

    /// Ascending; with all rows of a class that the draw leaves in fewer than two folds.
    private var searchedRows: [Int] {
        guard let limit = settings.searchRows, limit < classNumbers.count else {
            return Array(classNumbers.indices)
        }
        var generator = SeededGenerator(seed: recipe.seed, stream: Stream.folds, 1)
        let drawn = generator.permutation(of: classNumbers.count).prefix(limit)
        var foldsOfClass: [Int: Set<Int>] = [:]
        for row in drawn { foldsOfClass[classNumbers[row], default: []].insert(folds[row]) }
        let rare = classNumbers.indices.filter { foldsOfClass[classNumbers[$0]]?.count ?? 0 < 2 }
        return Set(drawn + rare).sorted()
    }

    /// A fold and what is fitted on the rows of the others before any classifier.
    private struct Part {
        let training: [Int]
        /// Rows that are left out, and their places among those that are looked at.
        let left: [Int]
        let places: [Int]
        let transform: FeatureTransform?
    }

    private func parts(of searched: [Int]) throws -> [Part] {
        try (0 ..< settings.folds).map { fold in
            let training = searched.filter { folds[$0] != fold }
            let places = searched.indices.filter { folds[searched[$0]] == fold }
            return Part(
                training: training, left: places.map { searched[$0] }, places: places,
                transform: try fitter.transform(features.selecting(training)))
        }
    }

    /// Decision values of the rows of all folds, each by a fit on the others.
    private func leftOut(
        _ parts: [Part], of count: Int, _ point: ClassicalFitter.Point,
        _ observe: (Int, Int) -> Disposition
    ) throws -> [Double]? {
        let width = outputs.count
        var values = [Double](repeating: 0, count: count * width)
        for (number, part) in parts.enumerated() {
            func seen(_ rows: [Int]) -> FeatureMatrix {
                let chosen = features.selecting(rows)
                return part.transform.map { $0(chosen) } ?? chosen
            }
            let decision = try fitter.decision(
                seen(part.training), part.training.map { classNumbers[$0] }, outputs, point)
            let found = decision.decisionValues(of: seen(part.left))
            for (row, place) in part.places.enumerated() {
                for column in 0 ..< width {
                    values[place * width + column] = found[row * width + column]
                }
            }
            guard observe(number + 1, parts.count) == .proceed else { return nil }
        }
        return values
    }

    /// The mean over the folds and outputs; a fold that lacks a class does not count.
    private func meanAUC(_ values: [Double], _ searched: [Int]) throws -> Double {
        let areas = try (0 ..< settings.folds).flatMap { fold in
            let places = searched.indices.filter { folds[searched[$0]] == fold }
            return try outputs.enumerated().compactMap { column, output in
                try DeLong(
                    scores: places.map { Self.share(values[$0 * outputs.count + column]) },
                    labels: places.map { classNumbers[searched[$0]] == output })?.auc
            }
        }
        return areas.reduce(0, +) / Double(max(areas.count, 1))
    }

    /// A number in 0...1 that rises with the value.
    private static func share(_ value: Double) -> Double { 0.5 + value / (2 + 2 * abs(value)) }
}
