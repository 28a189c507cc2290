import Foundation
import Imaging
import Testing

struct LandmarkModelTests {
    /// Golden/landmarks.json, which dlib made.
    private struct Golden: Decodable {
        struct Case: Decodable {
            let box: [Double]
            let points: [Int]
        }

        let model: Data
        let cases: [Case]
    }

    private func loadGolden() throws -> Golden {
        try JSONDecoder().decode(Golden.self, from: Data(try golden("landmarks.json")))
    }

    /// The picture of `landmarks.cpp`.
    private let picture: Image = {
        let (x, y) = (31, 33)
        var image = Image(width: 90, height: 80, channels: 1, filledWith: 0)
        for row in 0 ..< image.height {
            for column in 0 ..< image.width {
                let bright = (column - x) * (column - x) + (row - y) * (row - y)
                let dark =
                    (column - x - 24) * (column - x - 24) + (row - y - 8) * (row - y - 8)
                image.pixels[row * image.width + column] =
                    bright < 100 ? 240 : dark < 64 ? 5 : UInt8(60 + column + row / 2)
            }
        }
        return image
    }()

    private func model(of data: Data) throws -> LandmarkModel {
        var model: LandmarkModel?
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("model.dat")
            try data.write(to: file)
            model = try LandmarkModel(contentsOf: file)
        }
        return try #require(model)
    }

    @Test func pointsAreThoseThatDlibRoundsToPixels() throws {
        let golden = try loadGolden()
        let model = try model(of: golden.model)
        #expect(model.pointCount == 5)
        #expect(golden.cases.count == 3)
        for one in golden.cases {
            let box = Rectangle(
                left: one.box[0], top: one.box[1], width: one.box[2], height: one.box[3])
            let points = model.points(in: picture, box: box)
            let pixels = points.flatMap { [Int($0.x.rounded(.down)), Int($0.y.rounded(.down))] }
            #expect(pixels == one.points, "box \(one.box)")
        }
    }

    @Test func aColourPictureCountsAsItsGrey() throws {
        let golden = try loadGolden()
        let model = try model(of: golden.model)
        let box = Rectangle(left: 12, top: 10, width: 64, height: 64)
        #expect(model.points(in: picture.rgb(), box: box) == model.points(in: picture, box: box))
    }

    @Test func everyTruncatedFileIsRefusedWithItsName() throws {
        let data = try loadGolden().model
        for count in [0, 1, 2, 10, data.count / 2, data.count - 1] {
            let error = #expect(throws: LandmarkModelError.self) {
                try model(of: data.prefix(count))
            }
            guard case .modelUnusable(let path, let reason) = error else {
                Issue.record("expected modelUnusable of \(count) bytes, got \(error as Any)")
                continue
            }
            #expect(path.hasSuffix("model.dat") && reason.hasPrefix("byte "))
        }
    }

    @Test func otherVersionsAndFurtherBytesAreNamed() throws {
        let data = try loadGolden().model
        var other = data
        other[other.startIndex + 1] = 2
        #expect(reason(other)?.contains("found version 2, expected 1") == true)
        #expect(reason(data + [1, 0])?.contains("2 more bytes, expected the end") == true)
    }

    private func reason(_ data: Data) -> String? {
        let error = #expect(throws: LandmarkModelError.self) { try model(of: data) }
        guard case .modelUnusable(_, let reason) = error else { return nil }
        return reason
    }

    /// A file with a changed byte is refused, or is another model whose points are numbers.
    @Test func noChangedByteEndsTheProgram() throws {
        let data = try loadGolden().model
        var refused = 0
        for place in stride(from: 0, to: data.count, by: 11) {
            var changed = data
            changed[changed.startIndex + place] ^= UInt8(truncatingIfNeeded: 1 << (place % 8))
            do {
                let points = try model(of: changed).points(
                    in: picture, box: Rectangle(left: 12, top: 10, width: 64, height: 64))
                #expect(!points.isEmpty)
            } catch is LandmarkModelError {
                refused += 1
            }
        }
        #expect(refused > 20)
    }

    @Test func theFileThatIsNamedComesFirstAndThePackageLast() throws {
        try withTemporaryFolder { folder in
            let package = folder.appendingPathComponent("package.dat")
            let own = folder.appendingPathComponent("own.dat")
            try Data([1]).write(to: package)
            #expect(
                try LandmarkModel.locate(environment: [:], package: package, named: nil) == package)
            let environment = ["MIEN_LANDMARK_MODEL": own.path]
            let error = #expect(throws: LandmarkModelError.self) {
                try LandmarkModel.locate(environment: environment, package: package, named: nil)
            }
            #expect(error == .modelMissing(lookedFor: [own.path]))
            #expect("\(error as Any)".contains("apt-get install libdlib-data"))
            try Data([2]).write(to: own)
            #expect(
                try LandmarkModel.locate(environment: environment, package: package, named: nil)
                    .path
                    == own.path)
        }
    }
}
