import Crypto
import Foundation

/// The pictures that a model has seen, as fingerprints: kept in its file, so that they are known
/// again wherever they turn up.
public struct SeenPictures: Sendable, Equatable {
    /// What was learnt from. All lists are sorted and hold each fingerprint once.
    package let training: [UInt64]
    /// What watched the training run, chose its end and fitted its temperature.
    package let validation: [UInt64]
    /// What the models had seen whose weights this one began with and whose answers it learnt.
    package let earlier: [UInt64]

    /// Fingerprints this far apart are of one picture: JPEG at 75 % and other sizes change at most
    /// two bits of 99.7 % of FER-2013's images.
    package static let largestDistance = 2

    /// What the card says of them.
    public struct Summary: Sendable, Codable, Equatable {
        public let training: Int
        public let validation: Int
        public let earlier: Int
        /// Of all fingerprints.
        public let sha256: String
    }

    package init(
        training: [ImageFingerprint], validation: [ImageFingerprint], earlier: [SeenPictures]
    ) {
        func sorted(_ bits: [UInt64]) -> [UInt64] { Set(bits).sorted() }
        self.training = sorted(training.map(\.bits))
        self.validation = sorted(validation.map(\.bits))
        self.earlier = sorted(earlier.flatMap { $0.training + $0.validation + $0.earlier })
    }

    /// What the model did with a picture; `nil` for one that it has not seen.
    package func use(of picture: ImageFingerprint) -> RowUse? {
        if holds(training, picture) || holds(earlier, picture) { return .training }
        return holds(validation, picture) ? .validation : nil
    }

    /// Whether a model it began with or learnt from had seen a picture.
    package func wasSeenEarlier(_ picture: ImageFingerprint) -> Bool { holds(earlier, picture) }

    private func holds(_ list: [UInt64], _ picture: ImageFingerprint) -> Bool {
        list.contains {
            ImageFingerprint(bits: $0).distance(to: picture) <= Self.largestDistance
        }
    }
}

/// In the metadata of a model file: eight bytes each, little-endian, in base 64.
extension SeenPictures {
    private static let keys = ["training", "validation", "earlier"].map { "mien.seen.\($0)" }

    private var lists: [[UInt64]] { [training, validation, earlier] }

    private static func data(_ list: [UInt64]) -> Data {
        list.reduce(into: Data(capacity: 8 * list.count)) { data, bits in
            withUnsafeBytes(of: bits.littleEndian) { data.append(contentsOf: $0) }
        }
    }

    var metadata: [String: String] {
        Dictionary(
            uniqueKeysWithValues: zip(Self.keys, lists).map {
                ($0, Self.data($1).base64EncodedString())
            })
    }

    var summary: Summary {
        var hash = SHA256()
        for list in lists { hash.update(data: Self.data(list)) }
        return Summary(
            training: training.count, validation: validation.count, earlier: earlier.count,
            sha256: hash.finalize().hexadecimal)
    }

    /// - Returns: `nil` where they are not what the card says.
    init?(_ metadata: [String: String], summary: Summary) {
        let lists = Self.keys.map { key in
            metadata[key].flatMap { Data(base64Encoded: $0) }.map { data in
                stride(from: 0, to: data.count - 7, by: 8).map { offset in
                    data.withUnsafeBytes {
                        UInt64(
                            littleEndian: $0.loadUnaligned(
                                fromByteOffset: offset, as: UInt64.self))
                    }
                }
            } ?? []
        }
        (training, validation, earlier) = (lists[0], lists[1], lists[2])
        guard self.summary == summary else { return nil }
    }
}
