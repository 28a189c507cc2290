import ArgumentParser
import Foundation
import Imaging
import Mien
import Participants
import Torch

struct ExtractParticipants: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract",
        abstract: "Computes the features of each participant: a table, one row a person.",
        discussion: """
            A JSON file beside the table holds its provenance: each file with hash, rows, seconds and \
            the share that was used. Models never see columns of the modality probe.
            """)

    @OptionGroup var options: CorpusOptions

    @Option(help: "The csv file to write.")
    var out: String

    @Option(
        help: """
            Also write the participants' words to this csv, a row a turn, for scripts/embed-words.
            """)
    var words: String?

    @OptionGroup var model: ModelOption

    @Flag(
        help: """
            Leave the pictures of videos out; else a model scores the largest face of 5 frames a \
            second. Their sound is read.
            """)
    var noVideo = false

    @Option(
        help: ArgumentHelp(
            """
            The 68-point model for facial geometry in videos. (default: MIEN_LANDMARK_MODEL, or the \
            file of Debian's package libdlib-data)
            """, valueName: "file"))
    var landmarkModel: String?

    @Flag(
        help: """
            Leave facial geometry out: the training set of the landmark model excludes commercial \
            use.
            """)
    var noLandmarks = false

    @Flag(help: "Keep posts that name a diagnosis; they tell the label.")
    var keepDiagnosisPosts = false

    @Flag(help: "Answers to the questionnaire as columns, for labels that are not made of them.")
    var questionnaire = false

    func run() throws {
        let corpora = try options.corpora()
        var extractor = FeatureExtractor(
            faults: try options.faults(), vader: try Vader.installed())
        extractor.keepsDiagnosisPosts = keepDiagnosisPosts
        extractor.includesQuestionnaire = questionnaire
        if extractor.vader == nil {
            Console.note(
                "The lexicon of VADER is not installed: sentiment is missing. scripts/setup-lexicon fetches "
                    + "it, or MIEN_VADER_LEXICON names it.")
        }
        Interruption.install()
        try requireNoUnusedModels()
        if !noVideo, corpora.contains(where: { $0.recordings.contains { $0.files.video != nil } }) {
            try readVideos(by: &extractor)
        }
        let progress = WorkProgress(unit: "recordings")
        let url = URL(fileURLWithPath: out)
        let parts = url.deletingPathExtension().appendingPathExtension("parts")
        let store = FolderStore(folder: try OutputFolder(parts.path))
        let extraction = extractor.table(of: corpora, store: store) {
            progress.goesOn("read", $0, of: $1)
        }
        Console.clearTransient()
        guard let extraction else {
            Console.note(
                "Give the command again to go on: finished recordings are in \(parts.path).")
            throw Interrupted()
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let beside = url.deletingPathExtension().appendingPathExtension("provenance.json")
        try AtomicFile.write(encoder.encode(extraction.document), to: beside)
        if let words {
            try AtomicFile.write(extraction.wordsCSV, to: URL(fileURLWithPath: words))
        }
        try AtomicFile.write(extraction.table.csv(), to: url)
        store.remove(beginning: "recording-")
        let table = extraction.table
        for modality in Modality.allCases where !table.positions(of: modality).isEmpty {
            Console.note("\(modality.rawValue): \(table.positions(of: modality).count) columns")
        }
        let count = extraction.irregularities.count
        if count > 0 { Console.note("\(count) irregularities, listed in \(beside.path)") }
        Console.note("\(table.participants.count) participants.")
        try Console.exact(out)
    }

    private func requireNoUnusedModels() throws(UsageError) {
        if noVideo {
            try UsageError.requireNone(
                [
                    ("--model", model.model != nil), ("--landmark-model", landmarkModel != nil),
                    ("--no-landmarks", noLandmarks),
                ], because: "videos are left out", expected: "none with --no-video")
        }
        if noLandmarks {
            try UsageError.requireNone(
                [("--landmark-model", landmarkModel != nil)], because: "landmarks are left out",
                expected: "none with --no-landmarks")
        }
    }

    private func readVideos(by extractor: inout Participants.FeatureExtractor) throws {
        let landmarks = try landmarks()
        let predictor = try Predictor(model: try model.url)
        extractor.emotionModel = try Model.sha256(ofFile: try model.url)
        extractor.landmarkModel = landmarks?.digest ?? ""
        let points = landmarks?.model
        extractor.emotions = { video in
            try runBlocking {
                try await EmotionActivity.read(
                    video, by: predictor, landmarks: points,
                    isCancelled: { Interruption.isRequested })
            }
        }
    }

    /// The model of 68 points, where it is installed or named; says once what follows.
    private func landmarks() throws -> (model: LandmarkModel, digest: String)? {
        guard !noLandmarks else { return nil }
        if let landmarkModel {
            FileRoles.addInput(landmarkModel)
            LandmarkModel.file = URL(fileURLWithPath: landmarkModel)
        }
        guard let file = try LandmarkModel.locateIfInstalled() else {
            Console.note(
                "The model of 68 landmarks is not installed: facial geometry of videos is missing. "
                    + "Debian's package libdlib-data has it (apt-get install libdlib-data), or "
                    + "--landmark-model names it.")
            return nil
        }
        let found = try LandmarkModel.of68Points(at: file)
        Console.note("\(LandmarkModel.terms). --no-landmarks leaves its columns out.")
        return found
    }
}

struct ParticipantFeatures: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features",
        abstract: "Lists all features with modality, unit, meaning and source.")

    @Flag(help: "Print Markdown.")
    var markdown = false

    @Flag(help: "Print JSON.")
    var json = false

    private struct Row: Encodable {
        let modality: Modality
        let name, unit, meaning, source: String
    }

    func validate() throws {
        if markdown, json { throw ValidationError("Choose --markdown or --json, not both.") }
    }

    func run() throws {
        if json {
            return try Console.json(
                FeatureCatalogue.all.map {
                    Row(
                        modality: $0.column.modality, name: $0.column.name, unit: $0.column.unit,
                        meaning: $0.meaning, source: $0.column.source)
                })
        }
        if markdown { return try Console.exact(String(FeatureCatalogue.markdown().dropLast())) }
        try Console.result(
            FeatureCatalogue.all.map {
                let unit = $0.column.unit.isEmpty ? "" : " (\($0.column.unit))"
                return "\($0.column.modality.rawValue).\($0.column.name)\(unit): \($0.meaning)"
            }.joined(separator: "\n"))
    }
}
