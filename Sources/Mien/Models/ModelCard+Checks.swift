import Foundation
import Networks

extension ModelCard {
    private struct Stamp: Decodable {
        let format: Int?
        let mienVersion: String?
    }

    /// Reads the card of a model file.
    /// - Parameter path: of the file, for errors.
    /// - Throws: `ModelFileError` for another format, and for values that no model can have.
    init(json text: String, path: String) throws(ModelFileError) {
        let data = Data(text.utf8)
        let stamp = try? JSONDecoder().decode(Stamp.self, from: data)
        if let format = stamp?.format, format != ModelCard.currentFormat {
            throw ModelFileError(
                path: path,
                reason: "its format is \(format), this version reads \(ModelCard.currentFormat)",
                advice: "Use the version of Mien that made it"
                    + (stamp?.mienVersion.map { ": \($0)." } ?? "."))
        }
        do {
            self = try JSONDecoder().decode(ModelCard.self, from: data)
        } catch {
            throw ModelFileError(
                path: path, reason: "its card cannot be read: \(Self.inWords(error))",
                advice: "It may come from another version of Mien than \(currentMienVersion)"
                    + (stamp?.mienVersion.map { ": \($0)." } ?? "."))
        }
        if let (field, found, expected) = firstWrongValue {
            throw ModelFileError(
                path: path, reason: "its card has \(field) \(found), expected \(expected)",
                advice: "The card was altered: take a fresh copy of the file.")
        }
    }

    private static func inWords(_ error: any Error) -> String {
        func place(_ path: [any CodingKey], _ last: String? = nil) -> String {
            (path.map(\.stringValue) + [last].compactMap { $0 }).joined(separator: ".")
        }
        switch error as? DecodingError {
        case .keyNotFound(let key, let context):
            return "\(place(context.codingPath, key.stringValue)) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            return "\(place(context.codingPath)): \(context.debugDescription)"
        default: return "\(error)"
        }
    }

    /// The first value that no model can have; `nil` where there is none.
    var firstWrongValue: (field: String, found: String, expected: String)? {
        if let wrongKind { return wrongKind }
        let deviations = normalization.standardDeviation
        if !(32 ... 1024 ~= imageSize) {
            return ("an image size of", "\(imageSize)", "32 to 1024")
        }
        if isNetwork, let error = network.sizeError(imageSize) {
            return (
                "an image size of", "\(imageSize)",
                "one that \(error.network) takes: \(error.node) has \(error.found), needs \(error.expected)"
            )
        }
        if isNetwork, input.channels == .rgb, network.inputChannels != 3 {
            return ("colour for a network of", "\(network.inputChannels) channel", "3 channels")
        }
        if channels != 3 { return ("channels", "\(channels)", "3") }
        if normalization.mean.count != 3 || !normalization.mean.allSatisfy(\.isFinite) {
            return ("the means", "\(normalization.mean)", "three finite numbers")
        }
        if deviations.count != 3 || !deviations.allSatisfy({ $0 > 0 && $0.isFinite }) {
            return ("the standard deviations", "\(deviations)", "three numbers above 0")
        }
        if let crop, !FaceCrop.sizes.contains(crop.size) {
            return ("a crop of", "\(crop.size) pixels", "16 to 1024")
        }
        if let crop, !FaceCrop.scales.contains(crop.scale) {
            return ("a crop scale of", "\(crop.scale)", "0.5 to 4")
        }
        if let calibration, !(1e-6 ... 1e6 ~= calibration.temperature) {
            return ("a temperature of", "\(calibration.temperature)", "a number above 0")
        }
        return firstWrongClass
    }

    private var firstWrongClass: (field: String, found: String, expected: String)? {
        if ownClasses == nil, let wrong = positive.emotions.first(where: { $0.column == nil }) {
            return ("the positive class", wrong.name, "one of \(Emotion.knownNames)")
        }
        if let own = ownClasses?.map(\.name) {
            guard own.count >= 2, own.allSatisfy(LabelSpace.isName), Set(own).count == own.count,
                (try? labelSpace) != nil
            else {
                return (
                    "the labels", own.joined(separator: ", "),
                    "2 names or more, each once, some of them positive"
                )
            }
        }
        let expected = head == .binary ? "2 classes" : "2 emotions or more, each once"
        let isRight =
            head == .binary
            ? classes.count == 2
            : ownClasses.map { $0.map(\.name) == classes }
                ?? (classes.count >= 2 && classes.allSatisfy { Emotion(name: $0) != nil }
                    && Set(classes).count == classes.count)
        return isRight ? nil : ("the classes", classes.joined(separator: ", "), expected)
    }
}
