/// The duplicates of a data set, found when they are first asked for.
final class KnownDuplicates {
    private let dataset: Dataset
    private let given: Duplicates?

    /// - Parameter exact: where they are known already.
    init(_ dataset: Dataset, exact: Duplicates? = nil) {
        self.dataset = dataset
        given = exact
    }

    private(set) lazy var exact = given ?? Duplicates(in: dataset)
    private(set) lazy var near = Duplicates(nearlyIn: dataset, exact: exact)
}
