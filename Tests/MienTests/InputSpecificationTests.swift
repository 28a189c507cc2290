import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing
import Torch

/// Colour and grey pixels on their way to a network.
struct InputSpecificationTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        var pixels: [UInt8] = []
        for place in 0 ..< 48 * 48 { pixels += place % 48 < 24 ? [200, 10, 30] : [20, 40, 60] }
        let colour = Image(width: 48, height: 48, channels: 3, pixels: pixels)
        try folder.write(try colour.encoded(as: .png), to: "sad/colour.png")
        try folder.writeImage(grey: 77, to: "happy/grey.png")
    }

    private let rgb = InputSpecification(
        channels: .rgb, size: 32, normalization: .imageNet)

    @Test func colourKeepsItsPlanesAndGreyRepeatsIts() throws {
        let dataset = try Dataset.load(data: folder.path, input: rgb)
        #expect(dataset.samples.map(\.id) == ["happy/grey.png", "sad/colour.png"])
        #expect(dataset.notes.contains { $0.description.hasPrefix("1 of 2 images have no colour") })
        let batch = rgb.batch(of: dataset, samples: [1, 0])
        #expect(batch.planes.count == 2 * 3 * 32 * 32)
        let first = Array(batch.plane(0))
        #expect([first[0], first[1024], first[2048]] == [Float(200), 10, 30])
        #expect([first[1023], first[2047], first[3071]] == [Float(20), 40, 60])
        #expect(batch.plane(1).allSatisfy { $0 == 77 })
        let tensor = batch.tensor(rgb.normalization, dtype: .float32, device: .cpu)
        #expect(tensor.shape == [2, 3, 32, 32])
        let green = tensor.floats[1024]
        #expect(abs(green - (10 / 255 - 0.456) / 0.224) < 1e-5)
    }

    @Test func greyIsTheSameWhetherColourWasKept() throws {
        let grey = InputSpecification(size: 40)
        let kept = try Dataset.load(data: folder.path, input: rgb)
        let read = try Dataset.load(data: folder.path, input: grey)
        #expect(read.notes.allSatisfy { !$0.description.contains("no colour") })
        #expect(
            grey.batch(of: kept, samples: [0, 1]).planes
                == grey.batch(of: read, samples: [0, 1]).planes)
        #expect(read.image(at: 1).channels == 1 && kept.image(at: 1).channels == 3)
    }

    @Test func variationsAndMixingTreatPlanesAlike() throws {
        let dataset = try Dataset.load(data: folder.path, input: rgb)
        var variation = SampledTransform(warp: Warp(flipped: true))
        variation.brightness = 0.1
        var batch = rgb.batch(of: dataset, samples: [1, 0]) { _ in variation }
        let flipped = Array(batch.plane(0))
        #expect([flipped[0], flipped[1024], flipped[2048]] == [Float(45.5), 65.5, 85.5])
        batch.mix(keeping: [0.5, 1])
        #expect(batch.plane(0)[0] == (45.5 + 102.5) / 2)
        #expect(batch.plane(1).allSatisfy { $0 == 102.5 })
    }

    @Test func recipesWithoutItMeanGrey() throws {
        var recipe = Recipe()
        let fields = try #require(
            JSONSerialization.jsonObject(with: JSONEncoder().encode(recipe)) as? [String: Any])
        #expect(fields["channels"] == nil && fields["crop"] == nil)
        #expect(recipe.input().channels == .grey && recipe.input().crop == FaceCrop())
        recipe.channels = .rgb
        recipe.imageSize = 100
        #expect(recipe.input().crop == FaceCrop(size: 100))
        recipe.crop = FaceCrop(scale: 9)
        #expect(throws: UsageError.self) { try recipe.validate() }
    }

    @Test func theCropOfAColourModelIsItsOwn() async throws {
        var options = PredictionOptions()
        options.workers = 1
        let input = InputSpecification(
            channels: .rgb, size: 64, crop: FaceCrop(scale: 1.5, size: 64))
        let photo = Image(width: 200, height: 200, channels: 3, filledWith: 99)
        let usual = try await FaceExtractor(options: options) { OneFace() }.faces(in: photo)
        let wide = try await FaceExtractor(options: options, input: input) { OneFace() }
            .faces(in: photo)
        let (narrow, other) = (try #require(usual.faces.first), try #require(wide.faces.first))
        #expect(narrow.crop.width == 48 && narrow.crop.channels == 1)
        #expect(other.crop.width == 64 && other.crop.channels == 3)
        #expect(narrow.quality == other.quality)
        let (small, large) = (try #require(narrow.toPhoto), try #require(other.toPhoto))
        let middle = (
            small(Point(x: 24, y: 24)), large(Point(x: 32, y: 32))
        )
        #expect(middle.0.distance(to: middle.1) < 1e-9)
        let sides = (
            small(Point(x: 0, y: 0)).distance(to: small(Point(x: 48, y: 0))),
            large(Point(x: 0, y: 0)).distance(to: large(Point(x: 64, y: 0)))
        )
        #expect(abs(sides.1 / sides.0 - 1.5) < 1e-9)
    }

    private struct OneFace: FaceDetection {
        func faces(in image: Image, threads: Int, minimumConfidence: Double?) -> [DetectedFace] {
            [
                DetectedFace(
                    box: Rectangle(left: 60, top: 60, width: 80, height: 80),
                    landmarks: FaceLandmarks(
                        leftEye: Point(x: 85, y: 85), rightEye: Point(x: 115, y: 85),
                        nose: Point(x: 100, y: 100), leftMouth: Point(x: 88, y: 118),
                        rightMouth: Point(x: 112, y: 118)), confidence: 0.9)
            ]
        }
    }
}
