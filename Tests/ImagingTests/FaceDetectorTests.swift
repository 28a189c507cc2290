import Foundation
import Imaging
import Testing

struct FaceModelTests {
    @Test func theModelIsLookedForInOrder() throws {
        try withTemporaryFolder { folder in
            let models = folder.appendingPathComponent(".deps/models")
            try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
            let program = folder.appendingPathComponent(".build/release/mien")
            #expect {
                try FaceDetector.locateModel(environment: [:], program: program)
            } throws: {
                "\($0)".contains("'make setup' fetches it")
            }
            let model = models.appendingPathComponent("centerface.onnx")
            try Data([1]).write(to: model)
            #expect(
                try FaceDetector.locateModel(environment: [:], program: program).path == model.path)
            let own = folder.appendingPathComponent("own.onnx")
            #expect(throws: FaceDetectorError.modelMissing(lookedFor: [own.path])) {
                try FaceDetector.locateModel(
                    environment: ["MIEN_FACE_MODEL": own.path], program: program)
            }
            try Data([1]).write(to: own)
            let found = try FaceDetector.locateModel(
                environment: ["MIEN_FACE_MODEL": own.path], program: program)
            #expect(found.path == own.path)
        }
    }

    @Test func aFileThatIsNoModelIsRefused() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("text.onnx")
            try Data("not a network".utf8).write(to: file)
            #expect {
                try FaceDetector(model: file)
            } throws: {
                "\($0)".hasPrefix("\(file.path): is not the face detector's model: ")
            }
            #expect(throws: FaceDetectorError.modelMissing(lookedFor: [folder.path + "/none"])) {
                try FaceDetector(model: folder.appendingPathComponent("none"))
            }
        }
    }
}

@Suite(.enabled(if: hasFaceModel, "the face detector's model is not at hand: make setup"))
struct FaceDetectorTests {
    @Test(arguments: [(1, 1), (3, 700), (700, 3), (48, 48), (33, 65)])
    func emptyPicturesHaveNoFace(width: Int, height: Int) throws {
        let detector = try FaceDetector()
        for channels in [1, 3] {
            let image = Image(width: width, height: height, channels: channels, filledWith: 128)
            #expect(try detector.faces(in: image).isEmpty)
        }
    }

    @Suite(.enabled(if: !realFaces.isEmpty, "real data is not at hand: set MIEN_DATA"))
    struct RealFaces {
        /// The face of row 2 of FER-2013 on noise, at several sizes and places.
        @Test(arguments: [(48, 30, 40), (96, 200, 100), (240, 60, 20)])
        func aFaceIsFoundWhereItIs(side: Int, left: Int, top: Int) throws {
            let face = realFaces[1].resized(width: side, height: side)
            let photo = Image.noise(width: 420, height: 300, seed: 3)
                .with(face, left: left, top: top)
            let faces = try FaceDetector().faces(in: photo)
            try #require(faces.count == 1)
            let frame = Rectangle(
                left: Double(left), top: Double(top), width: Double(side), height: Double(side))
            #expect(faces[0].box.overlap(with: frame) > 0.5)
            let points = faces[0].landmarks
            #expect(points.leftEye.x < points.nose.x && points.nose.x < points.rightEye.x)
            #expect(points.leftEye.y < points.nose.y && points.nose.y < points.leftMouth.y)
        }

        /// What is kept for one size of input does no harm to others.
        @Test func earlierSizesChangeNothing() throws {
            let photo = Image.noise(width: 300, height: 200, seed: 4)
                .with(realFaces[1].resized(width: 96, height: 96), left: 50, top: 50)
            let fresh = try FaceDetector().faces(in: photo)
            let used = try FaceDetector()
            for side in [100, 260, 333, 420, 500] {
                _ = try used.faces(in: .noise(width: side, height: side, seed: 5))
            }
            #expect(try used.faces(in: photo) == fresh && !fresh.isEmpty)
        }

        /// Tiles and a sheet, closer looks at several faces.
        @Test func threadsChangeNothing() throws {
            var photo = Image.noise(width: 1500, height: 1100, seed: 7)
            for (place, side) in [48, 96, 240, 60].enumerated() {
                photo = photo.with(
                    realFaces[1].resized(width: side, height: side), left: 100 + 350 * place,
                    top: 80 + 200 * place)
            }
            let alone = try FaceDetector().faces(in: photo)
            let prepared = try FaceDetector()
            try prepared.prepare()
            #expect(alone.count > 1)
            #expect(try prepared.faces(in: photo, threads: 3) == alone)
        }

        /// A tight crop, as FER-2013's own images are.
        @Test func tightCropsAreFound() throws {
            let detector = try FaceDetector()
            let found = try realFaces.count { try !detector.faces(in: $0).isEmpty }
            // 0.97 of 40, less two for the small number.
            #expect(found >= 36, "\(found) of \(realFaces.count)")
        }

        @Test func optionsLeaveFacesOut() throws {
            let photo = Image.noise(width: 300, height: 200, seed: 6)
                .with(realFaces[1].resized(width: 96, height: 96), left: 50, top: 50)
            let large = try FaceDetector(options: .init(minimumSize: 150))
            #expect(try large.faces(in: photo).isEmpty)
            let sure = try FaceDetector(options: .init(minimumConfidence: 1))
            #expect(try sure.faces(in: photo).isEmpty)
        }
    }
}
