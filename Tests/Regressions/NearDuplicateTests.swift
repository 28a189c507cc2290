import Evaluation
import Foundation
import Imaging
import Mien
import Testing

/// One picture in two files is one picture: saved again, cut or sized a little differently, mirrored.
struct NearDuplicateTests {
    private static let faces = SyntheticFaces(seed: 12)

    private func face(_ index: Int) -> Image {
        Image(
            width: 48, height: 48, channels: 1, pixels: Self.faces.face(at: 8 * index).pixels)
    }

    private func mirrored(_ image: Image) -> Image {
        var pixels: [UInt8] = []
        for row in 0 ..< image.height {
            pixels += image.pixels[row * image.width ..< (row + 1) * image.width].reversed()
        }
        return Image(width: image.width, height: image.height, channels: 1, pixels: pixels)
    }

    private func dataset(_ images: [Image]) -> Dataset {
        Dataset(
            name: "made",
            samples: images.indices.map {
                Sample(id: "\($0)", row: $0, emotion: $0 % 2 == 0 ? .sad : .happy)
            }, images: images)
    }

    private func near(_ images: [Image]) -> [Int] {
        let data = dataset(images)
        return Duplicates(nearlyIn: data, exact: Duplicates(in: data)).first
    }

    @Test func oneFaceInOtherFormsIsFound() throws {
        let original = face(0)
        let saved = try Image(decoding: original.encoded(as: .jpeg(quality: 75)), name: "a.jpg")
        let images = [
            original, face(1), saved.grey(), original.resized(width: 96, height: 96),
            mirrored(original), face(2), original,
        ]
        #expect(near(images) == [0, 1, 0, 0, 0, 5, 0])
        // Only the last has the very pixels.
        #expect(Duplicates(in: dataset(images)).first == [0, 1, 2, 3, 4, 5, 0])
    }

    @Test func differentFacesAndEvenPicturesAreNotTakenForOne() {
        let even = [48, 4].flatMap { side in
            (0 ..< 20).map { grey in
                Image(width: side, height: side, channels: 1, filledWith: UInt8(10 * grey))
            }
        }
        let images = (0 ..< 150).map(face) + even
        let first = near(images)
        #expect(first.indices.count { first[$0] != $0 } <= 2)
        #expect(first[150...].elementsEqual(150 ..< 190))
    }

    @Test func aSplitKeepsThemTogetherAndAnEarlierRecipeKeepsItsOwn() throws {
        let images = try (0 ..< 60).map { index -> Image in
            let face = face(index / 2)
            guard index % 2 == 1 else { return face }
            return try Image(decoding: face.encoded(as: .jpeg(quality: 80)), name: "b.jpg").grey()
        }
        let data = dataset(images)
        let labelling = try data.labelled(by: .fer2013)
        func pairsApart(_ grouping: Grouping) throws -> Int {
            let parts = try data.validationSplit(
                of: labelling, fraction: 0.3, seed: 2, grouping: grouping)
            let held = Set(parts.validation.indices)
            return (0 ..< 30).count { held.contains(2 * $0) != held.contains(2 * $0 + 1) }
        }
        #expect(try pairsApart(Grouping()) == 0)
        #expect(try pairsApart(.earlier) > 5)
    }

    /// Runs that were begun with an earlier version go on with their split.
    @Test func aRecipeWithoutTheFieldKeepsTheEarlierRule() throws {
        let text = String(decoding: try JSONEncoder().encode(Recipe.paper), as: UTF8.self)
        #expect(text.contains("\"grouping\""))
        var object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        object["grouping"] = nil
        let old = try JSONDecoder().decode(
            Recipe.self, from: JSONSerialization.data(withJSONObject: object))
        #expect(old.grouping == nil && Recipe.paper.grouping == Grouping())
    }

    /// Their number grows tenfold, the time must not grow a hundredfold: none is compared with all.
    @Test func manyFramesOfAStillSceneAreOneGroup() {
        let face = face(4)
        let images = (0 ..< 3000).map { index -> Image in
            var image = face
            image.pixels[index % 2304] ^= UInt8(1 + index / 2304)
            return image
        }
        #expect(Set(near(images)) == [0])
    }
}
