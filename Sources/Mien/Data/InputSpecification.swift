/// The input that a network expects: how pixels of a picture become it, in training, evaluation,
/// prediction and export alike.
public struct InputSpecification: Sendable, Equatable, Codable {
    /// The colour planes that a model sees.
    public enum Channels: String, Sendable, Codable, CaseIterable {
        /// One plane, which stands for all channels of the network.
        case grey
        case rgb

        /// Planes of an image.
        public var count: Int { self == .grey ? 1 : 3 }

        /// Channels of a network that looks at them; `nil` stands for what it was designed for, since
        /// a grey plane can stand for three.
        var networkChannels: Int? { self == .grey ? nil : 3 }
    }

    public var channels: Channels
    /// Width and height of the square input in pixels.
    public var size: Int
    /// How a face is cut out of a photo.
    public var crop: FaceCrop
    public var normalization: Normalization

    public init(
        channels: Channels = .grey, size: Int, crop: FaceCrop = FaceCrop(),
        normalization: Normalization = .grey
    ) {
        self.channels = channels
        self.size = size
        self.crop = crop
        self.normalization = normalization
    }
}

extension InputSpecification {
    /// The input of the network for some images of a data set.
    /// - Parameters:
    ///   - positions: what the images are called in the batch; `nil` numbers them.
    ///   - samples: their indices in the data set.
    ///   - side: of the input in pixels, where it is not the specification's.
    package func batch(
        of dataset: Dataset, positions: [Int]? = nil, samples: [Int], side: Int? = nil,
        variation: (_ sample: Int) -> SampledTransform = { _ in .identity }
    ) -> ImageBatch {
        ImageBatch(
            dataset, positions: positions ?? Array(samples.indices), samples: samples,
            size: side ?? size, channels: channels, variation: variation)
    }
}

/// The part of a photo that a network sees of a face.
public struct FaceCrop: Sendable, Equatable, Codable {
    /// The part of a photo that a model sees.
    public enum Frame: String, Sendable, Codable, CaseIterable {
        /// The face lies in the crop as the faces of FER-2013 lie in theirs (``FaceAlignment``).
        case fer2013
        /// The largest centred square of the photo; no face is looked for.
        case wholeImage = "whole-image"
    }

    public var frame: Frame
    /// Side of the crop, in sides of FER-2013's: above 1 it shows more around the face.
    public var scale: Double
    /// Width and height of the crop in pixels, before it is brought to the input's size.
    public var size: Int

    public init(frame: Frame = .fer2013, scale: Double = 1, size: Int = FaceCrop.usualSize) {
        self.frame = frame
        self.scale = scale
        self.size = size
    }

    /// FER-2013's.
    public static let usualSize = 48
    public static let sizes = 16 ... 1024
    public static let scales = 0.5 ... 4.0
}

extension ModelCard {
    /// The input that the network expects. Cards of earlier versions mean grey pixels and FER-2013's
    /// crop.
    public var input: InputSpecification {
        get {
            InputSpecification(
                channels: inputChannels ?? .grey, size: imageSize, crop: crop ?? FaceCrop(),
                normalization: normalization)
        }
        set {
            inputChannels = newValue.channels == .grey ? nil : newValue.channels
            imageSize = newValue.size
            crop = newValue.crop == FaceCrop() ? nil : newValue.crop
            normalization = newValue.normalization
        }
    }
}

extension Recipe {
    /// The input of the recipe's network in its last epochs.
    /// - Parameter normalization: that of the first weights.
    public func input(_ normalization: Normalization = .grey) -> InputSpecification {
        let channels = channels ?? .grey
        let crop = crop ?? FaceCrop(size: channels == .grey ? FaceCrop.usualSize : imageSize)
        return InputSpecification(
            channels: channels, size: cycles.last?.imageSize ?? imageSize, crop: crop,
            normalization: normalization)
    }
}
