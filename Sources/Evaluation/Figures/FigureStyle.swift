/// The looks that all figures share. The colours are Okabe and Ito's (2008), told apart by
/// readers with any colour vision; lines differ by dashes and marks as well.
enum FigureStyle {
    static let textSize = 7.5
    /// The room that text of `textSize` takes, for margins: an estimate, on the wide side.
    static func width(_ text: String, size: Double = textSize) -> Double {
        Double(text.count) * size * 0.54
    }

    /// One column of a paper, and one and a half, in points.
    static let column = 252.0
    static let wideColumn = 396.0

    private struct Palette {
        let paper, ink, soft, grid, one, two, three: String
    }

    private static let light = Palette(
        paper: "#ffffff", ink: "#1a1a1a", soft: "#5a5a5a", grid: "#e2e2e2", one: "#0072b2",
        two: "#d55e00", three: "#009e73")
    private static let dark = Palette(
        paper: "#161616", ink: "#f2f2f2", soft: "#b4b4b4", grid: "#3c3c3c", one: "#56b4e9",
        two: "#e69f00", three: "#2fc79b")

    /// Rules are written out twice, since many readers of SVG know no CSS variables; those that
    /// know no media queries show the light colours.
    static let sheet =
        shapes + colours(light) + "@media (prefers-color-scheme:dark){\n" + colours(dark) + "}\n"

    private static let shapes = """
        .mien-figure text{font-family:Helvetica,Arial,"Liberation Sans",sans-serif;\
        font-size:\(textSize)px}
        .mien-figure .small{font-size:6.5px}
        .mien-figure .axis,.mien-figure .tick{fill:none;stroke-width:.75}
        .mien-figure .grid{fill:none;stroke-width:.5}
        .mien-figure .guide{fill:none;stroke-width:.75;stroke-dasharray:3 2.5}
        .mien-figure .line{fill:none;stroke-width:1.5;stroke-linejoin:round}
        .mien-figure .dashed{stroke-dasharray:4 2}
        .mien-figure .bar{fill:none;stroke-width:1}
        .mien-figure .mark{stroke-width:1}
        .mien-figure .note{paint-order:stroke;stroke-width:2.5;stroke-linejoin:round}

        """

    private static func colours(_ palette: Palette) -> String {
        """
        .mien-figure .paper{fill:\(palette.paper)}
        .mien-figure text{fill:\(palette.ink)}
        .mien-figure .soft{fill:\(palette.soft)}
        .mien-figure .axis,.mien-figure .tick{stroke:\(palette.soft)}
        .mien-figure .grid{stroke:\(palette.grid)}
        .mien-figure .guide{stroke:\(palette.soft)}
        .mien-figure .note{stroke:\(palette.paper)}
        .mien-figure .line.one,.mien-figure .bar.one{stroke:\(palette.one)}
        .mien-figure .line.two,.mien-figure .bar.two{stroke:\(palette.two)}
        .mien-figure .mark{stroke:\(palette.paper)}
        .mien-figure .mark.one,.mien-figure .cell,.mien-figure .column{fill:\(palette.one)}
        .mien-figure .mark.two{fill:\(palette.two)}
        .mien-figure .mark.three{fill:\(palette.three)}

        """
    }
}
