/// The looks that all figures share. The colours are Okabe and Ito's (2008) and some like them,
/// told apart by readers with any colour vision, with a contrast of at least 3 to the paper;
/// lines differ by dashes and marks as well.
enum FigureStyle {
    static let textSize = 7.5
    static let smallSize = 6.5

    /// One column and two columns of a paper, 3.5 and 7 inches, in points.
    static let column = 252.0
    static let wideColumn = 504.0
    /// The most that names beside a plot may take of its width.
    static let nameWidth = 96.0

    /// The room that text takes, for margins: an estimate, on the wide side.
    static func width(_ text: String, size: Double = textSize) -> Double {
        text.unicodeScalars.reduce(0) { sum, scalar in
            switch scalar.value {
            case 0x1100...: sum + size
            case 65 ... 90, 192 ... 222: sum + 0.68 * size
            default: sum + 0.54 * size
            }
        }
    }

    /// The text, or as much of its start as `room` holds, with an ellipsis.
    static func fitted(_ text: String, to room: Double, size: Double = textSize) -> String {
        guard width(text, size: size) > room else { return text }
        var kept = text
        while !kept.isEmpty, kept.last == " " || width(kept + "…", size: size) > room {
            kept.removeLast()
        }
        return kept + "…"
    }

    /// How the data of one of several series are drawn.
    struct Series {
        /// The class of its marks, bars, areas and columns.
        let colour: String
        /// The classes of its line.
        let line: String
        let mark: SVG.Mark

        /// - Parameter index: from 0; colours start again after six, with other dashes.
        init(_ index: Int) {
            let names = ["one", "two", "three", "four", "five", "six"]
            let dashes = ["", " dashed", " dotted", " dashdot", " long", " longdot"]
            colour = names[index % names.count]
            line = colour + dashes[(index + index / names.count) % dashes.count]
            mark = SVG.Mark.allCases[index % SVG.Mark.allCases.count]
        }
    }

    private struct Palette {
        let paper, ink, soft, grid: String
        let series: [String]
    }

    private static let light = Palette(
        paper: "#ffffff", ink: "#1a1a1a", soft: "#5a5a5a", grid: "#e2e2e2",
        series: ["#0072b2", "#d55e00", "#009e73", "#882255", "#7a4a00", "#1a1a1a"])
    private static let dark = Palette(
        paper: "#161616", ink: "#f2f2f2", soft: "#b4b4b4", grid: "#3c3c3c",
        series: ["#56b4e9", "#e69f00", "#1e9e78", "#cc6fb0", "#f0e442", "#f2f2f2"])

    /// Rules are written out twice, since many readers of SVG know no CSS variables; those that
    /// know no media queries show the light colours, and so does paper.
    static let sheet =
        shapes + colours(light) + "@media screen and (prefers-color-scheme:dark){\n"
        + colours(dark) + "}\n"

    private static let shapes = """
        .mien-figure text{font-family:Helvetica,Arial,"Liberation Sans",sans-serif;\
        font-size:\(textSize)px}
        .mien-figure .small{font-size:\(smallSize)px}
        .mien-figure .axis,.mien-figure .tick{fill:none;stroke-width:.75}
        .mien-figure .grid{fill:none;stroke-width:.5}
        .mien-figure .guide{fill:none;stroke-width:.75;stroke-dasharray:3 2.5}
        .mien-figure .line{fill:none;stroke-width:1.5;stroke-linejoin:round}
        .mien-figure .dashed{stroke-dasharray:4 2}
        .mien-figure .dotted{stroke-dasharray:1.5 1.8}
        .mien-figure .dashdot{stroke-dasharray:6 2 1.5 2}
        .mien-figure .long{stroke-dasharray:9 3}
        .mien-figure .longdot{stroke-dasharray:9 2 1.5 2 1.5 2}
        .mien-figure .bar{fill:none;stroke-width:1}
        .mien-figure .thick{stroke-width:4}
        .mien-figure .band{stroke:none;fill-opacity:.2}
        .mien-figure .mark{stroke-width:1}
        .mien-figure .note{paint-order:stroke;stroke-width:2.5;stroke-linejoin:round}

        """

    private static func colours(_ palette: Palette) -> String {
        let fixed = """
            .mien-figure .paper{fill:\(palette.paper)}
            .mien-figure text{fill:\(palette.ink)}
            .mien-figure .soft{fill:\(palette.soft)}
            .mien-figure .axis,.mien-figure .tick{stroke:\(palette.soft)}
            .mien-figure .grid{stroke:\(palette.grid)}
            .mien-figure .guide{stroke:\(palette.soft)}
            .mien-figure .note{stroke:\(palette.paper)}
            .mien-figure .mark{stroke:\(palette.paper)}
            .mien-figure .cell{fill:\(palette.series[0])}

            """
        return palette.series.enumerated().reduce(into: fixed) { text, entry in
            let name = Series(entry.offset).colour
            let stroked = ["line", "bar"].map { ".mien-figure .\($0).\(name)" }
            let filled = ["mark", "column", "band"].map { ".mien-figure .\($0).\(name)" }
            text += stroked.joined(separator: ",") + "{stroke:\(entry.element)}\n"
            text += filled.joined(separator: ",") + "{fill:\(entry.element)}\n"
        }
    }
}
