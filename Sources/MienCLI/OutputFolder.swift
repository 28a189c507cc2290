import Evaluation
import Foundation
import Mien
import Torch

/// A folder for results; made before the work starts, so that one that cannot be written is known
/// at once.
struct OutputFolder {
    let url: URL

    init(_ path: String, option: String = "--out") throws(UsageError) {
        url = URL(fileURLWithPath: path, isDirectory: true)
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw UsageError(
                option, found: "\(path), which cannot be made: \(plainReason(of: error))",
                expected: "a folder")
        }
        guard access(url.path, W_OK) == 0 else {
            throw UsageError(
                option, found: "\(path), which cannot be written", expected: "a writable folder")
        }
        FileRoles.addOutput(url.path)
    }

    func file(_ name: String) -> URL { url.appendingPathComponent(name) }

    /// Writes figures, each with its numbers as csv.
    func write(_ figures: [any Figure], as format: FigureFormat) throws {
        let png = format == .svg ? nil : try FigurePNG()
        for figure in figures {
            if format != .png {
                try AtomicFile.write(figure.svg, to: file(figure.fileName + ".svg"))
            }
            if let png {
                try AtomicFile.write(
                    png.data(of: figure, dotsPerInch: 300), to: file(figure.fileName + ".png"))
            }
            try AtomicFile.write(figure.csv, to: file(figure.fileName + ".csv"))
        }
    }
}

/// Does both, whichever fails: results that cannot be kept are printed all the same.
func both(_ first: () throws -> Void, _ second: () throws -> Void) throws {
    let outcome = Result(catching: first)
    try second()
    try outcome.get()
}

enum FigureFormat: String, CaseIterable {
    case svg, png, both
}
