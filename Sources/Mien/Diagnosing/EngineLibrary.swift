import Foundation

/// A library of Mien's own that holds an engine, and what the engine is for.
struct EngineLibrary {
    let name: String
    let file: String
    /// Its table of functions, which is in the program itself where the engine is linked into it.
    let symbol: String
    /// Begins the names of the libraries behind it.
    let behind: String
    let purpose: String
    let isNeeded: Bool
    /// Debian's packages of libraries that no archive of Mien holds.
    var packages: String?

    static let all = [
        EngineLibrary(
            name: "scoring engine", file: "libmien-scoring.so", symbol: "cs_functions_table",
            behind: "libdnnl", purpose: "scores faces", isNeeded: true),
        EngineLibrary(
            name: "vision engine", file: "libmien-vision.so", symbol: "vision_functions_table",
            behind: "libopencv_core", purpose: "resizes and draws", isNeeded: true),
        EngineLibrary(
            name: "picture engine", file: "libmien-media.so", symbol: "media_functions_table",
            behind: "libtiff", purpose: "reads TIFF, WebP and other pictures", isNeeded: true),
        EngineLibrary(
            name: "video engine", file: "libmien-video.so", symbol: "video_functions_table",
            behind: "libavformat", purpose: "reads videos and their sound", isNeeded: false,
            packages: "libavcodec59, libavformat59, libavutil57, libswresample4 and libswscale6"),
        EngineLibrary(
            name: "camera engine", file: "libmien-camera.so", symbol: "camera_functions_table",
            behind: "libopencv_videoio", purpose: "reads cameras", isNeeded: false,
            packages: "libopencv-videoio406"),
        EngineLibrary(
            name: "training engine", file: "libmien-torch.so", symbol: "ct_functions_table",
            behind: "libtorch_cpu", purpose: "trains, explains and converts", isNeeded: false),
        EngineLibrary(
            name: "classical engine", file: "libmien-classical.so",
            symbol: "classical_functions_table", behind: "libsvm",
            purpose: "trains support vector machines and forests", isNeeded: false),
    ]

    /// Loads each engine.
    static var checks: [Diagnosis.Check] { all.map(\.check) }

    var check: Diagnosis.Check {
        guard dlsym(nil, symbol) == nil else {
            return .init(name, "linked into the program; \(purpose)")
        }
        guard dlopen(file, RTLD_NOW | RTLD_LOCAL) != nil else {
            let reason = dlerror().map { String(cString: $0) } ?? "no reason given"
            return .init(
                name, isNeeded ? .problem : .warning, "\(file) cannot be loaded: \(reason)",
                advice: "It \(purpose). \(remedy)")
        }
        let loaded = Self.loadedLibrary(behind).map { " with \($0)" } ?? ""
        return .init(name, "\(file)\(loaded); \(purpose)")
    }

    private var remedy: String {
        if isNeeded { return "Unpack the archive of Mien anew, or build Mien with `make`." }
        let others = "Without it the rest of Mien works. "
        if let packages { return others + "Debian 12: install \(packages)." }
        return others + "The archive with training holds it, as does a build with `make`."
    }

    /// The name of a loaded library, which ends with its version in most.
    private static func loadedLibrary(_ prefix: String) -> String? {
        guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8) else {
            return nil
        }
        let paths = maps.split(separator: "\n").lazy.compactMap { $0.split(separator: " ").last }
        return paths.compactMap { $0.split(separator: "/").last }
            .first { $0.hasPrefix(prefix) }.map(String.init)
    }
}
