import Foundation

/// A plot's frame: where data lie on the page.
struct Panel {
    let left, top, width, height: Double
    let horizontal, vertical: ClosedRange<Double>

    var right: Double { left + width }
    var bottom: Double { top + height }

    func point(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        (
            left + width * Self.part(x, of: horizontal),
            bottom - height * Self.part(y, of: vertical)
        )
    }

    private static func part(_ value: Double, of range: ClosedRange<Double>) -> Double {
        (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    }

    /// Grid lines, the two axes, their marks and their names. An axis without a name has no
    /// numbers either: it shares those of a panel beside or under it.
    func drawAxes(
        in svg: inout SVG, xTicks: Ticks, yTicks: Ticks, xName: String?, yName: String?,
        xNameDrop: Double = 20
    ) {
        for tick in yTicks.values {
            let y = point(horizontal.lowerBound, tick).y
            svg.path([(left, y), (right, y)], style: "grid")
            svg.path([(left - 2.5, y), (left, y)], style: "tick")
            if yName != nil {
                svg.text(
                    yTicks.text(tick), x: left - 4.5, y: y + 2.4, anchor: .end, style: "small")
            }
        }
        for tick in xTicks.values {
            let x = point(tick, vertical.lowerBound).x
            svg.path([(x, top), (x, bottom)], style: "grid")
            svg.path([(x, bottom), (x, bottom + 2.5)], style: "tick")
            if xName != nil {
                svg.text(
                    xTicks.text(tick), x: x, y: bottom + 9.5, anchor: .middle, style: "small")
            }
        }
        svg.path([(left, top), (left, bottom), (right, bottom)], style: "axis")
        if let xName {
            svg.text(
                FigureStyle.fitted(xName, to: width + 16), x: left + width / 2,
                y: bottom + xNameDrop, anchor: .middle)
        }
        if let yName {
            svg.text(
                FigureStyle.fitted(yName, to: height + 16), x: left - 28, y: top + height / 2,
                anchor: .middle, upright: true)
        }
    }

    /// Two strokes across the start of an axis that does not start at 0.
    func markCuts(in svg: inout SVG, horizontal cutsAcross: Bool = false, vertical cutsUp: Bool) {
        if cutsAcross, horizontal.lowerBound > 0 {
            for x in [left + 4, left + 6.5] {
                svg.path([(x - 1.2, bottom + 3), (x + 1.2, bottom - 3)], style: "axis")
            }
        }
        if cutsUp, vertical.lowerBound > 0 {
            for y in [bottom - 4, bottom - 6.5] {
                svg.path([(left - 3, y + 1.2), (left + 3, y - 1.2)], style: "axis")
            }
        }
    }

    /// Says that there is nothing to draw.
    func noteEmpty(in svg: inout SVG) {
        svg.text(
            "nothing measured", x: left + width / 2, y: top + height / 2 + 2.5, anchor: .middle,
            style: "small soft")
    }

    /// A line through the middles of intervals, and the area that these cover. Ends outside the
    /// frame are moved to its edge.
    func drawBand(_ points: [(x: Double, estimate: Estimate)], style: String, in svg: inout SVG) {
        let ends = points.compactMap { at in
            at.estimate.low.flatMap { low in at.estimate.high.map { (at.x, low, $0) } }
        }
        func edge(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
            point(x, min(max(y, vertical.lowerBound), vertical.upperBound))
        }
        let outline = ends.map { edge($0.0, $0.2) } + ends.reversed().map { edge($0.0, $0.1) }
        if ends.count > 1 { svg.path(outline, style: "band " + style, closed: true) }
        svg.path(
            points.compactMap { at in at.estimate.value.map { point(at.x, $0) } },
            style: "line " + style)
    }

    /// The bar of an interval upright at `x`, if there is one.
    func drawBar(_ estimate: Estimate, x: Double, style: String, in svg: inout SVG) {
        guard let low = estimate.low, let high = estimate.high else { return }
        svg.path([point(x, low), point(x, high)], style: "bar " + style)
    }
}

/// Round numbers along an axis.
package struct Ticks {
    package let values: [Double]
    /// How a value of the axis is written.
    package let text: @Sendable (_ value: Double) -> String

    /// From 0 to 1 in fifths.
    package static let shares = Ticks(in: 0 ... 1, about: 5)

    /// - Parameters:
    ///   - wanted: about how many; the step is 1, 2 or 5 times a power of ten.
    ///   - whole: whether the axis counts things, so that no step is below 1.
    package init(in range: ClosedRange<Double>, about wanted: Int, whole: Bool = false) {
        let span = range.upperBound - range.lowerBound
        precondition(span > 0 && wanted > 0, "no ticks in \(range)")
        let rough = span / Double(wanted)
        let power = pow(10, floor(log10(rough)))
        let step = [1, 2, 5, 10].map { $0 * power }.min { abs($0 - rough) < abs($1 - rough) }
        let used = max(step ?? rough, whole ? 1 : 0)
        let first = Int((range.lowerBound / used - 1e-9).rounded(.up))
        let last = Int((range.upperBound / used + 1e-9).rounded(.down))
        values = first <= last ? (first ... last).map { Double($0) * used } : []
        let decimals = max(0, Int(-floor(log10(used) + 1e-9)))
        text = { decimals == 0 ? grouped(Int($0.rounded())) : fixed($0, decimals) }
    }

    /// Names at 0, 1, 2 … of an axis.
    init(names: [String]) {
        values = names.indices.map(Double.init)
        text = { value in
            let index = Int(value.rounded())
            return names.indices.contains(index) ? names[index] : ""
        }
    }

    /// Shares in per cent on a logarithmic axis, whose values are `log10` of the shares.
    init(logarithmsOf shares: [Double]) {
        values = shares.map { log10($0) }
        text = { percent(pow(10, $0)) }
    }

    /// Up to 1 always, so that what is missing to perfection shows; down to the tenth below the
    /// lowest value, and never a narrower view than a tenth.
    static func rangeUpToOne(holding lowest: Double?) -> ClosedRange<Double> {
        min(0.9, max(0, ((lowest ?? 0) * 10 - 1e-9).rounded(.down) / 10)) ... 1
    }

    /// `range` from `floor` to the first round number that is not below `largest`.
    package static func range(from floor: Double, toHold largest: Double, about wanted: Int = 4)
        -> ClosedRange<Double>
    {
        let top = largest > floor ? largest : floor + 1
        let values = Ticks(in: floor ... top, about: wanted).values
        guard values.count > 1 else { return floor ... top }
        let step = values[1] - values[0]
        return floor ... (floor + step * ((top - floor) / step - 1e-9).rounded(.up))
    }
}
