import Foundation

/// RAF-DB's attributes of an image, `Annotation/manual/train_00001_manu_attri.txt`: five lines of
/// landmarks, then a line each with the code of gender, race and age.
enum RAFAttributes {
    private static let codes: [(name: String, values: [String])] = [
        ("gender", ["male", "female", "unsure"]),
        ("race", ["Caucasian", "African-American", "Asian"]),
        ("age", ["0-3", "4-19", "20-39", "40-69", "70+"]),
    ]
    private static let landmarks = 5

    /// - Returns: nothing where there is no such file.
    static func attributes(
        of id: String, listedIn folder: URL
    ) throws(DataError) -> [String: String] {
        var stem = URL(fileURLWithPath: id).deletingPathExtension().lastPathComponent
        if stem.hasSuffix("_aligned") { stem = String(stem.dropLast(8)) }
        let file = folder.standardizedFileURL.deletingLastPathComponent()
            .appendingPathComponent("Annotation/manual/\(stem)_manu_attri.txt")
        guard FileManager.default.fileExists(atPath: file.path) else { return [:] }
        let reader = try LineReader(path: file.path)
        var attributes: [String: String] = [:]
        var number = 0
        while let bytes = try reader.next(), number < landmarks + codes.count {
            defer { number += 1 }
            guard number >= landmarks else { continue }
            let (name, values) = codes[number - landmarks]
            let text = String(decoding: bytes, as: UTF8.self)
                .trimmingCharacters(in: .whitespaces)
            guard let code = Int(text), values.indices.contains(code) else {
                throw .row(
                    file.path, line: reader.line, column: name, found: text.quoted(limit: 20),
                    expected: "a number from 0 to \(values.count - 1)")
            }
            attributes[name] = values[code]
        }
        guard number == landmarks + codes.count else {
            throw .row(
                file.path, line: nil, found: "\(number) lines",
                expected: "\(landmarks) of landmarks, then gender, race and age")
        }
        return attributes
    }
}
