import Foundation
import Imaging
import Mien

/// Prints a line for each face of the photos and each person of the videos that are named.
@main
struct ScorePhoto {
    static func main() async {
        let paths = CommandLine.arguments.dropFirst()
        guard !paths.isEmpty else { stop("usage: ScorePhoto PHOTO-OR-VIDEO...", code: 2) }
        do {
            let predictor = try Predictor(model: ReleasedModel.locate())
            for path in paths {
                let url = URL(fileURLWithPath: path)
                if VideoFrames.isVideo(url) {
                    try await score(video: url, with: predictor)
                } else {
                    try await score(photo: url, with: predictor)
                }
            }
        } catch {
            stop("error: \(error)", code: 1)
        }
    }

    static func score(photo url: URL, with predictor: Predictor) async throws {
        let image = try Image(contentsOf: url)
        for face in try await predictor.predict(image).faces {
            let score = face.score.map { String(format: "%.3f", $0) } ?? "-"
            let emotion = face.emotions.max { $0.probability < $1.probability }?.emotion
            print(face.status, score, emotion.map { "\($0)" } ?? "-")
        }
    }

    static func score(video url: URL, with predictor: Predictor) async throws {
        let video = PredictionSource.video(FileName(url.path))
        let summary = try await predictor.predict(video) { event in
            guard case .trackEnded(let track) = event, track.scored > 0 else { return }
            let score = String(format: "%.3f", track.mean)
            print("person \(track.number): \(score), the mean over \(track.scored) frames")
        }
        print("\(summary.frames) frames")
    }

    static func stop(_ message: String, code: Int32) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        exit(code)
    }
}
