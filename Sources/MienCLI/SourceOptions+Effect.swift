import Mien

extension SourceOptions {
    /// - Throws: `UsageError` for the first option of the face detector, which is not asked.
    func requireNoDetection(because reason: String) throws(UsageError) {
        try UsageError.requireNone(
            [
                ("--largest", largest), ("--min-confidence", minConfidence != nil),
                ("--min-face", minFace != nil),
            ], because: reason, expected: "photos in which faces are looked for")
    }

    /// - Throws: `UsageError` for an option about a list that is not read.
    func requireEffect() throws(UsageError) {
        guard nul, !paths.contains("-") else { return }
        throw .withoutEffect(
            "--null", because: "no path is read from standard input", expected: "- with it")
    }
}

extension SamplingOptions {
    /// The options that were given; without a video they change nothing.
    var given: [String] {
        (every == nil ? [] : ["--every"]) + (fps == nil ? [] : ["--fps"])
    }
}

extension VideoPredictionOptions {
    /// See ``SamplingOptions/given``.
    var given: [String] {
        sampling.given + (smooth == nil ? [] : ["--smooth"]) + (figures == nil ? [] : ["--figures"])
    }
}

/// Says at the end that options about videos changed nothing.
func noteWithoutVideo(_ options: [String], videos: Int) {
    guard videos == 0, !options.isEmpty else { return }
    Console.note("Without effect: \(options.joined(separator: ", ")). No file was a video.")
}
