/// What a data name like `synthetic:seed=7,train=2000,valid=300,test=300` asks for.
public struct SyntheticOptions: Sendable, Equatable {
    public var seed: UInt64 = 1
    /// Faces in each split.
    public var train = 2000
    public var valid = 400
    public var test = 400

    public init() {}

    /// - Returns: `nil` where the name is not that of synthetic data.
    public init?(parsing name: String) throws(DataError) {
        self.init()
        guard name != "synthetic" else { return }
        guard name.hasPrefix("synthetic:") else { return nil }
        for part in name.dropFirst("synthetic:".count).split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            let number = pair.count == 2 ? UInt64(pair[1]) : nil
            let count = number.flatMap { $0 <= Self.largestCount ? Int($0) : nil }
            switch (pair.first ?? "", number, count) {
            case ("seed", let number?, _): seed = number
            case ("train", _, let count?): train = count
            case ("valid", _, let count?): valid = count
            case ("test", _, let count?): test = count
            default:
                throw DataError(
                    .request, file: name, found: "\"\(part)\"",
                    expected: "seed=NUMBER, train=COUNT, valid=COUNT or test=COUNT, "
                        + "with counts up to \(Self.largestCount)")
            }
        }
    }

    private static let largestCount = 1_000_000
}

extension Dataset {
    /// Faces that Mien draws.
    public static func synthetic(_ options: SyntheticOptions = .init()) -> Dataset {
        DatasetBuilder().dataset(name: "synthetic", form: .synthetic, sources: [])
    }
}
