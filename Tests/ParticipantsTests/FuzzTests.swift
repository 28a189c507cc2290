import Evaluation
import Foundation
import Mien
import Testing

@testable import Participants

/// Files with changed bytes are read or refused with a `DataError`; nothing crashes.
struct FuzzTests {
    private static let files: [(name: String, text: String)] = [
        (
            "t.csv",
            "start_time\tstop_time\tspeaker\tvalue\n1\t2\tEllie\thow are you\n3\t4\tParticipant\tum good <laughter>\n"
        ),
        (
            "t.srt",
            "1\n00:00:01,000 --> 00:00:02,000\nEllie: hello\n\n2\n00:00:03,500 --> 00:00:04,000\nwell\n"
        ),
        (
            "face.csv",
            "frame, timestamp, confidence, success, AU12_r, AU45_c, pose_Rx, pose_Ry, pose_Rz\n1, 0.0, 0.9, 1, 1.5, 0, 0.1, 0, 0\n2, 0.03, 0.9, 1, 1.5, 1, 0.1, 0, 0\n"
        ),
        ("formant.csv", "500,1500,2500,3500,4500\n510,1490,-inf,nan,4400\n"),
        (
            "egemaps.csv",
            "name;frameTime;Loudness_sma3;F0semitoneFrom27.5Hz_sma3nz\n'unknown';0.00;0.5;30\n'unknown';0.01;0.4;0\n"
        ),
        (
            "manifest.csv",
            "participant,split,label,phq8,gender,age,phq_items\np1,train,1,12,female,30,2 2 2 2 2 2 0 0\np2,dev,0,3,male,41,0 0 1 1 1 0 0 0\n"
        ),
        (
            "train_split_Depression_AVEC2017.csv",
            "Participant_ID,PHQ8_Binary,PHQ8_Score,Gender,PHQ8_NoInterest\n300,1,12,1,2\n301.0,0,3,0,0\n"
        ),
        ("posts.csv", "participant,time,text\na,1,\"never, again\"\nb,2,good\n"),
        (
            "table.csv",
            "participant,corpus,split,label,score,face.au12_mean\n1,x,train,1,12,0.5\n2,x,dev,0,3,\n"
        ),
    ]

    private static func mutated(
        _ bytes: [UInt8], using generator: inout SeededGenerator
    ) -> [UInt8] {
        var bytes = bytes
        for _ in 0 ... generator.index(below: 4) where !bytes.isEmpty {
            let place = generator.index(below: bytes.count)
            switch generator.index(below: 6) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
            case 1: bytes.remove(at: place)
            case 2: bytes.removeLast(bytes.count - place)
            case 3: bytes.insert(Array(",\t\n\"-e9.; ".utf8)[generator.index(below: 10)], at: place)
            case 4:
                let end = min(bytes.count, place + 1 + generator.index(below: 20))
                bytes.insert(contentsOf: bytes[place ..< end], at: place)
            default: bytes.replaceSubrange(place ..< place + 1, with: Array("1e308".utf8))
            }
        }
        return bytes
    }

    private func read(_ url: URL, _ name: String) throws {
        switch name {
        case "t.csv", "t.srt":
            let clean = CleanTranscript(
                try Transcript(contentsOf: url), of: "373", file: name, isDaicWoz: true,
                faults: KnownFaults())
            _ = TimingFeatures.values(of: clean.transcript)
            _ = ProbeFeatures.values(of: clean.transcript, seconds: nil)
        case "face.csv": _ = try FaceFeatures.read(.openFace(url), cuts: [1 ... 2])
        case "formant.csv":
            _ = try VoiceFeatures.read([.formant: url], spans: [0 ... 1], cuts: [])
        case "egemaps.csv": _ = try VoiceFeatures.read([.egemaps: url], spans: nil, cuts: [])
        case "table.csv": _ = try ParticipantTable(contentsOf: url)
        case "sound.wav":
            _ = try WaveFeatures.read(url, spans: nil, cuts: [], wantsActivity: true)
        case "manifest.csv", "posts.csv": _ = try Corpus.read(url.path)
        default: _ = try Corpus.read(url.deletingLastPathComponent().path)
        }
    }

    /// MIEN_FUZZ sets the number of files.
    @Test func changedFilesAreReadOrRefused() throws {
        let wanted = ProcessInfo.processInfo.environment["MIEN_FUZZ"].flatMap { Int($0) } ?? 400
        var generator = SeededGenerator(seed: 26)
        let sound = Array(waveFile([Int16](repeating: 900, count: 900), rate: 8000))
        let all = Self.files.map { ($0.name, Array($0.text.utf8)) } + [("sound.wav", sound)]
        var (readable, refused) = (0, 0)
        try withFolder { folder in
            for number in 0 ..< wanted {
                let (name, bytes) = all[number % all.count]
                let own = folder.appendingPathComponent(name + ".d")
                try FileManager.default.createDirectory(
                    at: own, withIntermediateDirectories: true)
                let url = own.appendingPathComponent(name)
                try Data(Self.mutated(bytes, using: &generator)).write(to: url)
                do {
                    try read(url, name)
                    readable += 1
                } catch let error as DataError {
                    #expect(error.file != nil && !error.found.isEmpty)
                    refused += 1
                }
            }
        }
        #expect(readable > wanted / 20 && refused > wanted / 20)
    }
}
