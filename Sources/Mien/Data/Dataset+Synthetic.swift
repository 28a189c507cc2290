import Crypto
import Foundation

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

    /// Of the faces in one split.
    public static let largestCount = 1_000_000
}

extension SyntheticOptions {
    /// The data name that asks for the same faces.
    public var name: String { "synthetic:seed=\(seed),train=\(train),valid=\(valid),test=\(test)" }
}

extension Dataset {
    /// Faces that Mien draws; a person of theirs is a subject, and no person is in two splits.
    ///
    /// The source's hash is that of the emotions and pixels.
    public static func synthetic(_ options: SyntheticOptions = .init()) -> Dataset {
        let generator = SyntheticFaces(seed: options.seed)
        let ranges = SyntheticFaces.ranges(
            train: options.train, valid: options.valid, test: options.test)
        let parts: [(Split, Range<Int>)] = [
            (.train, ranges.train), (.valid, ranges.valid), (.test, ranges.test),
        ]
        var builder = DatasetBuilder()
        builder.isSynthetic = true
        var hash = SHA256()
        for (split, indices) in parts {
            for index in indices {
                let face = generator.face(at: index)
                hash.update(data: [UInt8(face.expressionIndex)] + face.pixels)
                let sample = Sample(
                    id: String(index), row: builder.samples.count,
                    emotion: Emotion.fer2013Order[face.expressionIndex], split: split,
                    subject: String(face.person))
                face.pixels.withUnsafeBufferPointer {
                    builder.append(
                        sample, width: SyntheticFaces.side, height: SyntheticFaces.side, $0)
                }
            }
        }
        let source = Source(
            path: options.name, sha256: hash.finalize().hexadecimal,
            bytes: builder.samples.count * SyntheticFaces.side * SyntheticFaces.side)
        return builder.dataset(name: options.name, form: .synthetic, sources: [source])
    }
}
