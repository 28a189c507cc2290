import Foundation
import Imaging
import ProgramSupport
import Testing

/// A model of classes that Mien does not know, on pictures in colour, from training to prediction.
struct OwnClassesTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        // Equal grey levels: colour alone tells the classes.
        let colours: [(String, [UInt8])] = [
            ("smile", [200, 60, 60]), ("frown", [40, 135, 95]),
        ]
        for (split, count) in [("train", 12), ("test", 4)] {
            for (name, colour) in colours {
                for number in 0 ..< count {
                    let pixels = (0 ..< 100 * 100).flatMap { place in
                        colour.map { $0 &+ UInt8((place / 100 * 7 + place * number) % 29) }
                    }
                    let image = Image(width: 100, height: 100, channels: 3, pixels: pixels)
                    try folder.write(
                        try image.encoded(as: .png), to: "faces/\(split)/\(name)/\(number).png")
                }
            }
        }
    }

    @Test func theyTrainAndAreMeasuredAndPredicted() throws {
        let (data, run) = (folder.path("faces"), folder.path("run"))
        let trained = try Program.run(
            "train", "--data", data, "--classes", "smile,frown", "--positive", "frown",
            "--channels", "rgb", "--head", "emotions", "--labels", "fer2013", "--image-size", "32",
            "--batch-size", "8", "--epochs", "4", "--learning-rate", "1e-3", "--threads", "1",
            "--no-group-by-name", "--no-report", "--out", run)
        #expect(trained.status == 0, "\(trained.errors)")
        let measured = try Program.run("evaluate", "--model", run, "--data", data, "--json")
        #expect(measured.status == 0, "\(measured.errors)")
        #expect(measured.output.contains("\"emotion\" : \"frown\""))
        let predicted = try Program.run(
            "predict", "--model", run, "--whole-image", "--csv",
            folder.path("faces/test/smile/0.png"))
        #expect(predicted.status == 0, "\(predicted.errors)")
        #expect(predicted.output.contains("emotions_smile,emotions_frown,track"))
    }

    @Test func thePositiveClassIsOneOfThem() throws {
        let trained = try Program.run(
            "train", "--data", folder.path("faces"), "--classes", "smile,frown", "--labels",
            "fer2013", "--out", folder.path("run"))
        #expect(trained.status == 2)
        #expect(trained.errors.contains("some of the classes smile, frown"))
    }
}
