public import Foundation

extension FaceDetector {
    /// Where the model is: the file that `MIEN_FACE_MODEL` names, else what `make setup` fetched
    /// into `.deps/models` of a folder above the running program, else `share/mien` beside the
    /// folder of the program.
    ///
    /// - Throws: `FaceDetectorError.modelMissing`.
    public static func locateModel() throws(FaceDetectorError) -> URL {
        try locateModel(
            environment: ProcessInfo.processInfo.environment,
            program: URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath())
    }

    package static func locateModel(
        environment: [String: String], program: URL
    ) throws(FaceDetectorError) -> URL {
        let name = "centerface.onnx"
        if let path = environment["MIEN_FACE_MODEL"], !path.isEmpty {
            guard isFile(path) else { throw .modelMissing(lookedFor: [path]) }
            return URL(fileURLWithPath: path)
        }
        var folder = program.deletingLastPathComponent()
        var places = [folder.deletingLastPathComponent().path + "/share/mien/" + name]
        while folder.path != "/" {
            places.append(folder.path + "/.deps/models/" + name)
            folder.deleteLastPathComponent()
        }
        guard let found = places.first(where: isFile) else {
            throw .modelMissing(lookedFor: [
                places[0], ".deps/models/\(name) above \(program.path)",
            ])
        }
        return URL(fileURLWithPath: found)
    }

    private static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && !isFolder.boolValue
    }
}
