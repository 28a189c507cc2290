/// Collects the elements of a drawing. Coordinates are points, from the upper left corner.
struct SVG {
    enum Anchor: String { case start, middle, end }

    /// The shapes of points in a plot.
    enum Mark: CaseIterable { case circle, square, diamond, triangle }

    private var body = ""

    mutating func rectangle(
        x: Double, y: Double, width: Double, height: Double, style: String, opacity: Double? = nil
    ) {
        let fade = opacity.map { " fill-opacity=\"\(Self.number($0))\"" } ?? ""
        let corner = "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\""
        let size = "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\""
        body += "<rect class=\"\(style)\" \(corner) \(size)\(fade)/>\n"
    }

    mutating func path(_ points: [(x: Double, y: Double)], style: String, closed: Bool = false) {
        guard let first = points.first else { return }
        var previous = "\(Self.number(first.x)) \(Self.number(first.y))"
        var data = "M" + previous
        for point in points.dropFirst() {
            let next = "\(Self.number(point.x)) \(Self.number(point.y))"
            // Points closer than the drawing can show are left out.
            if next != previous { data += "L" + next }
            previous = next
        }
        body += "<path class=\"\(style)\" d=\"\(data)\(closed ? "Z" : "")\"/>\n"
    }

    mutating func mark(_ mark: Mark, x: Double, y: Double, style: String) {
        let style = "mark " + style
        switch mark {
        case .circle:
            let centre = "cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\""
            body += "<circle class=\"\(style)\" \(centre) r=\"2.8\"/>\n"
        case .square:
            rectangle(x: x - 2.5, y: y - 2.5, width: 5, height: 5, style: style)
        case .diamond:
            path(
                [(x, y - 3.8), (x + 3.8, y), (x, y + 3.8), (x - 3.8, y)], style: style,
                closed: true)
        case .triangle:
            path(
                [(x, y - 3.4), (x + 3.4, y + 2.5), (x - 3.4, y + 2.5)], style: style, closed: true)
        }
    }

    /// - Parameters:
    ///   - y: the base line.
    ///   - upright: turned to read from bottom to top.
    mutating func text(
        _ text: String, x: Double, y: Double, anchor: Anchor = .start, style: String = "",
        upright: Bool = false
    ) {
        let place = "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\""
        let turn = upright ? " transform=\"rotate(-90 \(Self.number(x)) \(Self.number(y)))\"" : ""
        let anchored = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
        let named = style.isEmpty ? "" : " class=\"\(style)\""
        body +=
            "<text\(named) \(place)\(anchored)\(turn)>\(xmlEscaped(text, replacement: " "))</text>\n"
    }

    /// The drawing as a document with the title and the summary of its figure.
    func document(of figure: some Figure, id: String, width: Double, height: Double) -> String {
        let inches =
            "width=\"\(Self.number(width / 72))in\" height=\"\(Self.number(height / 72))in\""
        let box = "viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\""
        return """
            <svg xmlns="http://www.w3.org/2000/svg" class="mien-figure" \(inches) \(box) \
            role="img" aria-labelledby="\(id)-title \(id)-description">
            <title id="\(id)-title">\(xmlEscaped(figure.title, replacement: " "))</title>
            <desc id="\(id)-description">\(xmlEscaped(figure.summary, replacement: " "))</desc>
            <style>
            \(FigureStyle.sheet)</style>
            <rect class="paper" width="100%" height="100%"/>
            \(body)</svg>

            """
    }

    /// Two decimals, without the zeros at the end.
    private static func number(_ value: Double) -> String {
        var text = fixed(value, 2)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }
}
