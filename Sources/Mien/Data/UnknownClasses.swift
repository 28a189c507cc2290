/// Names of classes that are no emotions, collected so that all are told at once.
struct UnknownClasses {
    private var counts: [String: Int] = [:]
    private var order: [String] = []

    var isEmpty: Bool { order.isEmpty }

    var areNumbers: Bool { !isEmpty && order.allSatisfy(ClassScheme.isNumber) }

    mutating func add(_ name: String, count: Int = 1) {
        if counts[name] == nil { order.append(name) }
        counts[name, default: 0] += count
    }

    /// "neural" (12; neutral?), "noface" (3).
    var description: String {
        let shown = order.prefix(12).map { name in
            let nearest = Emotion.nearest(to: name).map { "; \($0)?" } ?? ""
            return "\(name.quoted()) (\(counts[name, default: 0])\(nearest))"
        }
        let more = order.count > 12 ? " and \(order.count - 12) more" : ""
        return shown.joined(separator: ", ") + more
    }

    /// The refusal of folders or names of images that are no classes, or `nil`.
    func error(file: String, _ classes: ClassScheme?, areAll: Bool = true) -> DataError? {
        guard !isEmpty else { return nil }
        return DataError(
            .unknownForm, file: file,
            found: "classes, with their numbers of files, named \(description)",
            expected: "one of the classes \((classes?.classes ?? Emotion.allCases).names), or a "
                + "synonym",
            advice: areNumbers && areAll
                ? ClassScheme.advice
                : "Rename or move them, or say what they mean (\(remedy)).")
    }

    /// A setting that would give the names a meaning.
    var remedy: Advice {
        let pairs = order.prefix(12).map { name in
            "\(name.printable())=\(Emotion.nearest(to: name)?.name ?? "none")"
        }
        let option = pairs.joined(separator: ",")
        return "\(setting: "classes") \(option.contains(" ") ? "\"\(option)\"" : option)"
    }
}

extension Emotion {
    /// The emotion whose name, or a synonym of it, is at most two letters away.
    static func nearest(to name: String) -> Emotion? {
        let wanted = Array(key(name))
        guard wanted.count > 2 else { return nil }
        return synonyms.flatMap { emotion, names in
            names.map { (emotion: emotion, distance: distance(wanted, Array($0))) }
        }.filter { $0.distance <= 2 }.min {
            ($0.distance, $0.emotion.column ?? 0) < ($1.distance, $1.emotion.column ?? 0)
        }?.emotion
    }

    /// Letters to change, add or drop (Levenshtein).
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0 ... right.count)
        for (i, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[right.count]
    }
}
