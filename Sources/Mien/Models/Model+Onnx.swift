import Foundation
import Networks
import Torch

extension Model {
    /// How the ONNX file of a model is made.
    public struct OnnxOptions: Sendable {
        public var operatorSet = OnnxExport(imageSize: 1).operatorSet
        /// Images of a run; `nil` leaves the number open.
        public var batch: Int?
        /// Whether the classes' probabilities and the score are outputs too.
        public var hasProbabilities = false
        /// Whether the file takes grey values 0 to 255 and normalises them.
        public var includesPreprocessing = false
        /// Whether the file takes one grey plane in place of three equal ones.
        public var isGrey = false

        public init() {}
    }

    /// The bytes of an ONNX file that computes this model's logits, the temperature divided out.
    ///
    /// The average with the mirror image is left out: the metadata says so.
    /// - Parameter path: of the model's file, for errors.
    /// - Throws: `ModelFileError` for an int8 model, or for grey input where the channels are
    ///   normalised differently; `NetworkError` where the network has no such form.
    public func onnx(_ options: OnnxOptions, path: String) throws -> [UInt8] {
        try requireNetwork(path, to: "be exported as ONNX")
        guard !isQuantized else {
            throw ModelFileError.needsFloat(path, to: "be exported as ONNX")
        }
        let normalization = card.normalization
        var export = OnnxExport(imageSize: card.imageSize)
        export.operatorSet = options.operatorSet
        export.batch = options.batch
        export.temperature = card.temperature
        export.producerVersion = currentMienVersion
        if options.includesPreprocessing {
            let (mean, deviation) = (normalization.mean, normalization.standardDeviation)
            export.pixels =
                card.input.channels == .grey
                ? .grey(mean: mean, standardDeviation: deviation)
                : .rgb(mean: mean, standardDeviation: deviation)
        } else if options.isGrey {
            guard card.input.channels == .grey else {
                throw ModelFileError(
                    path: path, reason: "it looks at colour, which one grey plane lacks",
                    advice: "Export it with its three planes.")
            }
            guard normalization.hasEqualChannels else {
                throw ModelFileError(
                    path: path,
                    reason: "its channels are normalised differently, so that one grey plane "
                        + "cannot stand for them",
                    advice: "Let the file normalise its input instead.")
            }
            export.pixels = .normalizedGrey
        }
        if options.hasProbabilities {
            export.hasProbabilities = true
            export.positives = card.positiveOutputs(card.positive)
        }
        export.metadata = try onnxMetadata(export)
        let state = self.state
        return try export.file(of: card.network) {
            guard let tensor = state[$0] else { preconditionFailure("expected a tensor \($0)") }
            return tensor.floats
        }
    }

    /// What another program needs to know to score a face alike.
    private func onnxMetadata(_ export: OnnxExport) throws -> [(key: String, value: String)] {
        func numbers(_ values: [Float]) -> String {
            values.map { "\($0)" }.joined(separator: ",")
        }
        let input =
            switch export.pixels {
            case .normalized where card.input.channels == .rgb:
                "red, green and blue, (value / 255 - mean) / standard deviation"
            case .rgb: "red, green and blue, values 0 to 255"
            case .normalized:
                "three equal grey planes, (value / 255 - mean) / standard deviation"
            case .normalizedGrey: "one grey plane, (value / 255 - mean) / standard deviation"
            case .grey: "one grey plane, values 0 to 255"
            }
        return [
            ("class_names", card.classes.joined(separator: ",")),
            ("positive", card.positive.name),
            ("score", "sad-or-neutral expression score; no diagnosis"),
            ("image_size", "\(card.imageSize)"),
            ("input", input),
            ("mean", numbers(card.normalization.mean)),
            ("standard_deviation", numbers(card.normalization.standardDeviation)),
            ("temperature", "\(export.temperature), divided out of the logits"),
            (
                "mirror_image",
                card.averagesMirrorImage == true
                    ? "left out: Mien averages the logits of a face and its mirror image"
                    : "not used"
            ),
            ("mien.card", String(decoding: try JSONEncoder.canonical.encode(card), as: UTF8.self)),
        ]
    }
}
