public import Imaging
import Evaluation

extension Dataset {
    /// A sheet of sample faces, a row for each class, as in the paper's Fig. 1.
    /// - Parameters:
    ///   - perClass: faces in a row.
    ///   - seed: decides which.
    public func sampleSheet(
        of labelling: LabelledSubset, mapping: LabelMapping = .paper, perClass: Int = 8,
        seed: UInt64 = 1
    ) -> Image {
        precondition(perClass > 0, "expected at least one face per class, got \(perClass)")
        var generator = SeededGenerator(seed: seed)
        var tiles: [ContactSheet.Tile] = []
        for emotion in labelling.classes {
            let rows = labelling.indices.indices.filter { labelling.emotions[$0] == emotion }
            guard !rows.isEmpty else { continue }
            let chosen = generator.permutation(of: rows.count).prefix(perClass)
                .map { labelling.indices[rows[$0]] }
            // Two captions, because one tile is too narrow for both words.
            let captions = ["\(emotion)", mapping.isPositive(emotion) ? "positive" : ""]
            tiles += chosen.enumerated().map { column, index in
                ContactSheet.Tile(
                    image: image(at: index), caption: column < 2 ? captions[column] : "")
            }
            let blank = Image(width: 1, height: 1, channels: 1, filledWith: 255)
            tiles += (chosen.count ..< perClass).map { _ in ContactSheet.Tile(image: blank) }
        }
        let title = "\(isSynthetic ? "SYNTHETIC FACES, " : "")labels \(labelling.labels.rawValue)"
        return ContactSheet(columns: perClass, title: title).image(of: tiles)
    }
}

extension Dataset {
    /// A sheet of what a model sees in training: in each row an original, then its versions in
    /// the first epochs of a run with this seed.
    /// - Parameters:
    ///   - size: side of the model's input, in pixels.
    ///   - faces: rows of the sheet.
    ///   - versions: versions beside each original.
    public func augmentationSheet(
        of labelling: LabelledSubset, augmentation: Augmentation, size: Int, faces: Int = 6,
        versions: Int = 7, seed: UInt64, channels: InputSpecification.Channels = .grey
    ) -> Image {
        precondition(
            faces > 0 && versions > 0,
            "expected at least one face and one version, got \(faces) and \(versions)")
        var generator = SeededGenerator(seed: seed)
        var tiles: [ContactSheet.Tile] = []
        for position in generator.permutation(of: labelling.count).prefix(faces) {
            let index = labelling.indices[position]
            tiles.append(
                .init(image: image(at: index), caption: "\(labelling.emotions[position])"))
            tiles += (0 ..< versions).map { epoch in
                let variation = augmentation.variation(seed: seed, epoch: epoch, sample: index)
                return .init(
                    image: drawn(index, varied: variation, size: size, channels),
                    caption: "epoch \(epoch + 1)")
            }
        }
        let title = "\(isSynthetic ? "SYNTHETIC FACES, " : "")original and augmented at \(size)"
        return ContactSheet(columns: versions + 1, title: title).image(of: tiles)
    }

    private func drawn(
        _ index: Int, varied variation: SampledTransform, size: Int,
        _ channels: InputSpecification.Channels
    ) -> Image {
        let area = size * size
        var planes = [Float](repeating: 0, count: channels.count * area)
        planes.withUnsafeMutableBufferPointer {
            draw(index, varied: variation, size: size, channels: channels, into: $0)
        }
        return Image(
            width: size, height: size, channels: channels.count,
            pixels: (0 ..< planes.count).map { place in
                UInt8(level: planes[place % channels.count * area + place / channels.count])
            })
    }
}
