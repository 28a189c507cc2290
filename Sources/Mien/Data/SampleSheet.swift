public import Imaging
import Evaluation

extension Dataset {
    /// A sheet of sample faces, a row for each class, as in the paper's Fig. 1.
    /// - Parameters:
    ///   - perClass: faces in a row.
    ///   - seed: decides which.
    public func sampleSheet(
        of labelling: Labelling, mapping: PositiveMapping = .paper, perClass: Int = 8,
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
            let caption = "\(emotion) \(mapping.isPositive(emotion) ? "(positive)" : "")"
            tiles += chosen.enumerated().map { column, index in
                ContactSheet.Tile(image: image(at: index), caption: column == 0 ? caption : "")
            }
            let blank = Image(width: 1, height: 1, channels: 1, filledWith: 255)
            tiles += (chosen.count ..< perClass).map { _ in ContactSheet.Tile(image: blank) }
        }
        let title = "\(isSynthetic ? "SYNTHETIC FACES, " : "")labels \(labelling.labels.rawValue)"
        return ContactSheet(columns: perClass, title: title).image(of: tiles)
    }
}
