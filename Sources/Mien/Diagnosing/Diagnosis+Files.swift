import Foundation
import Imaging
import Networks

/// Models, folders and helpers outside of the program.
extension Diagnosis {
    /// Less free space than this is little for a run.
    private static let littleSpace = 1_000_000_000

    static func files(_ environment: [String: String]) -> [Check] {
        ReleasedModel.allCases.map { releasedModel($0, environment) } + [faceModel(environment)]
    }

    private static func releasedModel(
        _ released: ReleasedModel, _ environment: [String: String]
    ) -> Check {
        let name = released == .resnet18 ? "released model" : "tiny model"
        let advice: Advice =
            "Commands need \(setting: "model") then. Install the whole archive, or let "
            + "\(released.variable) name the file."
        do {
            let url = try ReleasedModel.locate(released, environment: environment)
            let model = try Model(contentsOf: url)
            return Check(
                name, "\(url.path), \(model.card.title), \(model.card.created)")
        } catch {
            return Check(name, .warning, "\(error)", advice: advice)
        }
    }

    private static func faceModel(_ environment: [String: String]) -> Check {
        let name = "face detector"
        do {
            let model = try FaceDetector.locateModel(environment: environment)
            return Check(name, "\(model.path)")
        } catch {
            return Check(
                name, .problem, "\(error)",
                advice: "Run `make setup`, or let MIEN_FACE_MODEL name the file.")
        }
    }

    static func folders(_ environment: [String: String]) -> [Check] {
        let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        return [
            folder(
                "current folder", here, advice: "Write to another folder with \(setting: "out")."),
            folder(
                "temporary folder", FileManager.default.temporaryDirectory,
                advice: "Let TMPDIR name a folder that can be written."),
            folder(
                "cache of weights", WeightsCache(environment: environment).folder,
                advice: "Let MIEN_CACHE name a folder that can be written."),
        ]
    }

    /// Whether files can be written to a folder, or to the nearest that is there above it.
    private static func folder(_ name: String, _ folder: URL, advice: Advice) -> Check {
        var existing = folder.standardizedFileURL
        while !FileManager.default.fileExists(atPath: existing.path), existing.path != "/" {
            existing.deleteLastPathComponent()
        }
        guard access(existing.path, W_OK | X_OK) == 0 else {
            return Check(name, .warning, "\(folder.path) cannot be written", advice: advice)
        }
        guard let free = freeBytes(existing.path) else { return Check(name, "\(folder.path)") }
        let found: Advice = "\(folder.path), \(gigabytes(free)) free"
        return free >= littleSpace
            ? Check(name, found)
            : Check(name, .warning, found, advice: "Free some space, or: \(advice)")
    }

    private static func freeBytes(_ path: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)
        return (attributes?[.systemFreeSize] as? NSNumber)?.intValue
    }

    static func tools(_ environment: [String: String]) -> [Check] {
        [
            tool("curl", environment, purpose: "mien weights fetch", package: "curl"),
            tool(
                "rsvg-convert", environment, purpose: "figures as PNG", package: "librsvg2-bin"),
        ]
    }

    private static func tool(
        _ name: String, _ environment: [String: String], purpose: String, package: String
    ) -> Check {
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        let places: [String] = folders.map { "\($0)/\(name)" }
        guard let found = places.first(where: { access($0, X_OK) == 0 })
        else {
            return Check(
                name, .warning, "not on the PATH; optional, for \(purpose)",
                advice: "Install the Debian package \(package).")
        }
        return Check(name, "\(found); for \(purpose)")
    }
}
