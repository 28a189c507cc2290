import Foundation
import Imaging
import Mien
import Testing

/// Covers that are drawn on faces of FER-2013 in a picture, by the model that comes with Mien. The
/// rates are measured by Benchmarks/photos/measure_covers.py.
struct CoverRealTests {
    private static let isPossible =
        realData != nil && (try? FaceDetector.locateModel()) != nil
        && (try? ReleasedModel.locate()) != nil
    private static let (side, columns, rows) = (192, 4, 3)

    /// A picture of twelve faces, of which each pixel is drawn over where `cover` says so of its
    /// place in the face, 0...1 from the left and from above.
    private static func picture(
        of faces: [Image], _ cover: (_ x: Double, _ y: Double) -> UInt8? = { _, _ in nil }
    ) -> Image {
        let pitch = side + 64
        var picture = Image(
            width: columns * pitch, height: rows * pitch, channels: 1, filledWith: 128)
        for (number, face) in faces.enumerated() {
            let large = face.resized(width: side, height: side)
            let (left, top) = (number % columns * pitch + 32, number / columns * pitch + 32)
            for row in 0 ..< side {
                for column in 0 ..< side {
                    let place = (Double(column) / Double(side), Double(row) / Double(side))
                    picture.pixels[(top + row) * picture.width + left + column] =
                        cover(place.0, place.1) ?? large.pixels[row * side + column]
                }
            }
        }
        return picture
    }

    private static func covered(_ prediction: ImagePrediction) -> Int {
        prediction.faces.count { $0.problems.contains { $0.name == "covered" } }
    }

    @Test(.enabled(if: isPossible)) func aMaskIsNamedAndABareFaceIsNot() async throws {
        let folder = try #require(realData)
        let data = try Dataset.load(data: folder.appendingPathComponent("fer2013.csv.gz").path)
        let tested = data.samples.indices.filter { data.samples[$0].split == .valid }
        let faces = tested.prefix(Self.columns * Self.rows).map { data.image(at: $0) }
        let predictor = try Predictor(model: ReleasedModel.locate())
        let bare = try await predictor.predict(Self.picture(of: faces))
        #expect(bare.faces.count >= 10 && Self.covered(bare) <= 2, "\(Self.covered(bare))")
        let mask = try await predictor.predict(
            Self.picture(of: faces) { x, y in
                y > 0.62 - 0.1 * (1 - abs(2 * x - 1)) && abs(x - 0.5) < 0.4 ? 190 : nil
            })
        #expect(
            mask.faces.count >= 5 && 2 * Self.covered(mask) >= mask.faces.count,
            "\(Self.covered(mask)) of \(mask.faces.count)")
    }
}
