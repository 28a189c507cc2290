import CVision

/// What resizes and writes text: OpenCV behind its C header, loaded at the first use.
let vision = vision_load().pointee

/// What reads images that are neither PNG nor JPEG; loaded at the first use.
let media = media_load().pointee

/// What reads videos: FFmpeg behind its C header, loaded at the first use.
let videos = video_load().pointee

/// What reads sound: FFmpeg behind its C header, loaded at the first use.
let sounds = sound_load().pointee

/// What reads cameras; loaded at the first use.
let cameras = camera_load().pointee

/// What resizes and draws.
public enum ImageLibrary {
    /// Loads OpenCV, so that the first photo need not wait for it. Reading a PNG or a JPEG does not
    /// need it.
    public static func load() { _ = vision.last_error() }

    /// How many threads OpenCV may use in the whole process for decoding and resizing; 1 keeps
    /// every call on its own thread.
    public static func setThreads(_ count: Int) {
        precondition(count > 0, "expected at least 1 thread, got \(count)")
        _ = vision.set_threads(Int32(count))
    }
}

/// What OpenCV said about the last failure on this thread.
func lastVisionError() -> String { text(vision.last_error()) }

func lastMediaError() -> String { text(media.last_error()) }

func lastCodecError() -> String { text(codec_last_error()) }

/// The string behind a C pointer.
func text(_ message: UnsafePointer<CChar>?) -> String {
    message.map { String(cString: $0) } ?? ""
}
