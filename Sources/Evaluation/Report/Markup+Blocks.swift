import Foundation

/// What a report is made of.
extension Markup {
    /// A paragraph of text.
    public static func paragraph(_ text: String) -> Markup { element("p", [Markup(text)]) }

    /// Text in bold.
    public static func strong(_ text: String) -> Markup { element("strong", [Markup(text)]) }

    /// A heading of the third level.
    public static func heading(_ text: String) -> Markup { element("h3", [Markup(text)]) }

    /// A list of items.
    public static func list(_ items: [String]) -> Markup {
        element("ul", items.map { element("li", [Markup($0)]) })
    }

    /// Commands or other text that keeps its lines.
    public static func block(_ text: String) -> Markup {
        element("pre", ["tabindex": "0"], [element("code", [Markup(text)])])
    }

    /// A sentence that must not be overlooked.
    /// - Parameter heading: its first words, or empty.
    public static func caution(_ heading: String = "", _ text: String) -> Markup {
        element(
            "p", ["class": "caution"],
            (heading.isEmpty ? [] : [strong(heading), Markup(" ")]) + [Markup(text)])
    }

    /// Pairs of a term and what is said of it.
    public static func facts(_ pairs: [(term: String, value: String)]) -> Markup {
        element(
            "dl",
            pairs.flatMap {
                [element("dt", [Markup($0.term)]), element("dd", [Markup($0.value)])]
            })
    }

    /// A table whose first column names the rows.
    /// - Parameters:
    ///   - caption: what it shows, of what, with the number of samples.
    ///   - rows: each with as many cells as the header.
    public static func table(_ caption: String, _ header: [String], _ rows: [[String]]) -> Markup {
        precondition(
            rows.allSatisfy { $0.count == header.count },
            "expected rows of \(header.count) cells, got \(rows.map(\.count))")
        let head = header.map { element("th", ["scope": "col"], [Markup($0)]) }
        let body = rows.map { row in
            element("tr", row.enumerated().map { cell($1, isName: $0 == 0) })
        }
        let table = element(
            "table",
            [
                element("caption", [Markup(caption)]), element("thead", [element("tr", head)]),
                element("tbody", body),
            ])
        return element(
            "div",
            ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": caption], [table])
    }

    /// Hashes and paths may break anywhere, other words may not.
    private static func cell(_ text: String, isName: Bool) -> Markup {
        let isLong = text.split(separator: " ").contains { $0.count > 40 }
        return element(
            isName ? "th" : "td",
            ["scope": isName ? "row" : nil, "class": isLong ? "long" : nil], [Markup(text)])
    }

    /// Drawings side by side where there is room.
    public static func figures(_ figures: [Markup]) -> Markup {
        figures.isEmpty ? Markup([]) : element("div", ["class": "figures"], figures)
    }

    /// A drawing with its title as the caption.
    /// - Parameters:
    ///   - id: letters, digits and hyphens; unique in the page.
    ///   - note: a sentence below the title, or empty.
    public static func figure(_ figure: some Figure, id: String, note: String = "") -> Markup {
        element(
            "figure", ["id": id],
            [
                drawing(figure, id: id + "-drawing"),
                element(
                    "figcaption",
                    [element("span", ["class": "title"], [Markup(figure.title + ".")])]
                        + (note.isEmpty ? [] : [Markup(" " + note)])),
            ])
    }

    /// The kinds of pictures that a page can hold.
    public enum PictureKind: String, Sendable {
        case png = "image/png"
        case jpeg = "image/jpeg"
    }

    /// A picture that lies in the page itself.
    /// - Parameters:
    ///   - alternative: what it shows, for those who do not see it.
    ///   - width: in pixels of the page; the height follows.
    public static func picture(
        _ bytes: [UInt8], _ kind: PictureKind, alternative: String, caption: String? = nil,
        width: Int? = nil
    ) -> Markup {
        let source = "data:\(kind.rawValue);base64,\(Data(bytes).base64EncodedString())"
        return element(
            "figure",
            [
                element(
                    "img",
                    ["src": source, "alt": alternative, "width": width.map { "\($0)" }])
            ] + (caption.map { [element("figcaption", [Markup($0)])] } ?? []))
    }
}
