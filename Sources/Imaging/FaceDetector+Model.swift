public import Foundation

extension FaceDetector {
    /// Where the model is: the file that `MIEN_FACE_MODEL` names, else in one of the places of
    /// ``MienResources``. `make setup` fetches it into `.deps/models`.
    ///
    /// - Throws: `FaceDetectorError.modelMissing`.
    public static func locateModel() throws(FaceDetectorError) -> URL {
        try locateModel(environment: ProcessInfo.processInfo.environment)
    }

    package static func locateModel(
        environment: [String: String], program: URL? = nil
    ) throws(FaceDetectorError) -> URL {
        let search = InstalledFile(
            name: "centerface.onnx", variable: "MIEN_FACE_MODEL", folder: ".deps/models",
            environment: environment, program: program)
        guard let found = search.found else { throw .modelMissing(lookedFor: search.lookedFor) }
        return found
    }
}
