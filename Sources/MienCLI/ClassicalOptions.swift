import ArgumentParser
import Foundation
import Imaging
import Mien

/// What a recipe of a classical classifier lets one choose.
struct ClassicalOptions: ParsableArguments {
    @Option(
        help: """
            With svm, linear-svm, logistic, forest: some of hog,lbp,gabor,landmarks,geometry. The \
            last two need Debian's package libdlib-data.
            """)
    var features: String?
    @Option(
        help: ArgumentHelp(
            """
            With landmarks, geometry: dlib's 68-point model. Other commands take \
            MIEN_LANDMARK_MODEL. (default: the package's file)
            """, valueName: "file"))
    var landmarkModel: String?
    @Flag(
        help: "With svm, linear-svm, logistic, forest: equalise the histogram of each face before.")
    var equalize = false
    @Option(
        help: """
            With svm, linear-svm, logistic: principal components, as a number of them (150) or a \
            share of the variance (0.95), or none.
            """)
    var components: String?
    @Option(
        help: ArgumentHelp(
            """
            With svm, linear-svm, logistic: the cost of an error; of several the inner folds choose.
            """, valueName: "cost[,cost...]"))
    var cost: String?
    @Option(
        help: ArgumentHelp(
            """
            With svm: the kernel's gamma in units of 1 / (columns x variance); of several the inner \
            folds choose.
            """, valueName: "gamma[,gamma...]"))
    var gamma: String?
    @Option(help: "With svm, linear-svm, logistic: inner folds.")
    var innerFolds: Int?
    @Option(help: "With svm, linear-svm, logistic: choose on at most this many rows; 0 for all.")
    var searchRows: Int?
    @Option(help: "With forest: trees.")
    var trees: Int?
    @Option(help: "With forest: depth of the deepest leaf.")
    var depth: Int?

    /// Options that also a classical classifier follows.
    static let shared = [
        "--labels", "--positive", "--head", "--class-weights", "--validation-split",
        "--subject-pattern",
        "--group-by-name", "--no-group-by-name", "--seed",
    ]

    /// Puts the values that were given in place of the recipe's own.
    /// - Throws: `UsageError` for a value that is none, or that the recipe has no use for.
    func apply(to recipe: inout Recipe) throws(UsageError) {
        guard var settings = recipe.classical else {
            try UsageError.requireNone(
                all, because: "the recipe \(recipe.name) trains a network",
                expected: "--recipe svm, linear-svm, logistic or forest with it")
            return
        }
        try UsageError.requireNone(
            settings.kind == .forest
                ? ofMachines : ofForests + (settings.kind == .svm ? [] : ofKernels),
            because: "the recipe \(recipe.name) has no use for it", expected: "none")
        if let features {
            settings.features = try Self.list(features, "--features") {
                FeatureKind(rawValue: $0)
            }
        }
        try UsageError.requireNone(
            [("--landmark-model", landmarkModel != nil)].filter { _ in
                !settings.features.contains(where: \.needsLandmarks)
            }, because: "the features need no landmarks",
            expected: "--features landmarks or geometry with it")
        if let landmarkModel { LandmarkModel.file = URL(fileURLWithPath: landmarkModel) }
        if equalize { settings.equalizesHistogram = true }
        if let components {
            settings.components = try components == "none" ? nil : Self.number(components)
        }
        if let cost { settings.costs = try Self.list(cost, "--cost", Double.init).sorted() }
        if let gamma { settings.gammas = try Self.list(gamma, "--gamma", Double.init) }
        if let innerFolds { settings.folds = innerFolds }
        if let searchRows { settings.searchRows = searchRows == 0 ? nil : searchRows }
        if let trees { settings.trees = trees }
        if let depth { settings.depth = depth }
        recipe.classical = settings
    }

    private var ofMachines: [(String, isGiven: Bool)] {
        [
            ("--components", components != nil), ("--cost", cost != nil),
            ("--inner-folds", innerFolds != nil), ("--search-rows", searchRows != nil),
        ] + ofKernels
    }

    private var ofKernels: [(String, isGiven: Bool)] { [("--gamma", gamma != nil)] }

    private var ofForests: [(String, isGiven: Bool)] {
        [("--trees", trees != nil), ("--depth", depth != nil)]
    }

    private var all: [(String, isGiven: Bool)] {
        [
            ("--features", features != nil), ("--landmark-model", landmarkModel != nil),
            ("--equalize", equalize),
        ] + ofMachines + ofForests
    }

    private static func number(_ text: String) throws(UsageError) -> Double {
        guard let number = Double(text) else {
            throw UsageError(
                "--components", found: text,
                expected: "a number such as 150, a share such as 0.95, or none")
        }
        return number
    }

    private static func list<Value>(
        _ text: String, _ option: String, _ value: (String) -> Value?
    ) throws(UsageError) -> [Value] {
        var values: [Value] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let found = value(String(part)) else {
                throw UsageError(
                    option, found: text,
                    expected: option == "--features"
                        ? "some of \(FeatureKind.allCases.map(\.rawValue).joined(separator: ","))"
                        : "numbers such as 0.1,1,10")
            }
            values.append(found)
        }
        return values
    }
}
