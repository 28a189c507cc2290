import Evaluation
import Foundation
import Testing

@Suite struct ReportPageTests {
    private let nasty = "a<b> & \"c\" 'd' </script>\u{1}é"

    private func figure(_ positive: String) throws -> RocFigure {
        let scores = [0.9, 0.8, 0.4, 0.3]
        let labels = [true, false, true, false]
        return RocFigure(
            curve: try RocCurve(scores: scores, labels: labels),
            metrics: try BinaryMetrics(
                scores: scores, labels: labels, bootstrap: Bootstrap(resamples: 0)),
            positive: positive)
    }

    private func page() throws -> ReportPage {
        let roc = try figure(nasty)
        return ReportPage(
            title: nasty,
            opening: [.caution(nasty, nasty), .facts([(term: nasty, value: nasty)])],
            sections: [
                .init(
                    "one", nasty,
                    [
                        .paragraph(nasty), .heading(nasty), .list([nasty, nasty]), .block(nasty),
                        .table(nasty, [nasty, "two"], [[nasty, "x"]]),
                    ]),
                .init(
                    "two", "Two",
                    [
                        .figures([
                            .figure(roc, id: "first", note: nasty), .figure(roc, id: "second"),
                        ]),
                        .picture([1, 2, 3], .png, alternative: nasty, caption: nasty, width: 9),
                    ]),
            ], closing: nasty)
    }

    @Test func whatIsWrittenIsReadBackByAStrictParser() throws {
        let reader = try FigureReader(try page().html)
        // XML cannot hold the control character.
        let read = nasty.replacingOccurrences(of: "\u{1}", with: "\u{FFFD}")
        for name in ["title", "h1", "h2", "h3", "li", "code", "caption", "strong", "dt", "dd"] {
            #expect(
                reader.elements.contains { $0.name == name && $0.text.contains(read) }, "\(name)")
        }
        #expect(reader.elements.contains { $0.attributes["alt"] == read })
        #expect(reader.elements.contains { $0.attributes["aria-label"] == read })
        #expect(!reader.elements.contains { $0.name == "b" || $0.name == "script" })
    }

    @Test func idsAreUniqueAndLinksLeadToThem() throws {
        let reader = try FigureReader(try page().html)
        let ids = reader.elements.compactMap { $0.attributes["id"] }
        #expect(Set(ids).count == ids.count)
        #expect(ids.contains("first") && ids.contains("second-drawing-title"))
        for attribute in ["href", "aria-labelledby"] {
            let targets = reader.elements.compactMap { $0.attributes[attribute] }
                .flatMap { $0.split(separator: " ") }
            #expect(!targets.isEmpty)
            for target in targets {
                #expect(ids.contains(String(target.drop { $0 == "#" })), "\(target)")
            }
        }
    }

    @Test func nothingIsFetched() throws {
        let html = try page().html
        let reader = try FigureReader(html)
        for element in reader.elements {
            #expect(!["script", "link", "iframe", "object", "base"].contains(element.name))
            for name in ["src", "href", "xlink:href", "data", "action"] {
                guard let value = element.attributes[name] else { continue }
                #expect(value.hasPrefix("#") || value.hasPrefix("data:"), "\(value)")
            }
            #expect(!element.attributes.keys.contains { $0.hasPrefix("on") })
        }
        let policy = reader.elements.first { $0.attributes["http-equiv"] != nil }
        #expect(policy?.attributes["content"]?.hasPrefix("default-src 'none'") == true)
        #expect(!html.contains("@import") && !html.contains("url("))
    }

    @Test func landmarksAndHeadingsAreThere() throws {
        let names = try FigureReader(try page().html).elements.map(\.name)
        for landmark in ["header", "nav", "main", "footer", "h1"] {
            #expect(names.count { $0 == landmark } == 1, "\(landmark)")
        }
        #expect(names.count { $0 == "section" } == 2 && names.count { $0 == "h2" } == 2)
        #expect(names.count { $0 == "svg" } == 2)
    }

    @Test func picturesLieInThePage() throws {
        let reader = try FigureReader(try page().html)
        let image = try #require(reader.elements.first { $0.name == "img" })
        #expect(image.attributes["src"] == "data:image/png;base64,AQID")
        #expect(image.attributes["width"] == "9")
    }
}
