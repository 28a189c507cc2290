import Foundation
import Mien
import ProgramSupport

/// Text of small data files, as people have them.
enum FaceRows {
    static let header = "emotion,pixels,Usage"
    static let votesHeader =
        "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"

    static func pixels(grey: Int) -> String {
        Array(repeating: "\(grey % 256)", count: 2304).joined(separator: " ")
    }

    static func row(_ emotion: Int, grey: Int = 1, _ usage: String = "Training") -> String {
        "\(emotion),\(pixels(grey: grey)),\(usage)"
    }

    /// Ten votes for an emotion, given by FER-2013's number.
    static func votes(for emotion: Int, _ usage: String = "Training", name: String = "f.png")
        -> String
    {
        let columns = [4, 5, 6, 1, 3, 2, 0, 7]
        let counts = (0 ..< 10).map { $0 == columns[emotion] ? "10" : "0" }
        return "\(usage),\(name),\(counts.joined(separator: ","))"
    }

    /// Emotions in a fixed order without a pattern, about as common as in FER-2013.
    static func emotions(count: Int) -> [Int] {
        let common = [3, 6, 4, 3, 0, 6, 2, 3, 5, 6, 4, 3, 0, 2, 5, 3, 6, 4, 1, 3]
        var state: UInt64 = 7
        return (0 ..< count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return common[Int(state >> 33) % common.count]
        }
    }

    /// The csv of these emotions, each row with its own grey level.
    static func csv(_ emotions: [Int]) -> String {
        ([header] + emotions.enumerated().map { row($0.element, grey: $0.offset) })
            .joined(separator: "\n")
    }

    static func votesFile(_ emotions: [Int]) -> String {
        ([votesHeader] + emotions.map { votes(for: $0) }).joined(separator: "\n")
    }
}

extension Program.Outcome {
    /// All that a user sees.
    var text: String { output + errors }
}
