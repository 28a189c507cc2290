import Foundation

/// Something drawn from numbers, together with the numbers.
public protocol Figure: Sendable {
    /// The kind of figure, a word.
    static var name: String { get }
    /// For file names and for the ids inside the drawing: letters, digits and hyphens. The kind,
    /// unless there can be several of it.
    var fileName: String { get }
    /// What is drawn, in one line.
    var title: String { get }
    /// What is to be seen, in words and numbers, for readers who do not see the drawing.
    var summary: String { get }
    /// A whole SVG document: in inches for a paper's column, in light or dark colours as the
    /// reader's screen asks, with a title and a description for screen readers.
    /// - Parameter id: letters, digits and hyphens; not the same for two figures of one page.
    func svg(id: String) -> String
    /// The numbers that are drawn, with a header line.
    var csv: String { get }
}

extension Figure {
    public var fileName: String { Self.name }
    public var svg: String { svg(id: fileName) }
}

/// Every digit of a number that is needed to read it back; `nil` where it is missing.
func exact(_ value: Double?) -> String? { value.map { "\($0)" } }

/// A count with commas between the thousands.
func grouped(_ count: Int) -> String {
    let digits = Array(String(count))
    return digits.indices.reduce(into: "") { text, index in
        if index > 0, (digits.count - index) % 3 == 0, digits[index - 1] != "-" { text += "," }
        text.append(digits[index])
    }
}

/// "AUC 0.971" and "95 % interval 0.965 to 0.976", for the inside of a plot.
func lines(_ name: String, _ estimate: Estimate, confidence: Double) -> [String] {
    guard let value = estimate.value else {
        return ["\(name): none", estimate.reason ?? "no reason given"]
    }
    guard let low = estimate.low, let high = estimate.high else {
        return ["\(name) \(fixed(value, 3))"]
    }
    return [
        "\(name) \(fixed(value, 3))",
        "\(percent(confidence)) interval \(fixed(low, 3)) to \(fixed(high, 3))",
    ]
}

/// Small letters and digits with hyphens between them, for file names.
func slug(_ text: String) -> String {
    text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        .joined(separator: "-")
}

/// "95 %", "97.5 %".
func percent(_ share: Double) -> String {
    let rounded = (share * 1000).rounded() / 10
    return fixed(rounded, rounded == rounded.rounded() ? 0 : 1) + " %"
}
