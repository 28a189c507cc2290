/// The parts of an image's path in which subjects and sequences show.
struct ImageName {
    /// The folders above it, those that are named after classes and splits left out.
    let folders: Substring
    /// The last part of the path.
    let last: Substring
    /// The last part of the path without its ending.
    let stem: Substring

    init(_ path: String) {
        var parts = path.split(separator: "/")
        let name = parts.popLast() ?? ""
        last = name
        stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name
        folders = Substring(
            parts.filter { Emotion(name: String($0)) == nil && Split(name: String($0)) == nil }
                .joined(separator: "/"))
    }

    /// The runs of digits in the stem, the last first: what stands before each, and its number.
    var counters: [(prefix: Substring, number: Int)] {
        var result: [(prefix: Substring, number: Int)] = []
        var end = stem.endIndex
        while end > stem.startIndex {
            guard let last = stem[..<end].lastIndex(where: \.isDigit) else { break }
            let after = stem.index(after: last)
            let start =
                stem[..<after].lastIndex { !$0.isDigit }.map(stem.index(after:))
                ?? stem.startIndex
            if let number = Int(stem[start ..< after]) { result.append((stem[..<start], number)) }
            end = start
        }
        return result
    }
}

extension Character {
    fileprivate var isDigit: Bool { ("0" ... "9").contains(self) }
}

/// How a known data set names its images.
struct NameScheme {
    let name: String
    private let example: String
    /// What the names begin with: d stands for a digit, U for a capital, s for the
    /// series A or B, x for F or M, the others for themselves.
    private let template: String
    /// The part of it that is the subject.
    private let subject: Range<Int>
    /// The part of it that is the class, with the numbering or letters of that.
    private var label: (part: Range<Int>, scheme: String)?
    /// The part of it that is the sequence; `nil` where each name is of a picture or clip by itself.
    private var sequence: Range<Int>?

    /// The share of names that must fit.
    private static let leastShare = 0.95

    private static let known = [
        NameScheme(
            name: "CK+", example: "S010 in S010_004_00000017", template: "Sddd_ddd_dddddddd",
            subject: 0 ..< 4, sequence: 0 ..< 8),
        NameScheme(
            name: "JAFFE", example: "KA in KA.AN1.39", template: "UU.UUd.d", subject: 0 ..< 2,
            label: (3 ..< 5, "letters")),
        NameScheme(
            name: "KDEF", example: "F01 in AF01ANS", template: "sxddUUU", subject: 1 ..< 4,
            label: (4 ..< 6, "letters")),
        NameScheme(
            name: "CREMA-D", example: "1001 in 1001_DFA_ANG_XX", template: "dddd_UUU_UUU_UU",
            subject: 0 ..< 4, label: (9 ..< 12, "letters")),
        NameScheme(
            name: "RAVDESS", example: "12 in 01-01-03-01-01-01-12",
            template: "dd-dd-dd-dd-dd-dd-dd", subject: 18 ..< 20,
            label: (6 ..< 8, "ravdess")),
    ]

    static func fitting(_ names: [ImageName]) -> NameScheme? {
        guard let first = names.first else { return nil }
        return known.first { scheme in
            guard scheme.subject(of: first.stem) != nil else { return false }
            let fitting = names.count { scheme.subject(of: $0.stem) != nil }
            return Double(fitting) >= leastShare * Double(names.count)
        }
    }

    /// `nil` for a name of another form.
    func subject(of stem: Substring) -> String? { part(subject, of: stem) }

    /// The code of the class, or `nil` for a name of another form.
    func label(of stem: Substring) -> String? { label.flatMap { part($0.part, of: stem) } }

    /// What the codes of the classes mean; `nil` where names say no class.
    var classes: ClassScheme? {
        label.flatMap { try? ClassScheme(named: $0.scheme) }
    }

    /// `nil` for a name of another form, and where names show no sequences.
    func sequence(of stem: Substring) -> String? { sequence.flatMap { part($0, of: stem) } }

    private func part(_ range: Range<Int>, of stem: Substring) -> String? {
        let letters = Array(stem.utf8.prefix(template.utf8.count))
        guard letters.count == template.utf8.count else { return nil }
        for (letter, wanted) in zip(letters, template.utf8) {
            let fits =
                switch wanted {
                case UInt8(ascii: "d"): (UInt8(ascii: "0") ... UInt8(ascii: "9")).contains(letter)
                case UInt8(ascii: "U"): (UInt8(ascii: "A") ... UInt8(ascii: "Z")).contains(letter)
                case UInt8(ascii: "s"): letter == UInt8(ascii: "A") || letter == UInt8(ascii: "B")
                case UInt8(ascii: "x"): letter == UInt8(ascii: "F") || letter == UInt8(ascii: "M")
                default: letter == wanted
                }
            guard fits else { return nil }
        }
        return String(decoding: letters[range], as: UTF8.self)
    }

    /// For the user, where the names are the labels.
    var labelNote: String {
        "The names are those of \(name) and say class and subject: \(example)."
    }

    var note: Advice {
        "The names are those of \(name): \(example) is the subject. Images of one subject stay "
            + "together; \(setting: "no-group-by-name") turns this off."
    }
}
