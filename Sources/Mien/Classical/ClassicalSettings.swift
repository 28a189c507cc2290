import Imaging

/// What decides a classical classifier beside the data, labels and seed of its recipe.
public struct ClassicalSettings: Sendable, Equatable, Codable {
    /// The classifier that decides over the features.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// A support vector machine with a Gaussian kernel, by libsvm.
        case svm
        /// A linear support vector machine with squared hinge loss, by liblinear.
        case linearSVM = "linear-svm"
        /// Logistic regression, by liblinear.
        case logistic
        /// A random forest, by OpenCV.
        case forest

        /// The name in what people read.
        public var title: String {
            switch self {
            case .svm: "SVM (RBF)"
            case .linearSVM: "linear SVM"
            case .logistic: "logistic regression"
            case .forest: "random forest"
            }
        }
    }

    public var kind: Kind
    public var features: [FeatureKind]
    /// Whether the histogram of each face is equalised before; `nil` stands for no.
    public var equalizesHistogram: Bool?
    /// Principal components that the classifier sees: 1 or more is their number, below 1 the share
    /// of the variance that they hold; `nil` for the standardised features themselves.
    public var components: Double?
    /// Costs of an error that are tried, ascending.
    public var costs: [Double] = []
    /// Of the kernel, in units of 1 / (columns x variance); they are tried with each cost.
    public var gammas: [Double] = []
    /// Inner folds that choose among these and give the values that the sigmoid is fitted on.
    public var folds = 5
    /// The choice is made on so many training rows at most, drawn with the seed; `nil` for all.
    public var searchRows: Int?
    /// Of a forest.
    public var trees = 500
    public var depth = 25

    public init(kind: Kind, features: [FeatureKind] = [.hog]) {
        self.kind = kind
        self.features = features
        switch kind {
        case .svm:
            components = 150
            costs = [1, 10, 100]
            gammas = [0.25, 1, 4]
            searchRows = 5000
        case .linearSVM, .logistic:
            // 2^-20 to 2^4.
            costs = stride(from: -20, through: 4, by: 2).map {
                Double(sign: .plus, exponent: $0, significand: 1)
            }
        case .forest: break
        }
    }

    /// `nil` where all columns are kept.
    var extent: PrincipalComponents.Extent? {
        components.map { $0 >= 1 ? .count(Int($0)) : .share($0) }
    }

    /// "linear SVM on HOG, LBP"
    public var title: String {
        "\(kind.title) on \(features.map(\.title).joined(separator: ", "))"
            + (equalizesHistogram == true ? " of equalised faces" : "")
    }

    var needsLandmarks: Bool { features.contains(where: \.needsLandmarks) }

    /// - Parameter landmarks: see ``needsLandmarks``.
    func featureSet(_ landmarks: LandmarkModel?) -> FeatureSet {
        FeatureSet(
            features, equalizesHistogram: equalizesHistogram == true, landmarks: landmarks)
    }

    /// - Throws: `UsageError` that names the first value that makes no sense.
    func validate() throws(UsageError) {
        func require(
            _ holds: Bool, _ field: String, _ found: Any, _ expected: String
        ) throws(UsageError) {
            guard holds else { throw UsageError(field, found: "\(found)", expected: expected) }
        }
        try require(
            !features.isEmpty && Set(features).count == features.count, "features",
            features.map(\.rawValue).joined(separator: ","),
            "some of \(FeatureKind.allCases.map(\.rawValue).joined(separator: ", ")), each once")
        if let components {
            let isCount = components >= 1 && components == components.rounded()
            try require(
                kind != .forest, "components", components,
                "none for a forest, which compares the features themselves")
            try require(
                0 < components && components < 1 || isCount && components <= 10_000, "components",
                components, "a whole number up to 10000, or a share of the variance below 1")
        }
        try require(2 ... 100 ~= folds, "folds", folds, "2 to 100")
        try require(searchRows ?? 100 >= 100, "search-rows", searchRows ?? 0, "at least 100")
        if kind == .forest {
            try require(1 ... 10_000 ~= trees, "trees", trees, "1 to 10000")
            try require(1 ... 100 ~= depth, "depth", depth, "1 to 100")
        } else {
            try require(
                !costs.isEmpty && costs.allSatisfy { $0 > 0 && $0.isFinite }, "cost",
                costs, "one or more numbers above 0")
        }
        if kind == .svm {
            try require(
                !gammas.isEmpty && gammas.allSatisfy { $0 > 0 && $0.isFinite }, "gamma", gammas,
                "one or more numbers above 0")
        }
    }
}
