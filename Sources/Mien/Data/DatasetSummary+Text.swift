import Foundation

extension DatasetSummary: NamesSettings {
    /// The summary as tables of plain text.
    public var message: Advice {
        var lines = tables.map { Advice($0) }
        if !notes.isEmpty { lines += ["", "notes"] + notes.map { "  \($0)" } }
        if badRowCount > 0 {
            lines += ["", "left out: \(badRowCount) bad rows"]
            lines += badRows.prefix(10).map { "  \($0)" }
            if badRowCount > 10 { lines.append("  and \(badRowCount - 10) more") }
        }
        lines.append("")
        lines += sources.map { "sha256 \($0.sha256)  \($0.path)" }
        return lines.joined(separator: "\n")
    }

    private var tables: [String] {
        var lines = [
            "\(name): \(count) images, \(form.rawValue)" + (knownAs.map { " (\($0))" } ?? "")
        ]
        if isSynthetic { lines.append("SYNTHETIC: faces drawn by Mien, not photographs") }
        lines.append(
            "size \(size(smallest))\(smallest == largest ? "" : " to \(size(largest))") pixels"
                + (sizeCount > 1 ? ", \(sizeCount) sizes" : "")
                + (subjects > 0 ? ", \(subjects) subjects" : ""))
        if colourCount > 0 { lines.append("colour: \(colourCount) files, read as grey") }
        if let votesAgreement { lines += Self.lines(votesAgreement) }
        lines.append("positive: \(positiveClasses.name) expression")
        for counts in protocols {
            lines += ["", "labels \(counts.labels.rawValue)"]
            lines += Self.table(counts)
        }
        lines += ["", "pixel-identical images"]
        for shared in duplicates where shared.count > 0 || shared.split != shared.among {
            let part = Self.name(shared.split)
            let what =
                shared.split == shared.among
                ? "\(part): repeats of an earlier image"
                : "\(part): also in \(Self.name(shared.among))"
            lines.append("  \(what): \(shared.count) (\(percent(shared.share)))")
        }
        if contradictions > 0 {
            lines.append("  labelled differently: \(contradictions) images with their repeats")
        }
        return lines
    }

    private static func lines(_ agreement: VotesAgreement) -> [String] {
        let range = agreement.range.map { VotesAgreement.percent($0) }
        let stretches =
            range.isEmpty
            ? "" : "; by \(VotesAgreement.stretch) rows \(range.joined(separator: " to "))"
        return [
            "\(agreement)\(stretches)", "  expected: \(VotesAgreement.expectation)",
        ]
    }

    private static func table(_ counts: ProtocolCounts) -> [String] {
        let header = ["", "images", "positive"] + counts.classes
        let rows = counts.splits.map { split in
            [name(split.split), String(split.count), String(split.positives)]
                + counts.classes.map { String(split.byEmotion[$0] ?? 0) }
        }
        return ([header] + rows).map { cells in
            "  "
                + cells.enumerated().map { column, cell in
                    let padding = String(repeating: " ", count: max(0, 9 - cell.count))
                    return column == 0 ? cell + padding : padding + cell
                }.joined()
        }
    }

    private static func name(_ split: Split?) -> String { split?.rawValue ?? "no split" }

    private func size(_ sides: [Int]) -> String {
        sides.map(String.init).joined(separator: " x ")
    }

    private func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}
