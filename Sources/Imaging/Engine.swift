import CVision

/// OpenCV behind its C header, loaded at the first use.
let vision = vision_load().pointee

/// What reads and draws images.
public enum ImageLibrary {
    /// Loads OpenCV, so that the first image need not wait for it.
    public static func load() { _ = vision.last_error() }
}
