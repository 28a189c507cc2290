public import Foundation
public import Mien

/// The words of an interview with their times.
public struct Transcript: Sendable, Equatable {
    /// Who speaks.
    public enum Speaker: String, Sendable, Codable { case interviewer, participant }

    /// A stretch of words of one speaker.
    public struct Row: Sendable, Equatable {
        /// In seconds from the start of the recording.
        public var start: Double
        public var stop: Double
        /// `nil` where the file does not say.
        public let speaker: Speaker?
        public let text: String
        /// Of the speech recognition, 0 to 1.
        public let confidence: Double?
        /// Of the file, counted from 1.
        public let line: Int

        public init(
            start: Double, stop: Double, speaker: Speaker?, text: String,
            confidence: Double? = nil, line: Int = 0
        ) {
            self.start = start
            self.stop = stop
            self.speaker = speaker
            self.text = text
            self.confidence = confidence
            self.line = line
        }
    }

    public var rows: [Row]
    public internal(set) var source: Dataset.Source?

    public init(rows: [Row]) { self.rows = rows }

    /// Whether rows say who speaks.
    public var hasSpeakers: Bool { rows.contains { $0.speaker != nil } }
    public var hasInterviewer: Bool { rows.contains { $0.speaker == .interviewer } }

    /// Rows of the participant; all rows where the file names no speakers.
    public var ofParticipant: [Row] {
        hasSpeakers ? rows.filter { $0.speaker == .participant } : rows
    }

    /// Where the last row stops, in seconds.
    public var end: Double { rows.map(\.stop).max() ?? 0 }

    /// Whether a row marks the start of the recording devices and holds no speech.
    static func isSync(_ text: String) -> Bool {
        let word = text.trimmingCharacters(in: CharacterSet(charactersIn: "<>[] ")).lowercased()
        return ["sync", "synch", "syncing", "synching"].contains(word)
    }

    /// The words of a row that reads "key (words)", as those of the interviewer do in later
    /// recordings of DAIC-WOZ; else the text.
    static func spoken(_ text: String) -> String {
        guard text.hasSuffix(")"), let open = text.firstIndex(of: "("), open > text.startIndex
        else {
            return text
        }
        let key = text[..<open].trimmingCharacters(in: .whitespaces)
        guard !key.isEmpty, !key.contains(" ") else { return text }
        let words = text[text.index(after: open)...].dropLast()
        return words.trimmingCharacters(in: .whitespaces)
    }
}
