import Foundation
import Mien
import Testing

@testable import Participants

/// Files of signals, words and labels, as their corpora have them and damaged.
struct ReaderTests {
    @Test func numbersAndTheirAbsence() {
        for text in ["", "nan", "-nan", "NaN", "-nan(ind)", "-1.#IND", "inf", "-inf", " "] {
            #expect(NumberField(text.utf8) == .missing, "\(text)")
        }
        for text in ["1,2", "0x10", "one", "1e", "--1", "1.2.3"] {
            #expect(NumberField(text.utf8) == .invalid, "\(text)")
        }
        for text in ["0.1", "-12.5", "1e-3", "3.4028235e+38", "00012", "123456789.123456789"] {
            let expected = NumberField.number(Double(text) ?? .nan)
            #expect(NumberField(text.utf8) == expected)
            let quick = Array(text.utf8).withUnsafeBufferPointer { NumberField(quick: $0) }
            #expect(quick == expected, "\(text)")
        }
    }

    @Test func covarepHas74Or73Columns() throws {
        let row = (0 ..< 74).map { "\($0)" }.joined(separator: ",")
        let short = (0 ..< 73).map { "\($0)" }.joined(separator: ",")
        try withFile("\(row)\n\(row)\n") { url in
            let frames = try VoiceFrames(url, kind: .covarep)
            #expect(try frames.next())
            #expect(abs(frames.seconds - 0.005) < 1e-12)
            #expect(frames.values[frames.names.firstIndex(of: "MCEP_0") ?? 0] == 11)
            #expect(try frames.next())
            #expect(abs(frames.seconds - 0.015) < 1e-12)
            #expect(try !frames.next())
        }
        try withFile("\(short)\n") { url in
            let frames = try VoiceFrames(url, kind: .covarep)
            #expect(try frames.next())
            #expect(frames.values[frames.names.firstIndex(of: "MCEP_0") ?? 0] == 10)
        }
        let error = try #require(throws: DataError.self) {
            try withFile("1,2,3\n") { try VoiceFrames($0, kind: .covarep) }
        }
        #expect(error.found == "3 columns" && error.expected.contains("74 or 73"))
    }

    @Test func faultsOfNumbersNameLineAndColumn() throws {
        let error = try #require(throws: DataError.self) {
            try withFile("1,2,3,4,5\n1,2,x,4,5\n") { url in
                let frames = try VoiceFrames(url, kind: .formant)
                while try frames.next() {}
            }
        }
        #expect(error.line == 2 && error.column == "F3" && error.found == "\"x\"")
        let short = try #require(throws: DataError.self) {
            try withFile("1,2,3,4,5\n1,2,3\n") { url in
                let frames = try VoiceFrames(url, kind: .formant)
                while try frames.next() {}
            }
        }
        #expect(short.line == 2 && short.found == "3 fields")
        let page = try #require(throws: DataError.self) {
            try withFile("<!DOCTYPE html>\n<html>\n") { try VoiceFrames($0, kind: .egemaps) }
        }
        #expect(page.found == "an HTML page")
    }

    @Test(arguments: [
        "frame,timestamp,confidence,success,AU12_r,AU12_c,gaze_0_x,gaze_0_y,gaze_0_z,gaze_1_x,gaze_1_y,gaze_1_z,pose_Rx",
        "frame, timestamp, confidence, success, AU12_r, AU12_c, gaze_0_x, gaze_0_y, gaze_0_z, gaze_1_x, gaze_1_y, gaze_1_z, pose_Rx",
        "frame, time, confidence, detection_success, AU12_r, AU12_c, gaze_0_x, gaze_0_y, gaze_0_z, gaze_1_x, gaze_1_y, gaze_1_z, Rx",
    ])
    func openFaceInAnySpelling(header: String) throws {
        let text = header + "\n1,0.033,0.9,1,1.5,1,0,0.5,-1,0,0.5,-1,0.25\n"
        let separated =
            header.contains(", ") ? text.replacingOccurrences(of: ",", with: ", ") : text
        try withFile(separated.replacingOccurrences(of: ",  ", with: ", ")) { url in
            let frames = try FaceFrames(.openFace(url))
            let frame = try #require(try frames.next())
            #expect(frame.isTracked && frame.confidence == 0.9)
            #expect(frame.intensities[8] == 1.5, "AU12 is the ninth")
            #expect(abs(frame.gazeAngles[1] - atan2(1, 2)) < 1e-12)
            #expect(frame.pose[3] == 0.25)
            #expect(try frames.next() == nil)
        }
    }

    @Test func partsOfCLNFJoinByFrame() throws {
        try withFolder { folder in
            func write(_ name: String, _ text: String) throws -> URL {
                let url = folder.appendingPathComponent(name)
                try Data(text.utf8).write(to: url)
                return url
            }
            let first = "frame, timestamp, confidence, success"
            let units = try write(
                "a.txt",
                "\(first), AU01_r\n1, 0, 1, 1, 0.5\n2, 0.03, 1, 1, 0.6\n3, 0.07, 1, 1, 0.7\n")
            let pose = try write(
                "p.txt",
                "\(first), X, Y, Z, Rx, Ry, Rz\n1, 0, 1, 1, 0, 0, 600, 0.1, 0, 0\n"
                    + "3, 0.07, 1, 1, 0, 0, 600, 0.3, 0, 0\n")
            let frames = try FaceFrames(.clnf(actionUnits: units, gaze: nil, pose: pose))
            var angles: [Double] = []
            while let frame = try frames.next() { angles.append(frame.pose[3]) }
            #expect(angles.count == 3)
            #expect(angles[0] == 0.1 && angles[1].isNaN && angles[2] == 0.3)
        }
    }

    @Test func transcriptsOfEachForm() throws {
        let forms = [
            (
                "t.csv",
                "start_time\tstop_time\tspeaker\tvalue\n1\t2\tEllie\thow, are you\n\n3.5\t4\tParticipant\tgood \"so\n"
            ),
            (
                "t.csv",
                "Start,End,Speaker,Text\n1,2,interviewer,\"how, are you\"\n3.5,4,p01,\"good \"\"so\"\n"
            ),
            (
                "t.srt",
                "1\n00:00:01,000 --> 00:00:02,000\nEllie: how, are you\n\n2\n00:00:03,500 --> 00:00:04,000\nParticipant: good \"so\n"
            ),
            (
                "t.vtt",
                "WEBVTT\n\nNOTE a remark\n\n00:01.000 --> 00:02.000\n<v Ellie>how, are you</v>\n\n00:03.500 --> 00:04.000 line:0\n<v P>good \"so\n"
            ),
        ]
        for (name, text) in forms {
            let read = try withFile(text, named: name) { try Transcript(contentsOf: $0) }
            #expect(read.rows.map(\.text) == ["how, are you", "good \"so"], "\(name)")
            #expect(read.rows.map(\.start) == [1, 3.5] && read.rows.map(\.stop) == [2, 4])
            #expect(read.rows.map(\.speaker) == [.interviewer, .participant])
        }
        let automatic = try withFile(
            "Start_Time,End_Time,Text,Confidence\n0.5,1,\"yes, well\",0.9\n"
        ) { try Transcript(contentsOf: $0) }
        #expect(!automatic.hasSpeakers && automatic.rows[0].confidence == 0.9)
    }

    @Test(arguments: [
        ("start_time\tstop_time\tspeaker\tvalue\n1\tx\tEllie\thi\n", 2, "stop_time"),
        ("start_time\tstop_time\tspeaker\tvalue\n3\t2\tEllie\thi\n", 2, "stop_time"),
        ("start_time\tspeaker\tvalue\n1\tEllie\thi\n", 1, "stop_time"),
        ("00:00:01,000 --> then\nhi\n", 1, "time"),
    ])
    func faultsOfTranscriptsNameTheirPlace(text: String, line: Int, column: String) throws {
        let error = try #require(throws: DataError.self) {
            try withFile(text) { try Transcript(contentsOf: $0) }
        }
        #expect(error.line == line && error.column == column)
    }

    @Test func answersOfTheReaderToKnownFaults() {
        func row(_ start: Double, _ speaker: Transcript.Speaker, _ text: String) -> Transcript.Row {
            Transcript.Row(start: start, stop: start + 1, speaker: speaker, text: text)
        }
        let raw = Transcript(rows: [
            row(1, .participant, "testing"), row(2, .participant, "<sync>"),
            row(3, .interviewer, "intro (hi i'm ellie)"), row(360, .participant, "cut"),
            row(440, .participant, "scrubbed_entry"), row(450, .participant, "kept"),
        ])
        let clean = CleanTranscript(
            raw, of: "373", file: "373_TRANSCRIPT.csv", isDaicWoz: true, faults: KnownFaults())
        #expect(clean.transcript.rows.map(\.text) == ["hi i'm ellie", "kept"])
        #expect(Set(clean.irregularities.map(\.kind)) == [.setupRows, .scrubbed, .interrupted])
        #expect(clean.cuts == [352 ... 428] && clean.scrubbed == [440 ... 441])
        let off = CleanTranscript(
            raw, of: "373", file: "", isDaicWoz: true,
            faults: KnownFaults(switchedOff: [.interruptions, .setup]))
        #expect(off.transcript.rows.count == 5 && off.cuts.isEmpty)
        let moved = CleanTranscript(
            raw, of: "341", file: "", isDaicWoz: true, faults: KnownFaults())
        #expect(abs(moved.transcript.rows[0].start - 9.1892) < 1e-9)
    }

    @Test func scoresOfTheQuestionnaire() throws {
        let whole = try PHQ(items: [1, 1, 1, 1, 1, 1, 2, 2])
        #expect(whole.score == 10 && whole.band == .moderate && whole.helpText == nil)
        let one = try PHQ(items: [1, 1, nil, 1, 1, 1, 1, 1])
        #expect(one.score == 8)
        #expect(one.restored(total: 9)?.items[2] == 2)
        #expect(one.restored(total: 20) == nil)
        #expect(try PHQ(items: [1, 1, nil, nil, 1, 1, 1, 1]).score == nil)
        let nine = try PHQ(items: [0, 0, 0, 0, 0, 0, 0, 0, 1])
        #expect(nine.helpText != nil && nine.score == 1)
        #expect(throws: PHQError.self) { try PHQ(items: [4, 0, 0, 0, 0, 0, 0, 0]) }
        #expect(throws: PHQError.self) { try PHQ(items: [0, 0]) }
    }

    @Test func postsThatNameADiagnosisAreDropped() throws {
        let text =
            "participant,time,text\na,2020-01-01,i was diagnosed with depression\n"
            + "a,2020-01-02,a good day\nb,2020-01-01,never again\n"
        let corpus = try withFile(text) { try Corpus.read($0.path) }
        #expect(corpus.form == .posts && corpus.recordings.count == 2)
        #expect(corpus.irregularities.map(\.kind) == [.diagnosisPost])
        var extractor = FeatureExtractor()
        let dropped = try #require(extractor.table(of: [corpus]))
        let words = try #require(
            dropped.table.columns.firstIndex { $0.name == "word_count" })
        #expect(dropped.table.values.map { $0[words] } == [3, 2])
        extractor.keepsDiagnosisPosts = true
        let kept = try #require(extractor.table(of: [corpus]))
        #expect(kept.table.values.map { $0[words] } == [8, 2])
    }

    @Test func itemNineShowsAHelpTextAndEntersNoScore() throws {
        let text =
            "participant,phq_items\na,0 0 0 0 0 0 0 0 3\nb,2 2 2 2 2 0 0 0 0\nc,1 1 1 1 1 1 1 1\n"
        try withFile(text, named: "manifest.csv") { url in
            let corpus = try Corpus.read(url.path)
            #expect(corpus.recordings.map(\.participant.score) == [0, 10, 8])
            #expect(corpus.recordings.map(\.participant.label) == [false, true, false])
            let found = corpus.irregularities.filter { $0.kind == .itemNine }
            #expect(found.map(\.participant) == ["a"] && found[0].line == 2)
            #expect(found[0].answer == PHQ.help)
            let description = try #require(CorpusDescription(of: corpus))
            #expect(description.bands == ["0-4": 1, "10-14": 1, "5-9": 1])
            #expect(description.description.contains("0-4: 1, 5-9: 1, 10-14: 1, 15-19: 0"))
        }
    }

    @Test func filesOfTheVoiceAreKnownByTheirColumns() throws {
        let row = { (count: Int) in [String](repeating: "1", count: count).joined(separator: ",") }
        for (text, kind) in [
            (row(74) + "\n" + row(74), VoiceFileKind.covarep), (row(73) + "\n", .covarep),
            (row(5) + "\n", .formant), ("name;frameTime;Loudness_sma3\n", .egemaps),
            ("name;frameTime;pcm_fftMag_mfcc[0]\n", .mfcc),
        ] {
            try withFile(text) { #expect(VoiceFileKind(ofFile: $0) == kind) }
        }
        try withFile("a,b\n") { #expect(VoiceFileKind(ofFile: $0) == nil) }
    }

    @Test func whatMostRecordingsHaveIsOneLine() {
        let rows = ["300", "301", "302"].map { (id: String) in
            Irregularity(
                .setupRows, participant: id, file: "/x/\(id)_TRANSCRIPT.csv",
                found: "2 rows of setup", answer: "left out")
        }
        #expect(Irregularity.lines(rows) == ["300, 301, 302: found 2 rows of setup: left out"])
        #expect(
            Irregularity.lines(Array(rows.dropLast())) == [
                "300: 300_TRANSCRIPT.csv: found 2 rows of setup: left out",
                "301: 301_TRANSCRIPT.csv: found 2 rows of setup: left out",
            ])
        let faults = (1 ... 3).map {
            Irregularity(
                .damagedFile, participant: "\($0)", file: "/x/\($0).csv", line: 2, found: "x",
                expected: "y", answer: "z")
        }
        #expect(Irregularity.lines(faults).count == 3)
    }
}
