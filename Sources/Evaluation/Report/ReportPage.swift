/// A document in one HTML file: no script, no request to anywhere, readable on paper.
public struct ReportPage: Sendable {
    /// A part of the page with its heading.
    public struct Section: Sendable {
        /// Letters, digits and hyphens.
        public let id: String
        public let heading: String
        public let body: [Markup]

        public init(_ id: String, _ heading: String, _ body: [Markup]) {
            self.id = id
            self.heading = heading
            self.body = body
        }
    }

    public let title: String
    /// What comes before the table of contents.
    public let opening: [Markup]
    public let sections: [Section]
    public let closing: String

    public init(title: String, opening: [Markup], sections: [Section], closing: String) {
        self.title = title
        self.opening = opening
        self.sections = sections
        self.closing = closing
    }

    /// The file's content, which is well-formed XML too.
    public var html: String {
        let document = Markup.element(
            "html", ["lang": "en", "xmlns": "http://www.w3.org/1999/xhtml"], [head, body])
        return "<!DOCTYPE html>\n" + document.html
    }

    /// The policy makes the browser refuse whatever the page might ask for.
    private var head: Markup {
        .element(
            "head",
            [
                .element("meta", ["charset": "utf-8"]),
                .element(
                    "meta",
                    [
                        "http-equiv": "Content-Security-Policy",
                        "content": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
                    ]),
                .element(
                    "meta",
                    ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
                .element("meta", ["name": "color-scheme", "content": "light dark"]),
                .element("meta", ["name": "referrer", "content": "no-referrer"]),
                .element("title", [Markup(title)]), .style(Self.style),
            ])
    }

    private var body: Markup {
        let links = sections.map {
            Markup.element("li", [.element("a", ["href": "#" + $0.id], [Markup($0.heading)])])
        }
        return .element(
            "body",
            [
                .element("a", ["class": "skip", "href": "#main"], [Markup("To the content")]),
                .element("header", [.element("h1", [Markup(title)])] + opening),
                .element("nav", ["aria-label": "Contents"], [.element("ol", links)]),
                .element("main", ["id": "main"], sections.map(Self.markup)),
                .element("footer", [.paragraph(closing)]),
            ])
    }

    private static func markup(_ section: Section) -> Markup {
        let heading = section.id + "-heading"
        return .element(
            "section", ["id": section.id, "aria-labelledby": heading],
            [.element("h2", ["id": heading], [Markup(section.heading)])] + section.body)
    }

    private static let style = """
        :root{--paper:#fff;--ink:#1a1a1a;--soft:#555;--rule:#d5d5d5;--shade:#f4f4f4;--link:#005a8c;\
        --caution:#fff4e0;--edge:#d55e00}
        @media screen and (prefers-color-scheme:dark){:root{--paper:#161616;--ink:#f2f2f2;\
        --soft:#b4b4b4;--rule:#3c3c3c;--shade:#222;--link:#56b4e9;--caution:#33270f;--edge:#e69f00}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:1.5rem 1.25rem 3rem;max-width:62rem;background:var(--paper);\
        color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}
        h1{font-size:1.7rem;line-height:1.2;margin:0 0 .75rem}
        h2{font-size:1.3rem;line-height:1.25;margin:2.5rem 0 .75rem;padding-top:.75rem;\
        border-top:1px solid var(--rule)}
        h3{font-size:1.05rem;margin:1.75rem 0 .5rem}
        p,ul,ol,dl{margin:.6rem 0;max-width:46rem}
        a{color:var(--link)}
        .skip{position:absolute;left:-100rem}.skip:focus{position:static}
        nav ol{columns:2 16rem;padding-left:1.5rem}
        dl{display:grid;grid-template-columns:minmax(9rem,max-content) 1fr;gap:.15rem 1.25rem}
        dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
        .scroll{overflow-x:auto;margin:1rem 0}
        table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
        caption{text-align:left;color:var(--soft);padding-bottom:.35rem}
        th,td{text-align:left;vertical-align:top;padding:.3rem .9rem .3rem 0;\
        border-bottom:1px solid var(--rule)}
        .long{overflow-wrap:anywhere}
        tbody th{font-weight:normal}thead th{color:var(--soft);font-weight:600}
        code{font:.875em/1.5 ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
        pre{background:var(--shade);padding:.7rem .9rem;overflow-x:auto;white-space:pre-wrap}
        .caution{background:var(--caution);border-left:4px solid var(--edge);padding:.6rem .9rem}
        .figures{display:flex;flex-wrap:wrap;gap:1.5rem;align-items:flex-start}
        figure{margin:1rem 0;min-width:0;max-width:100%}
        .figures figure{margin:0;flex:0 1 auto;max-width:min(100%,5.6in)}
        figure svg,figure img{display:block;max-width:100%;height:auto}
        figcaption{font-size:.875rem;color:var(--soft);margin-top:.4rem;max-width:34rem}
        figcaption .title{color:var(--ink)}
        .faces{display:flex;flex-wrap:wrap;gap:1rem}.faces figure{margin:0;width:10.5rem}
        .faces figcaption{font-size:.8rem}.faces img{image-rendering:auto}
        footer{margin-top:3rem;padding-top:.75rem;border-top:1px solid var(--rule);\
        color:var(--soft);font-size:.875rem}
        @page{margin:16mm}
        @media print{body{max-width:none;padding:0;font-size:10pt}nav,.skip{display:none}\
        h2,h3,caption{break-after:avoid}figure,tr,.caution,pre{break-inside:avoid}\
        .scroll{overflow:visible}a{color:inherit;text-decoration:none}\
        thead{display:table-header-group}}

        """
}
