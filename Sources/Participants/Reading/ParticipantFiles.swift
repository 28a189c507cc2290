public import Foundation

/// The files of one recording of a participant; `nil` where one is missing.
public struct ParticipantFiles: Sendable, Equatable {
    public var video: URL?
    public var audio: URL?
    public var transcript: URL?
    public var face: FaceFrames.Files?
    public var voice: [VoiceFileKind: URL] = [:]
    /// Answers to PHQ-8 or PHQ-9.
    public var items: [Int?]?

    public init() {}

    /// The file whose sound is read: that of the sound, else the video.
    public var sound: URL? { audio ?? video }

    /// The kinds of files that studies usually have, in words, that are missing here.
    public var missing: [String] {
        var names: [String] = []
        if transcript == nil { names.append("transcript") }
        if face == nil, video == nil { names.append("face") }
        if voice.isEmpty, sound == nil { names.append("voice") }
        return names
    }
}

/// A participant with the files of one recording.
public struct Recording: Sendable, Equatable {
    public var participant: Participant
    public var files: ParticipantFiles

    public init(_ participant: Participant, files: ParticipantFiles) {
        self.participant = participant
        self.files = files
    }
}
