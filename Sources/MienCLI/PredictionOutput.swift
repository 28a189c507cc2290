import Foundation
import Imaging
import Mien

/// Prints rows as a table for people, as JSON, one object per line, or as csv.
final class PredictionOutput {
    enum Form { case table, json, csv }

    private let form: Form
    private let card: ModelCard
    private var hasHeader = false

    init(_ form: Form, _ card: ModelCard) {
        self.form = form
        self.card = card
    }

    /// - Throws: when nothing takes the output any more.
    func write(_ row: PredictionRow) throws {
        switch form {
        case .json: try Console.exact(row.json())
        case .csv:
            if !hasHeader { try Console.exact(PredictionRow.csvHeader(card)) }
            try Console.exact(row.csv)
        case .table:
            // Of a video people see the persons; every frame is in the other forms.
            guard row.kind != .frame else { return }
            if !hasHeader { try Console.result(Self.header) }
            try Console.result(Self.line(row))
        }
        hasHeader = true
    }

    private static let header = columns(
        "score", "status", "face", "box (left top width height)", "emotion", "file")

    private static func line(_ row: PredictionRow) -> String {
        let score = row.score ?? row.summary?.mean
        let box = row.box.map { box in
            [box.left, box.top, box.width, box.height]
                .map { String(Int($0.rounded())) }.joined(separator: " ")
        }
        let face =
            row.track.map { "person \($0)" }
            ?? row.face.map { "\($0) of \(row.faces ?? $0)" }
            ?? (row.wholeImage == true ? "whole image" : "-")
        let emotion = row.emotions.max { $0.probability < $1.probability }
        let name = FileName(row.path).line
        let details =
            row.summary.map { summary in
                String(
                    format: " (%.1f s to %.1f s, %d of %d frames scored, mean score)",
                    summary.firstSeconds, summary.lastSeconds, summary.scored, summary.frames)
            } ?? ""
        let reason = row.reason.map { " (\(FileName($0).line))" } ?? ""
        return columns(
            row.status == .abstained ? "-" : score.map { String(format: "%.3f", $0) } ?? "-",
            row.status.rawValue, face, box ?? "-",
            emotion.map { String(format: "%@ %.2f", $0.emotion.name, $0.probability) } ?? "-",
            name + details + reason)
    }

    private static func columns(
        _ score: String, _ status: String, _ face: String, _ box: String, _ emotion: String,
        _ name: String
    ) -> String {
        let widths = [6, 12, 12, 28, 14]
        return zip([score, status, face, box, emotion], widths)
            .map { text, width in
                text + String(repeating: " ", count: max(1, width - text.count))
            }
            .joined() + name
    }
}
