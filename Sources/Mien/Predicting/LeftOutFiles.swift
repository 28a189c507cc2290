import Foundation
import Imaging

/// What folders held that is not looked at, counted by kind.
struct LeftOutFiles {
    private struct Kind {
        let signature: FileSignature
        /// Folders are gone through from their end.
        var first: FileName
        var count = 0
    }

    private(set) var count = 0
    private var kinds: [String: Kind] = [:]
    private var endings: [String: Int] = [:]
    private var drawings = 0
    private var outputs: [FileName] = []
    private var crops: [FileName] = []

    /// A file by its ending, and where its first bytes are those of a picture or an archive, by
    /// these.
    mutating func add(_ file: FileName, start: [UInt8]) {
        count += 1
        guard let signature = FileSignature(of: start),
            ["picture", "archive"].contains(where: signature.name.hasSuffix)
        else {
            endings[file.ending, default: 0] += 1
            return
        }
        kinds[signature.name, default: Kind(signature: signature, first: file)].count += 1
        kinds[signature.name]?.first = file
    }

    mutating func addDrawing() { drawings += 1 }

    mutating func addOutput(_ place: FileName) { outputs.append(place) }

    mutating func addCrops(_ folder: FileName) { crops.append(folder) }

    /// A line for each kind, for people.
    var notes: [Advice] {
        var notes: [Advice] = []
        for (name, kind) in kinds.sorted(by: { $0.key < $1.key }) {
            // "a HEIC picture"
            let noun = name.drop { $0 != " " }.dropFirst()
            notes.append(
                "Left out \(kind.count) \(noun)\(kind.count == 1 ? "" : "s"), not read by Mien: "
                    + "\(kind.first.line)\(kind.count > 1 ? ", ..." : ""). "
                    + "\(kind.signature.remedy(for: "FILE"))")
        }
        let others = endings.values.reduce(0, +)
        if others > 0 {
            let parts = endings.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map {
                    "\($0.value) \($0.key.isEmpty ? "without ending" : "." + $0.key)".printable()
                }
            notes.append(
                "Left out \(others) files in folders that do not end like images or videos: "
                    + "\(parts.prefix(6).joined(separator: ", "))\(parts.count > 6 ? ", ..." : "")."
            )
        }
        if !outputs.isEmpty {
            notes.append("Left out where this command writes: \(Self.list(outputs)).")
        }
        if !crops.isEmpty {
            notes.append(
                "Left out folders with faces cut by mien faces: \(Self.list(crops)). Name them, or "
                    + "give \(setting: "whole-image"), to have them read.")
        }
        if drawings > 0 {
            notes.append("Left out \(drawings) pictures that Mien has drawn on.")
        }
        return notes
    }

    private static func list(_ names: [FileName]) -> String {
        names.prefix(3).map(\.line).joined(separator: ", ") + (names.count > 3 ? ", ..." : "")
    }
}
