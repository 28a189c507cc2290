/// Why faces could not be looked for.
public enum FaceDetectorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no model file at any of these places.
    case modelMissing(lookedFor: [String])
    /// The file is not the network of CenterFace, with the reason.
    case modelUnusable(path: String, reason: String)
    /// The network could not be run on an image.
    case failed(String)

    public var description: String {
        switch self {
        case .modelMissing(let places):
            "the face detector's model is missing (looked for \(places.joined(separator: ", "))); "
                + "'make setup' fetches it, or name its file with MIEN_FACE_MODEL, its folder with "
                + "MIEN_RESOURCES"
        case .modelUnusable(let path, let reason):
            "\(path): is not the face detector's model: \(reason); remove it and run 'make setup'"
        case .failed(let reason):
            "the face detector failed: \(reason)"
        }
    }
}
