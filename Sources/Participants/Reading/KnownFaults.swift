import Foundation

/// The known faults of DAIC-WOZ and the answers of its reader. Each can be switched off; each use is
/// reported.
///
/// Sources: the manual of DAIC-WOZ; adbailey1/daic_woz_process.
public struct KnownFaults: Sendable, Equatable {
    /// A fault that may be switched off.
    public enum Name: String, Sendable, Codable, CaseIterable {
        case setup, interruptions, offsets, items
    }

    public var switchedOff: Set<Name> = []

    public init(switchedOff: Set<Name> = []) { self.switchedOff = switchedOff }

    /// A fault of one recording.
    struct Entry: Sendable {
        let participant: String
        /// Seconds of the recording that are cut from words, sound and frames.
        var cut: ClosedRange<Double>?
        /// Added to the times of the transcript, in seconds.
        var offset = 0.0
        /// Seconds by which the video ends before the sound.
        var videoEndsEarly = 0.0
    }

    static let entries: [Entry] = [
        Entry(participant: "318", offset: 34.319917),
        Entry(participant: "321", offset: 3.8379167),
        Entry(participant: "341", offset: 6.1892),
        Entry(participant: "362", offset: 16.8582),
        Entry(participant: "373", cut: 352 ... 428),
        Entry(participant: "402", videoEndsEarly: 120),
        Entry(participant: "444", cut: 286 ... 387),
    ]

    /// Recordings without rows of the interviewer.
    static let withoutInterviewer: Set = ["451", "458", "480"]

    func entry(of participant: String) -> Entry? {
        Self.entries.first { $0.participant == participant }
    }

    func isOn(_ name: Name) -> Bool { !switchedOff.contains(name) }
}
