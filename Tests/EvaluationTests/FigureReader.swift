import Evaluation
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Reads an SVG with a strict parser.
final class FigureReader: NSObject, XMLParserDelegate {
    struct Element {
        let name: String
        let attributes: [String: String]
        var text = ""

        func number(_ attribute: String) -> Double? {
            attributes[attribute].flatMap { Double($0) }
        }
    }

    private(set) var elements: [Element] = []
    private var open: [Int] = []

    init(_ svg: String) throws {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        let wellFormed = parser.parse()
        #expect(wellFormed, "\(String(describing: parser.parserError))")
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        open.append(elements.count)
        elements.append(Element(name: name, attributes: attributes))
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        if let last = open.last { elements[last].text += text }
    }

    func parser(
        _ parser: XMLParser, didEndElement: String, namespaceURI: String?, qualifiedName: String?
    ) {
        open.removeLast()
    }

    var texts: [String] { elements.filter { $0.name == "text" }.map(\.text) }

    /// The drawn lines of a class.
    func paths(_ style: String) -> [String] {
        elements.filter { $0.name == "path" && $0.attributes["class"] == style }
            .compactMap { $0.attributes["d"] }
    }

    /// The middles of the round marks of a class.
    func circles(_ style: String) -> [(x: Double, y: Double)] {
        elements.filter { $0.name == "circle" && $0.attributes["class"] == "mark " + style }
            .compactMap { element in
                element.number("cx").flatMap { x in element.number("cy").map { (x, $0) } }
            }
    }
}

/// Whether two places are the same to the two decimals that a drawing has.
func areSame(_ place: (x: Double, y: Double)?, _ x: Double, _ y: Double) -> Bool {
    place.map { abs($0.x - x) < 0.0051 && abs($0.y - y) < 0.0051 } ?? false
}

/// What holds for every figure: strict XML, a title and a description that are linked, numbers
/// that are finite and inside the page, and a csv whose rows have the columns of its header.
func expectReadable(_ figure: some Figure) throws {
    let kind = figure.fileName
    let reader = try FigureReader(figure.svg)
    let root = try #require(reader.elements.first)
    #expect(root.attributes["role"] == "img")
    let named = root.attributes["aria-labelledby"]?.split(separator: " ").map(String.init)
    #expect(named == reader.elements.compactMap { $0.attributes["id"] }, "\(kind)")
    let told = reader.elements.filter { ["title", "desc"].contains($0.name) }.map(\.text)
    // XML cannot hold the first control character.
    let expected = [figure.title, figure.summary].map {
        $0.replacingOccurrences(of: "\u{1}", with: " ")
    }
    #expect(told == expected && !told.contains(""), "\(kind)")
    #expect(figure.svg(id: "two").contains("id=\"two-title\""))
    let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789-")
    #expect(!kind.isEmpty && allowed.isSuperset(of: kind))

    let box = try #require(root.attributes["viewBox"]).split(separator: " ")
        .compactMap { Double($0) }
    #expect([252, 504].contains(box[2]), "one column or two, in points")
    for element in reader.elements {
        for name in ["x", "y", "cx", "cy", "width", "height", "d"] {
            guard let value = element.attributes[name], element.name != "svg", value != "100%"
            else { continue }
            let parts = value.split { "MLZ ".contains($0) }
            let numbers = parts.compactMap { Double($0) }
            #expect(numbers.count == parts.count && numbers.allSatisfy(\.isFinite), "\(value)")
            let limits = name == "d" ? [box[2], box[3]] : [max(box[2], box[3])]
            for (index, number) in numbers.enumerated() {
                #expect(
                    number >= 0 && number <= limits[index % limits.count], "\(kind): \(value)")
            }
        }
    }
    for text in reader.elements where text.name == "text" {
        // Narrower than any real font, so that only what is surely too long is found.
        let width = Double(text.text.count) * 7.5 * 0.4
        let x = text.number("x") ?? .nan
        let isUpright = text.attributes["transform"] != nil
        let start: Double =
            switch text.attributes["text-anchor"] {
            case "end": x - width
            case "middle": x - width / 2
            default: x
            }
        #expect(isUpright || start >= 0 && start + width <= box[2], "\(kind): \(text.text)")
    }
    let rows = figure.csv.split(separator: "\n").filter { !$0.contains("\"") }
    #expect(Set(rows.map { $0.filter { $0 == "," }.count }).count <= 1, "\(kind): \(figure.csv)")
    #expect(!figure.csv.contains("nan") && !figure.csv.contains("inf"))
}
