public import Foundation
import Torch

/// The model that a report or a comparison is about, and what is known of how it was made.
public struct ReportSubject {
    /// The run folder or model file, as it was given.
    public let path: String
    public let model: Model
    public let modelSHA256: String
    /// What the run was started with; `nil` for a model file alone.
    public let run: RunConfiguration?
    /// One entry for each epoch; empty for a model file alone.
    public let history: [EpochReport]
    /// The folder of the run, or the one that the model file lies in.
    public let folder: URL

    /// Reads a run folder (its recipe, its epochs, its model) or a model file.
    /// - Throws: `UsageError` where there is neither, or the run has no model yet; what
    ///   ``Model/init(contentsOf:)`` throws.
    public init(path: String) throws {
        let file = try ModelPlace.file(path)
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw UsageError(
                path, found: "nothing there", expected: "the folder of a run, or a model file")
        }
        self.path = path
        let folder = RunFolder(file.deletingLastPathComponent())
        let isFolder = URL(fileURLWithPath: path).standardizedFileURL != file.standardizedFileURL
        guard isFolder, path != ModelPlace.released,
            FileManager.default.fileExists(atPath: folder.recipeURL.path)
        else {
            model = try Model(contentsOf: file)
            modelSHA256 = try Model.sha256(ofFile: file)
            (run, history, self.folder) = (nil, [], file.deletingLastPathComponent())
            return
        }
        run = try folder.start()
        model = try Model(contentsOf: folder.modelURL)
        modelSHA256 = try Model.sha256(ofFile: folder.modelURL)
        history = folder.epochs()
        self.folder = folder.url
    }

    /// The run that has just ended with this model.
    public init(_ model: Model, of folder: RunFolder, path: String) throws {
        self.path = path
        self.model = model
        modelSHA256 = try Model.sha256(ofFile: folder.modelURL)
        run = try folder.start()
        history = folder.epochs()
        self.folder = folder.url
    }

    /// The files that the model learnt from, as they were recorded.
    public var recordedSources: [Dataset.Source] { run?.sources ?? model.card.dataSources }

    /// The data that the model learnt from, found where the run recorded it, or other data.
    ///
    /// - Parameters:
    ///   - data: where it is; `nil` stands for the place that was recorded, and then the files
    ///     must be the same, byte for byte.
    /// - Throws: `UsageError` where it is not found or has changed; `DataError`.
    public func dataset(
        data: String?, votes: String?, skipBadRows: Bool = false,
        labels: LabelOptions = LabelOptions()
    ) throws -> Dataset {
        var labels = labels == LabelOptions() ? run?.labelOptions ?? labels : labels
        labels.modelClasses = model.card.ownClasses
        if let data {
            return try Dataset.load(
                data: data, votes: votes, skipBadRows: skipBadRows, labels: labels,
                input: model.card.input)
        }
        guard let place = recordedPlace else {
            throw UsageError(
                path, found: "no record of where its data was", expected: "the data",
                advice: "Give it with \(setting: "data"), and its votes with \(setting: "votes").")
        }
        let dataset: Dataset
        do throws(DataError) {
            dataset = try Dataset.load(
                data: place.data, votes: votes ?? place.votes,
                skipBadRows: skipBadRows || run?.skipBadRows == true, labels: labels,
                input: model.card.input)
        } catch {
            guard error.kind == .unreadable else { throw error }
            throw UsageError(
                path, found: "no data where the run recorded it (\(error))",
                expected: "the data that the model was trained on",
                advice:
                    "Give its place with \(setting: "data"), and that of its votes with "
                    + "\(setting: "votes")."
            )
        }
        guard isTrainingData(dataset) else {
            throw UsageError(
                path, found: "other bytes in \(place.data) than the model was trained on",
                expected: "SHA-256 \(recordedSources.map(\.sha256).joined(separator: ", "))",
                advice: "To report on other data all the same, give it with \(setting: "data").")
        }
        return dataset
    }

    /// The size of the model file; `nil` where it is gone.
    var fileBytes: Int? {
        let file = try? ModelPlace.file(path)
        return file.flatMap { try? FileManager.default.attributesOfItem(atPath: $0.path) }
            .flatMap { $0[.size] as? Int }
    }

    /// Whether these are the files that the model learnt from.
    public func isTrainingData(_ dataset: Dataset) -> Bool {
        dataset.sources.map(\.sha256) == recordedSources.map(\.sha256)
    }

    private var recordedPlace: (data: String, votes: String?)? {
        if let run {
            let folder = RunFolder(folder)
            return (
                RunConfiguration.located(run.data, in: folder),
                run.votes.map { RunConfiguration.located($0, in: folder) }
            )
        }
        let paths = model.card.dataSources.map(\.path)
        guard let data = paths.first else { return nil }
        let second = paths.count == 2 ? paths[1] : nil
        return (data, second.flatMap { $0.hasPrefix("images of ") ? nil : $0 })
    }

    /// What the subject is called beside others: the name of the run's folder.
    var shortName: String {
        let name = URL(fileURLWithPath: path).lastPathComponent
        return name == "model.safetensors" ? folder.standardizedFileURL.lastPathComponent : name
    }
}

extension RunFolder {
    /// The epochs that the events tell of.
    func epochs() -> [EpochReport] {
        guard let text = try? String(contentsOf: eventsURL, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(EpochReport.self, from: Data($0.utf8))
        }
    }
}

/// A word as a shell reads it back.
public func shellQuoted(_ word: String) -> String {
    let plain = word.unicodeScalars.allSatisfy {
        $0.isASCII
            && ($0.properties.isAlphabetic || "0123456789_-./:=,+@%".unicodeScalars.contains($0))
    }
    if plain, !word.isEmpty { return word }
    return "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
}
