import Foundation
import Imaging
import Mien
import Testing

/// The detector itself, on faces of FER-2013 that are put on larger pictures.
struct PredictRealTests {
    private static let isPossible = realData != nil && (try? FaceDetector.locateModel()) != nil

    @Test(.enabled(if: isPossible)) func facesAreFoundWhereTheyWerePut() async throws {
        let folder = try #require(realData)
        let data = try Dataset.load(data: folder.appendingPathComponent("fer2013.csv.gz").path)
        let tested = data.samples.indices.filter { data.samples[$0].split == .valid }
        var options = PredictionOptions()
        options.scoresLowQuality = true
        let faceExtractor = try FaceExtractor(options: options)
        let (left, top, side) = (220, 60, 192)
        var found = 0
        var others = 0
        var differences: [Double] = []
        for index in tested.prefix(10) {
            let original = data.image(at: index)
            let large = original.resized(width: side, height: side)
            var canvas = Image(width: 600, height: 400, channels: 1, filledWith: 128)
            for row in 0 ..< side {
                let start = (top + row) * canvas.width + left
                canvas.pixels.replaceSubrange(
                    start ..< start + side, with: large.pixels[row * side ..< (row + 1) * side])
            }
            let faces = try await faceExtractor.faces(in: canvas).faces
            let frame = Rectangle(
                left: Double(left), top: Double(top), width: Double(side), height: Double(side))
            let hits = faces.filter { ($0.face?.box.overlap(with: frame) ?? 0) > 0.3 }
            found += hits.isEmpty ? 0 : 1
            others += faces.count - hits.count
            if let crop = hits.first?.crop {
                let pairs = zip(crop.pixels, original.pixels)
                differences.append(
                    pairs.reduce(0) { $0 + abs(Double($1.0) - Double($1.1)) } / 2304)
            }
        }
        // About 0.97 of such large faces are found: fewer than 8 of 10 has odds of 1 in 400.
        #expect(found >= 8 && others <= 1, "\(found) found, \(others) others")
        // The crops are the originals again, apart from shifts and turns of the alignment: two
        // unrelated faces differ by about 60 levels.
        let mean = differences.reduce(0, +) / Double(max(differences.count, 1))
        #expect(mean < 35, "\(mean)")
    }
}
