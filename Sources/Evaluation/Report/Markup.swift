import Foundation

/// A piece of HTML that is well-formed XML as well, so that a strict parser reads it.
///
/// Text is escaped on its way in: what a file name or a label holds can never become markup.
///
///     let line = Markup.element("p", [Markup("n < 20: "), .strong("says little")])
public struct Markup: Sendable, Equatable {
    /// The markup itself.
    public let html: String

    private init(html: String) { self.html = html }

    /// Text as it is to be read.
    public init(_ text: String) { html = Self.escaped(text) }

    /// Pieces one after the other.
    public init(_ parts: [Markup]) { html = parts.map(\.html).joined() }

    /// - Parameters:
    ///   - attributes: a `nil` value leaves the attribute out.
    public static func element(
        _ name: String, _ attributes: KeyValuePairs<String, String?> = [:],
        _ children: [Markup] = []
    ) -> Markup {
        let given = attributes.compactMap { key, value in
            value.map { " \(key)=\"\(escaped($0))\"" }
        }
        let start = "<" + name + given.joined()
        guard !voidElements.contains(name) else { return Markup(html: start + "/>") }
        let end = blockElements.contains(name) ? "</\(name)>\n" : "</\(name)>"
        return Markup(html: start + ">" + Markup(children).html + end)
    }

    /// An HTML element with children.
    public static func element(_ name: String, _ children: [Markup]) -> Markup {
        element(name, [:], children)
    }

    /// A figure's drawing. Its ids begin with `id`.
    static func drawing(_ figure: some Figure, id: String) -> Markup {
        Markup(html: figure.svg(id: id))
    }

    /// Rules of style; not escaped, and therefore free of `<` and `&`.
    static func style(_ rules: String) -> Markup {
        precondition(
            !rules.contains { "<&".contains($0) }, "rules of style must not hold < or &")
        return Markup(html: "<style>\n\(rules)</style>\n")
    }

    private static let voidElements: Set<String> = ["meta", "img", "br", "hr", "link"]
    private static let blockElements: Set<String> = [
        "html", "head", "title", "body", "header", "nav", "main", "section", "footer", "h1", "h2",
        "h3", "p", "ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr",
        "figure", "figcaption", "pre", "div",
    ]

    private static func escaped(_ text: String) -> String {
        xmlEscaped(text, keeping: ["\n", "\t"], replacement: "\u{FFFD}")
    }
}
