/// A mark or a line and what it stands for.
struct Key {
    enum Sample {
        case mark(SVG.Mark)
        case line
    }

    let sample: Sample
    let style: String
    let label: String

    init(_ mark: SVG.Mark, _ style: String, _ label: String) {
        sample = .mark(mark)
        self.style = style
        self.label = label
    }

    init(line style: String, _ label: String) {
        sample = .line
        self.style = style
        self.label = label
    }
}

extension SVG {
    /// Lines of text inside a plot, then keys, ten points apart.
    mutating func notes(_ notes: [String], keys: [Key] = [], x: Double, y: Double) {
        for (row, note) in notes.enumerated() {
            text(note, x: x, y: y + 10 * Double(row), style: "note")
        }
        for (row, key) in keys.enumerated() {
            self.key(key, x: x, y: y + 10 * Double(notes.count + row))
        }
    }

    /// One key; `y` is the base line of its text.
    mutating func key(_ key: Key, x: Double, y: Double) {
        var textStart = x + 9
        switch key.sample {
        case .mark(let mark): self.mark(mark, x: x + 3, y: y - 2.6, style: key.style)
        case .line:
            path([(x, y - 2.6), (x + 16, y - 2.6)], style: "line " + key.style)
            textStart = x + 20
        }
        text(key.label, x: textStart, y: y, style: "note")
    }
}
