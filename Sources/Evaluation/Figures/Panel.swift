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

    /// Grid lines, the two axes, their marks and their names.
    func drawAxes(
        in svg: inout SVG, xTicks: Ticks, yTicks: Ticks, xName: String?, yName: String,
        yNameOffset: Double = 28
    ) {
        for tick in yTicks.values {
            let y = point(horizontal.lowerBound, tick).y
            svg.path([(left, y), (right, y)], style: "grid")
            svg.path([(left - 2.5, y), (left, y)], style: "tick")
            svg.text(
                yTicks.text(tick), x: left - 4.5, y: y + 2.4, anchor: .end, style: "small")
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
            svg.text(xName, x: left + width / 2, y: bottom + 20, anchor: .middle)
        }
        svg.text(
            yName, x: left - yNameOffset, y: top + height / 2, anchor: .middle, upright: true)
    }
}

/// Round numbers along an axis.
package struct Ticks {
    package let values: [Double]
    private let decimals: Int

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
        decimals = max(0, Int(-floor(log10(used) + 1e-9)))
    }

    package func text(_ value: Double) -> String {
        decimals == 0 ? grouped(Int(value.rounded())) : fixed(value, decimals)
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
