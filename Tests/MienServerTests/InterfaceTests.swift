import Foundation
import HTTPTypes
import Imaging
import Mien
import ProgramSupport
import Testing

@testable import MienServer

/// The page, the description of the interface, and the interfaces of other programs.
@Suite(.enabled(if: DrawnPhotos.hasDetector, "\(DrawnPhotos.missing)"))
struct InterfaceTests {
    @Test func descriptionAndRoutesAreTheSame() async throws {
        let server = try await TestServer.shared.value
        let paths = try #require(
            try await server.send("GET", "/openapi.json").object["paths"] as? [String: Any])
        let described = Set(
            paths.flatMap { path, methods in
                ((methods as? [String: Any]) ?? [:]).keys.map { "\($0.uppercased()) \(path)" }
            })
        #expect(described == Set(Routes.all.map { "\($0.method.rawValue) \($0.path)" }))
        for route in Routes.all {
            let method = (paths[route.path] as? [String: Any])?[route.method.rawValue.lowercased()]
            let isOpen = ((method as? [String: Any])?["security"] as? [Any])?.isEmpty == true
            #expect(isOpen == (route.scope == nil), "\(route.path)")
        }
    }

    @Test func parametersAreDescribed() async throws {
        let server = try await TestServer.shared.value
        let text = try await server.send("GET", "/openapi.json").text
        for name in FaceRoutes.parameters { #expect(text.contains("\"\(name)\"")) }
    }

    @Test func thePageIsPackedTaggedAndAsksNobodyElse() async throws {
        let server = try await TestServer.shared.value
        for path in Routes.all.map(\.path) where path == "/" || path.hasPrefix("/assets/") {
            let plain = try await server.send("GET", path)
            #expect(plain.status == 200 && !plain.body.isEmpty)
            let foreign = plain.text.replacing("http://www.w3.org/", with: "")
            #expect(!foreign.contains("http://") && !foreign.contains("https://"), "\(path)")
            let packed = try await server.send("GET", path, ["Accept-Encoding": "gzip"])
            #expect(packed.fields["content-encoding"] == "gzip")
            #expect(packed.body.starts(with: [0x1F, 0x8B]))
            let tag = try #require(plain.fields["etag"])
            let known = try await server.send("GET", path, ["If-None-Match": tag])
            #expect(known.status == 304 && known.body.isEmpty)
            let head = try await server.send("GET", path)
            #expect(head.fields["content-length"] == "\(plain.body.count)")
        }
    }

    /// Names of texts in the page, the script and the table.
    @Test func everyTextIsInEveryLanguage() throws {
        let table = String(decoding: PackageResources.words_js, as: UTF8.self)
        let parts = table.components(separatedBy: "\n  de: {")
        try #require(parts.count == 2)
        func names(_ text: String) -> Set<String> {
            let names = text.matches(of: /(?:^|[,{]|\n)\s*([a-zA-Z_]+): "/).map { String($0.1) }
            return Set(names)
        }
        let (english, german) = (names(parts[0]), names(parts[1]))
        #expect(english.count > 60 && english == german, "\(english.symmetricDifference(german))")
        let page = String(decoding: PackageResources.index_html, as: UTF8.self)
        for match in page.matches(of: /data-word="([a-zA-Z]+)"/) {
            #expect(english.contains(String(match.1)), "\(match.1)")
        }
        for name in Emotion.allCases.map(\.name) + PredictionStatus.allCases.map(\.rawValue)
        where name != "unreadable" {
            #expect(english.contains(name), "\(name)")
        }
    }

    @Test func aTensorOfFacesIsScoredAsPicturesAre() async throws {
        let server = try await TestServer.shared.value
        let face = SyntheticFaces(seed: 1).face(at: 3).pixels
        let picture = Pictures.encoded(Image(width: 48, height: 48, channels: 1, pixels: face))
        let rows = try await server.send(
            "POST", "/v1/faces?whole_image=true", ["Content-Type": "image/png"], body: picture)
        let row = try #require(
            (try JSONSerialization.jsonObject(with: Data(rows.body)) as? [[String: Any]])?.first)
        let score = Float(try #require(row["score"] as? Double))

        let numbers = face.map { "\($0)" }.joined(separator: ",")
        let json = try await server.send(
            "POST", "/v2/models/mien/infer", ["Content-Type": "application/json"],
            body: Array(
                ("{\"id\":\"7\",\"inputs\":[{\"name\":\"face\",\"datatype\":\"UINT8\",\"shape\":[1,48,48],"
                    + "\"data\":[\(numbers)]}]}").utf8))
        #expect(json.status == 200 && json.object["id"] as? String == "7", "\(json.text)")
        let outputs = try #require(json.object["outputs"] as? [[String: Any]])
        #expect(((outputs[0]["data"] as? [Double]) ?? []).map { Float($0) } == [score])
        #expect(outputs[1]["shape"] as? [Int] == [1, 8])

        let header = Array(
            ("{\"inputs\":[{\"name\":\"face\",\"datatype\":\"UINT8\",\"shape\":[1,48,48],"
                + "\"parameters\":{\"binary_data_size\":2304}}],\"outputs\":[{\"name\":\"score\","
                + "\"parameters\":{\"binary_data\":true}}]}").utf8)
        let binary = try await server.send(
            "POST", "/v2/models/mien/versions/\(server.service.models[0].version)/infer",
            ["Inference-Header-Content-Length": "\(header.count)"], body: header + face)
        let length = Int(binary.fields["inference-header-content-length"] ?? "") ?? 0
        let bytes = Array(binary.body.dropFirst(length))
        #expect(bytes == withUnsafeBytes(of: score.bitPattern.littleEndian) { Array($0) })
    }

    @Test(arguments: [
        "", "{}", "{\"inputs\":[]}",
        "{\"inputs\":[{\"name\":\"face\",\"datatype\":\"UINT8\",\"shape\":[1,48,48],\"data\":[1]}]}",
        "{\"inputs\":[{\"name\":\"face\",\"datatype\":\"UINT8\",\"shape\":[9223372036854775807,48,48],\"data\":[1]}]}",
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"/etc/passwd!\"]}]}",
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"parameters\":{\"binary_data_size\":99}}]}",
    ])
    func wrongTensorsAreRefusedInTheProtocolsForm(body: String) async throws {
        let server = try await TestServer.shared.value
        let answer = try await server.send(
            "POST", "/v2/models/mien/infer", ["Content-Type": "application/json"],
            body: Array(body.utf8))
        #expect([400, 411].contains(answer.status) && answer.object["error"] is String)
    }

    @Test func aBundleHasNoWordOfADiagnosis() async throws {
        let server = try await TestServer.shared.value
        for picture in [Pictures.two, Pictures.none] {
            let answer = try await server.send(
                "POST", "/fhir/$mien-observe", ["Content-Type": "image/png"], body: picture)
            #expect(answer.fields["content-type"] == "application/fhir+json", "\(answer.text)")
            let entries = try #require(answer.object["entry"] as? [[String: Any]])
            let resources = entries.compactMap { $0["resource"] as? [String: Any] }
            func all(_ type: String) -> [[String: Any]] {
                resources.filter { $0["resourceType"] as? String == type }
            }
            #expect(all("Observation").count == (picture == Pictures.two ? 2 : 1))
            let kinds = Dictionary(
                uniqueKeysWithValues: entries.map {
                    (
                        $0["fullUrl"] as? String ?? "",
                        ($0["resource"] as? [String: Any])?["resourceType"] as? String ?? ""
                    )
                })
            func kind(_ value: Any?) -> String? {
                ((value as? [String: Any])?["reference"] as? String).flatMap { kinds[$0] }
            }
            for observation in all("Observation") {
                #expect(observation["status"] as? String == "preliminary")
                #expect(kind(observation["device"]) == "Device")
                #expect(kind((observation["derivedFrom"] as? [Any])?.first) == "Media")
                // obs-6: a reason for no value only without a value.
                #expect(
                    (observation["valueQuantity"] == nil)
                        == (observation["dataAbsentReason"] != nil))
                for name in ["performer", "interpretation", "referenceRange", "bodySite"] {
                    #expect(observation[name] == nil)
                }
            }
            let provenance = try #require(all("Provenance").first)
            #expect(
                (provenance["target"] as? [Any])?.allSatisfy { kind($0) == "Observation" } == true)
            #expect(!answer.text.contains("loinc") && !answer.text.contains("snomed"))
            let kindsFound = Set(kinds.values)
            #expect(
                kindsFound == ["Device", "DocumentReference", "Media", "Observation", "Provenance"])
            let entities = try #require(provenance["entity"] as? [[String: Any]])
            #expect(entities.map { $0["role"] as? String } == ["source", "derivation"])
            #expect(entities.map { kind($0["what"]) } == ["Media", "DocumentReference"])
            let content = all("DocumentReference").first?["content"] as? [[String: Any]]
            let attachment = try #require(content?.first?["attachment"] as? [String: Any])
            let card = Data(base64Encoded: attachment["data"] as? String ?? "") ?? Data()
            #expect(card.count == attachment["size"] as? Int)
            #expect(String(decoding: card, as: UTF8.self).hasPrefix("# Model card"))
        }
        let same = try await server.send(
            "POST", "/v1/faces?_format=fhir", ["Content-Type": "image/png"], body: Pictures.none)
        #expect(same.object["resourceType"] as? String == "Bundle")
    }

    @Test func aBundleNamesAPseudonymAndNothingElseOfAPerson() async throws {
        let server = try await TestServer.shared.value
        let image = ["Content-Type": "image/png"]
        for path in ["/fhir/$mien-observe?", "/v1/faces?_format=fhir&"] {
            let answer = try await server.send(
                "POST", path + "subject=urn:study:7%7CP-004", image, body: Pictures.two)
            let entries = try #require(answer.object["entry"] as? [[String: Any]], "\(answer.text)")
            let first = try #require(entries.first)
            let person = try #require(first["resource"] as? [String: Any])
            #expect(Set(person.keys) == ["resourceType", "identifier"])
            #expect(person["resourceType"] as? String == "Patient")
            let identifiers = person["identifier"] as? [[String: String]]
            #expect(identifiers == [["system": "urn:study:7", "value": "P-004"]])
            var count = 0
            for case let resource as [String: Any] in entries.map({ $0["resource"] as Any })
            where ["Media", "Observation"].contains(resource["resourceType"] as? String) {
                let subject = resource["subject"] as? [String: String]
                #expect(subject == ["reference": first["fullUrl"] as? String ?? ""])
                count += 1
            }
            #expect(count == 3)
        }
        for subject in [
            "P-004", "urn:study:7%7C", "%7CP-004", "urn:study:7%7CJane%20Doe", "study%7CP",
            "javascript:a%7CP", "urn:a%7CP%7CQ", "urn:a%0Ab%7CP",
            "urn:study:7%7C" + String(repeating: "a", count: 65),
        ] {
            let answer = try await server.send(
                "POST", "/fhir/$mien-observe?subject=\(subject)", image, body: Pictures.none)
            #expect(answer.status == 400, "\(subject)")
            #expect(!answer.text.contains("Jane"))
        }
        let plain = try await server.send(
            "POST", "/v1/faces?subject=urn:study:7%7CP-004", image, body: Pictures.none)
        #expect(plain.status == 400)
    }

    @Test func scoresHaveHeatMaps() async throws {
        let server = try await TestServer.shared.value
        let answer = try await server.send(
            "POST", "/v1/explanations", ["Content-Type": "image/png"], body: Pictures.two)
        let rows = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [[String: Any]]
        let plain = try await server.send(
            "POST", "/v1/faces", ["Content-Type": "image/png"], body: Pictures.two)
        let faces = try JSONSerialization.jsonObject(with: Data(plain.body)) as? [[String: Any]]
        #expect(rows?.count == 2, "\(answer.text)")
        for (row, face) in zip(rows ?? [], faces ?? []) {
            #expect(row["score"] as? Double == face["score"] as? Double)
            guard face["score"] != nil else { continue }
            #expect(row["map"] != nil && row["method"] as? String == "gradcam")
            if row["empty"] == nil {
                let picture = Data(base64Encoded: row["heat_map"] as? String ?? "")
                #expect(picture?.starts(with: [0x89, 0x50]) == true)
            }
        }
    }

    @Test func aVideosRowsCome() async throws {
        let server = try await TestServer.shared.value
        let video = [UInt8](try DrawnPhotos.video(frames: 10))
        let answer = try await server.send(
            "POST", "/v1/videos?frames_per_second=5", ["Content-Type": "video/x-msvideo"],
            body: video)
        let lines = answer.text.split(separator: "\n")
        #expect(answer.status == 200 && lines.count > 3, "\(answer.text)")
        #expect(lines.last?.contains("\"kind\":\"end\"") == true)
        #expect(lines.contains { $0.contains("\"kind\":\"track\"") })
        let picture = try await server.send(
            "POST", "/v1/videos", ["Content-Type": "video/mp4"], body: Pictures.two)
        #expect(picture.status == 415)
    }
}
