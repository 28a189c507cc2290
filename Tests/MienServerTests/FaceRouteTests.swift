import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

@testable import MienServer

/// `POST /v1/faces` beside the command line, one request and many.
@Suite(.enabled(if: DrawnPhotos.hasDetector, "\(DrawnPhotos.missing)"))
struct FaceRouteTests {
    /// The rows that the program prints, without their paths.
    private static func rows(_ picture: [UInt8], _ options: [String] = []) throws -> [String] {
        let folder = try TemporaryFolder()
        let path = try folder.write(picture, to: "a.png")
        let outcome = try Program.run(Program.url, ["predict", "--json", path] + options)
        return outcome.output.split(separator: "\n").map {
            String($0).replacing("\"path\":\"\(path)\",", with: "")
        }
    }

    /// The answer's rows, without the notice.
    private static func rows(of answer: RawAnswer) -> [String] {
        let lines = answer.text.split(separator: "\n").map {
            String($0).replacing("\"notice\":\"\(FaceRoutes.notice)\",", with: "")
        }
        return lines
    }

    private static let lines = ["Accept": "application/x-ndjson", "Content-Type": "image/png"]

    @Test func answersAreTheProgramsBitForBit() async throws {
        let server = try await TestServer.shared.value
        for picture in [Pictures.two, Pictures.none] {
            let expected = try await onThread { try Self.rows(picture) }
            let answer = try await server.send("POST", "/v1/faces", Self.lines, body: picture)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(Self.rows(of: answer) == expected)
            #expect(answer.text.contains("\"notice\":"))
        }
        let whole = try await onThread { try Self.rows(Pictures.two, ["--whole-image"]) }
        let answer = try await server.send(
            "POST", "/v1/faces?whole_image=true", Self.lines, body: Pictures.two)
        #expect(Self.rows(of: answer) == whole)
        let largest = try await onThread { try Self.rows(Pictures.two, ["--largest"]) }
        let first = try await server.send(
            "POST", "/v1/faces?largest", Self.lines, body: Pictures.two)
        #expect(Self.rows(of: first) == largest && largest.count == 1)
    }

    @Test func sixtyFourAtOnceAreAnsweredAsOne() async throws {
        let server = try await TestServer.shared.value
        // Pictures that differ, so that an answer of another one would show.
        let pictures = (0 ..< 64).map { number in
            Pictures.encoded(
                DrawnPhotos.photo(
                    width: 320, height: 240, side: 150 + number % 8,
                    at: [(left: 20 + number, top: 40)]))
        }
        var alone: [[String]] = []
        for picture in pictures.prefix(8) {
            alone.append(
                Self.rows(
                    of: try await server.send("POST", "/v1/faces", Self.lines, body: picture)))
        }
        let together = try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
            for (number, picture) in pictures.enumerated() {
                group.addTask {
                    let answer = try await server.send(
                        "POST", "/v1/faces", Self.lines, body: picture)
                    return (number, answer.status == 200 ? Self.rows(of: answer) : [answer.text])
                }
            }
            return try await group.reduce(into: [Int: [String]]()) { $0[$1.0] = $1.1 }
        }
        #expect(together.count == 64)
        for (number, rows) in alone.enumerated() { #expect(together[number] == rows) }
        #expect(Set(alone.map { $0.joined() }).count == alone.count)
    }

    @Test func aPictureComesInThreeForms() async throws {
        let server = try await TestServer.shared.value
        let raw = try await server.send(
            "POST", "/v1/faces", ["Content-Type": "image/png"], body: Pictures.two)
        let form =
            Array(
                ("--b\r\n"
                    + "Content-Disposition: form-data; name=\"image\"; filename=\"../../etc/x\"\r\n"
                    + "Content-Type: text/plain\r\n\r\n").utf8) + Pictures.two
            + Array("\r\n--b--\r\n".utf8)
        let multipart = try await server.send(
            "POST", "/v1/faces", ["Content-Type": "multipart/form-data; boundary=b"], body: form)
        let json = try await server.send(
            "POST", "/v1/faces", ["Content-Type": "application/json"],
            body: Array(
                "{\"image\": \"\(Data(Pictures.two).base64EncodedString())\"}".utf8))
        #expect(raw.status == 200 && raw.body == multipart.body && raw.body == json.body)
        #expect(raw.fields["server-timing"]?.contains("score;dur=") == true)
        let rows = try JSONSerialization.jsonObject(with: Data(raw.body)) as? [[String: Any]]
        #expect(rows?.count == 2 && rows?.first?["path"] == nil)
    }

    @Test func facesThatAreUnsureAreAbstainedFrom() async throws {
        let server = try await TestServer.shared.value
        let answer = try await server.send(
            "POST", "/v1/faces?abstain_below=1&limit=1", Self.lines, body: Pictures.two)
        #expect(answer.text.contains("\"status\":\"abstained\""), "\(answer.text)")
    }

    @Test func theModelsCardNamesLimitsAndFigures() async throws {
        let server = try await TestServer.shared.value
        let card = try await server.send("GET", "/v1/model").object
        let url = try ModelPlace.file(ModelPlace.released)
        #expect(card["sha256"] as? String == (try Model.sha256(ofFile: url)))
        #expect((card["limits"] as? [String: Any])?["pixels"] as? Double == 50_000_000)
        #expect((card["classes"] as? [String])?.count == 8)
        #expect("\(card)".contains("/work") == false && "\(card)".contains("/home") == false)
    }
}
