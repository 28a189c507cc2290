/// What the paths of images say of their class and split, held against what is known otherwise: two
/// sources of one fact.
struct PathClaims {
    private var labels = Tally()
    private var splits = Tally()
    private var prefixes = Tally()

    private struct Tally {
        var said = 0
        var differing = 0
        var example = ""

        mutating func add(_ isEqual: Bool, _ id: String, _ known: String) {
            said += 1
            guard !isEqual else { return }
            if differing == 0 { example = "\(id.quoted(limit: 80)) is \(known)" }
            differing += 1
        }
    }

    init(of samples: [Sample]) {
        for sample in samples {
            let parts = sample.id.split(separator: "/").map(String.init)
            let folders = parts.dropLast()
            if let known = sample.emotion, known.column != nil,
                let said = folders.last.flatMap({ Emotion(name: $0) })
            {
                labels.add(said == known, sample.id, known.name)
            }
            guard let known = sample.split else { continue }
            if let said = folders.compactMap({ Split(name: $0) }).last {
                splits.add(said == known, sample.id, known.rawValue)
            }
            // As in Kaggle's folders of FER-2013: PublicTest_31415.jpg.
            let prefix = parts.last.map { $0.prefix { $0 != "_" }.lowercased() } ?? ""
            if ["training", "publictest", "privatetest"].contains(prefix),
                let said = Split(name: prefix)
            {
                prefixes.add(said == known, sample.id, known.rawValue)
            }
        }
    }

    var differingLabels: Int { labels.differing }

    /// - Parameter taken: whose word counts: "the file's", "the folder's".
    func notes(taking taken: String) -> [String] {
        func note(_ tally: Tally, _ what: String, _ place: String) -> String? {
            guard tally.differing > 0 else { return nil }
            return "\(place) name another \(what) for \(tally.differing) of \(tally.said) images "
                + "(\(tally.example)): \(taken) is taken."
        }
        return [
            note(labels, "class", "The folders"), note(splits, "split", "The folders"),
            note(prefixes, "split", "The names of the files"),
        ].compactMap(\.self)
    }
}
