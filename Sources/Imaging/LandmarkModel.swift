public import Foundation
import Synchronization

/// Finds points of a face as dlib's `shape_predictor` does: an ensemble of regression trees (Kazemi
/// and Sullivan 2014, "One Millisecond Face Alignment with an Ensemble of Regression Trees").
///
/// The file is dlib's; see ``locate()``. The 68 points are those of 300-W, whose terms exclude
/// commercial use.
public final class LandmarkModel: Sendable {
    /// One round of the cascade: trees that compare pairs of pixels and move the points.
    struct Stage: Sendable, Equatable {
        /// Of each pixel, the point that it lies at, and the offset from it in the initial shape.
        var anchors: [Int]
        var offsets: [SIMD2<Float>]
        /// Splits of each tree, level by level from the root: the two pixels and the threshold.
        var first: [Int32]
        var second: [Int32]
        var thresholds: [Float]
        /// [trees, leaves, points, 2]
        var leaves: [Float]
    }

    /// The points of 300-W.
    public static let usualPointCount = 68

    /// Terms that cards and reports of models state whose features are of these points.
    public static let terms =
        "Landmarks: dlib's 68-point model. Its training set, 300-W, excludes commercial use"

    /// The points that the model finds.
    public var pointCount: Int { initialShape.count / 2 }

    /// [points, 2], in sides of the box.
    let initialShape: [Float]
    let stages: [Stage]
    /// Splits of each tree, one less than its leaves.
    let splitCount: Int

    init(initialShape: [Float], stages: [Stage], splitCount: Int) {
        self.initialShape = initialShape
        self.stages = stages
        self.splitCount = splitCount
    }

    /// Reads a file of dlib, which takes a fraction of a second for its 100 MB.
    /// - Throws: `LandmarkModelError.modelUnusable`, which names the file.
    public convenience init(contentsOf url: URL) throws(LandmarkModelError) {
        let data: Data
        do {
            data = try Data(contentsOf: url, options: .mappedIfSafe)
        } catch {
            throw .modelUnusable(path: url.path, reason: "it cannot be read")
        }
        do {
            try self.init(dlib: data)
        } catch {
            throw .modelUnusable(path: url.path, reason: error.reason)
        }
    }
}

extension LandmarkModel: Equatable {
    /// Whether both are one object.
    public static func == (left: LandmarkModel, right: LandmarkModel) -> Bool { left === right }
}

extension LandmarkModel {
    /// The file of the 68 points where Debian's package libdlib-data puts it.
    public static let packageFile = URL(
        fileURLWithPath: "/usr/share/dlib/shape_predictor_68_face_landmarks.dat")

    private static let chosen = Mutex<URL?>(nil)
    private static let loaded = Mutex<[String: LandmarkModel]>([:])

    /// The file to use before all other places; `nil`, the default, for none.
    public static var file: URL? {
        get { chosen.withLock { $0 } }
        set { chosen.withLock { $0 = newValue } }
    }

    /// Where the model is: ``file``, else the file that `MIEN_LANDMARK_MODEL` names, else one of the
    /// places of ``MienResources``, else ``packageFile``.
    ///
    /// - Throws: `LandmarkModelError.modelMissing`.
    public static func locate() throws(LandmarkModelError) -> URL {
        try locate(environment: ProcessInfo.processInfo.environment)
    }

    /// The environment variable that names another file.
    private static let variable = "MIEN_LANDMARK_MODEL"

    /// As ``locate()``; `nil` where no file is named and none is installed.
    package static func locateIfInstalled(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        package: URL = packageFile, named: URL? = file
    ) throws(LandmarkModelError) -> URL? {
        do {
            return try locate(environment: environment, package: package, named: named)
        } catch {
            let isNamed = named != nil || !environment[variable, default: ""].isEmpty
            guard case .modelMissing = error, !isNamed else { throw error }
            return nil
        }
    }

    /// - Parameters:
    ///   - package: the file of the package, the last place.
    ///   - named: the first place, and then the only one.
    package static func locate(
        environment: [String: String], package: URL = packageFile, named: URL? = file
    ) throws(LandmarkModelError) -> URL {
        func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }
        if let named {
            guard exists(named) else { throw .modelMissing(lookedFor: [named.path]) }
            return named
        }
        let search = InstalledFile(
            name: packageFile.lastPathComponent, variable: variable, folder: ".deps/models",
            environment: environment)
        if let found = search.found { return found }
        guard environment[variable, default: ""].isEmpty, exists(package) else {
            throw .modelMissing(
                lookedFor: environment[variable, default: ""].isEmpty
                    ? search.lookedFor + [package.path] : search.lookedFor)
        }
        return package
    }

    /// The model of a file, read once in the life of the program.
    public static func shared(_ url: URL) throws(LandmarkModelError) -> LandmarkModel {
        if let model = loaded.withLock({ $0[url.path] }) { return model }
        let model = try LandmarkModel(contentsOf: url)
        return loaded.withLock { models in
            if let earlier = models[url.path] { return earlier }
            models[url.path] = model
            return model
        }
    }
}

/// Why points of faces cannot be found.
public enum LandmarkModelError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no model file at any of these places.
    case modelMissing(lookedFor: [String])
    /// The file is no model of this kind, with the reason.
    case modelUnusable(path: String, reason: String)

    public var description: String {
        switch self {
        case .modelMissing(let places):
            "the model of 68 landmarks is missing (looked for \(places.joined(separator: ", "))); "
                + "install Debian's package libdlib-data (apt-get install libdlib-data), or name "
                + "the file with MIEN_LANDMARK_MODEL"
        case .modelUnusable(let path, let reason):
            "\(path): is no landmark model of dlib: \(reason); take the file of Debian's package "
                + "libdlib-data"
        }
    }
}
