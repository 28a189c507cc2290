internal import Evaluation
public import Foundation
import Imaging
import Torch

/// Drawn sequences from a neutral face to the apex of an expression, several of each person, as a
/// folder in the official layout of CK+: for trying out cross-validation without that data.
///
/// A sequence is a function of the seed, its person and its number alone. Every second person has a
/// further sequence without an emotion file, as most sequences of CK+ have none.
public struct SyntheticSequences: Sendable {
    public var people: Int
    /// Labelled sequences of each person, each of another expression.
    public var sequencesPerPerson: Int
    public var seed: UInt64

    public static let peopleRange = 1 ... 900
    public static let sequencesRange = 1 ... 7
    /// Frames of a sequence.
    static let frames = 6 ... 12

    public init(people: Int, sequencesPerPerson: Int = 3, seed: UInt64 = 1) {
        precondition(
            Self.peopleRange.contains(people) && Self.sequencesRange.contains(sequencesPerPerson),
            "expected \(Self.peopleRange) people and \(Self.sequencesRange) sequences, got \(people) "
                + "and \(sequencesPerPerson)")
        (self.people, self.sequencesPerPerson, self.seed) = (people, sequencesPerPerson, seed)
    }

    /// One sequence.
    struct Sequence {
        let person: Int
        /// Counted from 0 for each person.
        let number: Int
        /// In the order of FER-2013, then contempt.
        let expression: Int
        let isLabelled: Bool
        let frameCount: Int

        /// "S005_001_00000011".
        func name(ofFrame frame: Int) -> String {
            String(format: "S%03d_%03d_%08d", person + 5, number + 1, frame)
        }

        /// "S005/001".
        var folder: String { String(format: "S%03d/%03d", person + 5, number + 1) }
    }

    /// The sequences of a person.
    func sequences(of person: Int) -> [Sequence] {
        var generator = SeededGenerator(seed: seed, stream: 3, UInt64(person))
        // All but neutral.
        let expressions = generator.permutation(of: 7).map { $0 == 6 ? FaceMuscles.contempt : $0 }
        let count = min(sequencesPerPerson + (person % 2 == 0 ? 1 : 0), expressions.count)
        return (0 ..< count).map { number in
            Sequence(
                person: person, number: number, expression: expressions[number],
                isLabelled: number < sequencesPerPerson,
                frameCount: Self.frames.lowerBound + generator.index(below: Self.frames.count))
        }
    }

    /// A frame, 48 x 48 grey: the first is neutral, the last three hardly differ.
    /// - Parameter frame: counted from 1.
    func frame(_ frame: Int, of sequence: Sequence) -> Image {
        let ids = (UInt64(sequence.person), UInt64(sequence.number))
        var personGenerator = SeededGenerator(seed: seed, stream: 4, ids.0)
        var generator = SeededGenerator(seed: seed, stream: 5, ids.0, ids.1)
        var noise = SeededGenerator(seed: seed, stream: 6, ids.0, ids.1, UInt64(frame))
        let features = FaceFeatures(using: &personGenerator)
        let rise = Float(frame - 1) / Float(max(sequence.frameCount - 3, 1))
        let muscles = FaceMuscles(
            expression: sequence.expression, of: features, intensity: min(rise, 1),
            using: &generator)
        var drawing = FaceDrawing(features, muscles, FaceShot(using: &generator))
        drawing.draw()
        return Image(
            width: SyntheticFaces.side, height: SyntheticFaces.side, channels: 1,
            pixels: drawing.developed(using: &noise))
    }

    /// Writes the tree. The folder appears when it is whole.
    /// - Parameters:
    ///   - url: a folder that is not there yet.
    ///   - progress: people done and all; `false` stops, and leaves nothing.
    /// - Returns: `false` when stopped.
    /// - Throws: `UsageError` for a folder that is there, `FileError`.
    public func write(
        to url: URL, progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws -> Bool {
        let files = FileManager.default
        guard !files.fileExists(atPath: url.path) else {
            throw UsageError(url.path, found: "something there", expected: "a new folder")
        }
        let partial = URL(fileURLWithPath: url.path + ".partial")
        do {
            if files.fileExists(atPath: partial.path) { try files.removeItem(at: partial) }
            for person in 0 ..< people {
                for sequence in sequences(of: person) { try write(sequence, below: partial) }
                guard progress(person + 1, people) else {
                    try files.removeItem(at: partial)
                    return false
                }
            }
            try AtomicFile.write(
                "Mien drew these faces (seed \(seed)). They show no real person.\n",
                to: partial.appendingPathComponent(CKPlusReader.syntheticMark))
            try files.moveItem(at: partial, to: url)
            return true
        } catch {
            try? files.removeItem(at: partial)
            throw error is FileError
                ? error : FileError(path: url.path, reason: "cannot be written: \(error)")
        }
    }

    private func write(_ sequence: Sequence, below root: URL) throws {
        func folder(_ tree: String) throws -> URL {
            let url = root.appendingPathComponent("\(tree)/\(sequence.folder)")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            return url
        }
        let images = try folder(CKPlusTree.imageFolder)
        for number in 1 ... sequence.frameCount {
            try Data(frame(number, of: sequence).encoded(as: .png)).write(
                to: images.appendingPathComponent(sequence.name(ofFrame: number) + ".png"))
        }
        // The folder stays empty without a label, as in CK+.
        let labels = try folder(CKPlusTree.labelFolder)
        guard sequence.isLabelled else { return }
        let code = Self.codes[sequence.expression]
        let name = sequence.name(ofFrame: sequence.frameCount) + "_emotion.txt"
        try Data("   \(code).0000000e+00\n".utf8).write(to: labels.appendingPathComponent(name))
    }

    /// CK+'s numbers of the expressions in the order of FER-2013, then contempt.
    private static let codes = [1, 3, 4, 5, 6, 7, 0, 2]
}
