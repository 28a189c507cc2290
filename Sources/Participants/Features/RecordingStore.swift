import Foundation
import Mien

/// Keeps the features of each recording, so that an extraction that was stopped goes on where it was.
///
/// A recording is found again by its participant, the settings, and the size and time of each file.
struct RecordingStore {
    let store: any ResultStore
    /// All besides the recording that decides its features.
    let settings: String

    private struct Key: Encodable {
        let version, settings, participant, corpus, form: String
        let files: [String]
    }

    private func name(_ recording: Recording, _ form: Corpus.Form) -> String? {
        let files = recording.files.all.map { url in
            let facts = try? FileManager.default.attributesOfItem(atPath: url.path)
            let time = (facts?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
            return "\(url.path) \(facts?[.size] as? Int ?? -1) \(time)"
        }
        let key = Key(
            version: currentMienVersion, settings: settings, participant: recording.participant.id,
            corpus: recording.participant.corpus, form: form.rawValue,
            files: files + ["\(recording.files.items ?? [])"])
        guard let hash = try? JSONEncoder.canonical.encode(key).sha256 else { return nil }
        return "recording-\(hash.prefix(24)).json"
    }

    /// - Returns: `nil` for a recording that was not read, or differs.
    func result(of recording: Recording, form: Corpus.Form) -> FeatureExtractor.Result? {
        guard let name = name(recording, form), let data = try? store.read(name) else { return nil }
        return try? JSONDecoder().decode(FeatureExtractor.Result.self, from: data)
    }

    /// Without room the extraction goes on and cannot be resumed.
    func keep(_ result: FeatureExtractor.Result, of recording: Recording, form: Corpus.Form) {
        var kept = result
        kept.values = result.values.filter { $0.value.isFinite }
        guard let name = name(recording, form), let data = try? JSONEncoder().encode(kept) else {
            return
        }
        try? store.write(data, to: name)
    }
}

extension ParticipantFiles {
    /// Every file of the recording.
    var all: [URL] {
        [video, audio, transcript].compactMap { $0 } + (face?.all ?? [])
            + voice.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value)
    }
}
