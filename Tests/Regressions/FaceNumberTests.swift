import Foundation
import Imaging
import ProgramSupport
import Testing

/// Face 1 is one person in every command.
@Suite(.enabled(if: DrawnPhotos.hasDetector, "\(DrawnPhotos.missing)"))
struct FaceNumberTests {
    /// Faces of equal size, which the last bits would put into an order.
    private func group() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let places = [(20, 30), (260, 40), (500, 20), (30, 280), (270, 270), (490, 290)]
        try folder.write(
            DrawnPhotos.photo(
                width: 740, height: 520, side: 200, at: places.map { (left: $0.0, top: $0.1) }
            ).encoded(as: .png), to: "group.png")
        return folder
    }

    private func boxes(_ arguments: String, _ folder: TemporaryFolder) throws -> [[Double]] {
        let outcome = try Program.shell(
            "\"$0\" predict group.png --json \(arguments)", in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try outcome.output.split(separator: "\n").map { line in
            let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let box = try #require(row?["box"] as? [String: Any])
            return ["left", "top", "width", "height"].compactMap { box[$0] as? Double }
        }
    }

    @Test func thePrecisionOfTheModelMovesNoFace() throws {
        let folder = try group()
        let fast = try boxes("", folder)
        #expect(fast.count >= 4)
        #expect(try boxes("--precision float32", folder) == fast)
        // Each is at most as large as the one before.
        let areas = fast.map { $0[2] * $0[3] }
        #expect(zip(areas, areas.dropFirst()).allSatisfy { $0 > $1 - 1 })
    }

    @Test func facesCutsInTheOrderOfPredict() throws {
        let folder = try group()
        let outcome = try Program.shell(
            "\"$0\" faces group.png --out cut --keep-low-quality --model released", in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = try folder.text("cut/manifest.csv").split(separator: "\n")
            .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let column = try #require(lines[0].firstIndex(of: "box_left"))
        let lefts = lines.dropFirst().compactMap { Double($0[column]) }
        let expected = try boxes("", folder).map { $0[0] }
        #expect(lefts.count == expected.count)
        #expect(zip(lefts, expected).allSatisfy { abs($0 - $1) < 0.01 })
    }

    @Test func theMapOfFaceOneIsOfFaceOne() throws {
        let folder = try group()
        let first = try Program.shell(
            "\"$0\" explain group.png --out maps --json --score-low-quality", in: folder)
        #expect(first.status == 0, "\(first.errors)")
        let listing = try #require(
            try JSONSerialization.jsonObject(with: Data(first.output.utf8)) as? [String: Any])
        let rows = try #require(listing["images"] as? [[String: Any]])
        let scores = rows.compactMap { $0["score"] as? Double }
        let predicted = try Program.shell(
            "\"$0\" predict group.png --json --score-low-quality --precision float32", in: folder)
        let expected = try predicted.output.split(separator: "\n").compactMap { line in
            let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return row?["score"] as? Double
        }
        #expect(scores.count == expected.count && scores.count >= 4)
        #expect(zip(scores, expected).allSatisfy { abs($0 - $1) < 1e-3 }, "\(scores) \(expected)")
    }
}
