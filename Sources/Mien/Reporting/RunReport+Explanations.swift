import Evaluation
import Foundation
import Imaging

/// What the score is sensitive to, and how far maps of that can be trusted.
extension RunReport {
    var explanations: ReportPage.Section {
        .init(
            "explanations", "Explanations",
            [.caution("What a heat map is.", HeatMap.caption)] + trustParts + galleryParts)
    }

    private var trustParts: [Markup] {
        let heading = Markup.heading("Can the maps be trusted?")
        guard let trust else {
            return [
                heading,
                .paragraph(
                    "Not measured for this report; mien report --trust-images 50 measures it."),
            ]
        }
        var parts = [
            heading,
            .paragraph(
                "\(trust.method.title)\(trust.layer.map { " at \($0)" } ?? ""), of the "
                    + "class that the model decides for, maps of \(trust.grid[0]) x "
                    + "\(trust.grid[1]). n \(Wording.count(trust.n)) faces, drawn with the seed "
                    + "\(trust.seed); \(trust.emptyMaps) maps were empty and are not counted. A "
                    + "map is worth something only where it does better than a random map and than "
                    + "the edges in the picture, neither of which knows the model."),
            faithfulness(trust), randomization(trust),
        ]
        if trust.grid.contains(where: { $0 < 4 }) {
            parts.insert(
                .paragraph(
                    "So coarse a grid tells quarters of a face apart, not its parts: larger inputs "
                        + "have finer maps."), at: 2)
        }
        if let pointing = trust.pointing { parts.append(self.pointing(pointing)) }
        return parts
    }

    private func faithfulness(_ trust: ExplanationFaithfulness) -> Markup {
        let measures = [
            ("deletion", trust.deletion), ("insertion", trust.insertion), ("ROAD", trust.road),
        ]
        let rows: [[String]] = measures.map { name, value in
            [
                "\(name) (\(value.higherIsBetter ? "higher" : "lower") is better)",
                "\(value.map)", "\(value.random)", "\(value.edges)", "\(value.mapMinusRandom)",
                "\(value.mapMinusEdges)", Wording.count(value.n),
            ]
        }
        return .table(
            "What the most important pixels do to the score when they go or come (95 % intervals)",
            ["test", "map", "random map", "edge map", "map - random", "map - edges", "n"], rows)
    }

    private func randomization(_ trust: ExplanationFaithfulness) -> Markup {
        let rows: [[String]] = trust.randomization.map { row in
            [
                row.part, "\(row.spearman)", "\(row.structuralSimilarity)", Wording.count(row.n),
                Wording.count(row.empty),
            ]
        }
        return .table(
            "Likeness to the maps of a model whose parts down to this one are random: a map of "
                + "what was learnt must lose it (\"other image\" is the likeness that chance gives)",
            ["random down to", "rank correlation", "structural similarity", "n", "empty"], rows)
    }

    private func pointing(_ pointing: ExplanationFaithfulness.Pointing) -> Markup {
        let rows: [[String]] =
            [
                [
                    "all parts together", "\(pointing.energy)", "\(pointing.area)",
                    "\(pointing.randomEnergy)", "\(pointing.hits)", "\(pointing.randomHits)",
                ]
            ]
            + pointing.parts.map { part in
                [part.name, "\(part.energy)", "\(part.area)", "", "", ""]
            }
        return .table(
            "Do the maps point at the brows, eyes and mouth of drawn faces? n "
                + Wording.count(pointing.n),
            [
                "part", "share of the map", "share of the area", "share of a random map",
                "largest value inside", "the same, random map",
            ], rows)
    }

    private var galleryParts: [Markup] {
        guard let gallery else {
            return [.heading("Gallery"), .paragraph("Faces are left out of this report.")]
        }
        return [
            .heading("Gallery"),
            .paragraph(
                "\(gallery.title). Left the face, right the map over it. The votes are those of "
                    + "the annotators; the score is the \(Wording.score(evaluation.positive))."),
        ] + gallery.sections.map(section)
    }

    private func section(_ section: Gallery.Section) -> Markup {
        Markup([
            .element("h4", [Markup(section.title)]),
            .element("div", ["class": "faces"], section.entries.compactMap(entry)),
        ])
    }

    private func entry(_ entry: Gallery.Entry) -> Markup? {
        guard let pair = try? entry.face.beside(entry.overlay).encoded(as: .png) else { return nil }
        let verdict = entry.isRight ? "right" : "wrong"
        let map = entry.emptiness.map { "no map: \($0.rawValue)" } ?? ""
        return .picture(
            pair, .png,
            alternative: "Row \(entry.id): a face labelled \(entry.emotion), and its heat map",
            caption: [
                "\(entry.emotion.name), score \(Wording.decimals(entry.score, 2)), \(verdict)",
                entry.votes ?? "", "row \(entry.id)", map,
            ].filter { !$0.isEmpty }.joined(separator: "; "), width: 192)
    }
}

extension Image {
    /// Two pictures of one height, side by side, in colour.
    fileprivate func beside(_ other: Image) -> Image {
        let (left, right) = (rgb(), other.resized(width: width, height: height).rgb())
        var pixels: [UInt8] = []
        pixels.reserveCapacity(left.pixels.count + right.pixels.count)
        let row = width * 3
        for line in 0 ..< height {
            pixels += left.pixels[line * row ..< (line + 1) * row]
            pixels += right.pixels[line * row ..< (line + 1) * row]
        }
        return Image(width: 2 * width, height: height, channels: 3, pixels: pixels)
    }
}
