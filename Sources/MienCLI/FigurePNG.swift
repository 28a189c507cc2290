import Evaluation
import Foundation
import Mien
import Torch

/// Makes PNG files of figures with the program `rsvg-convert`, in light colours.
struct FigurePNG {
    private let converter: URL

    /// - Parameter searchPath: folders between colons.
    /// - Throws: ``UsageError`` when the program is not there, with what to install.
    init(searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? "") throws {
        let found = searchPath.split(separator: ":")
            .map { URL(fileURLWithPath: String($0)).appendingPathComponent("rsvg-convert") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        guard let found else {
            throw UsageError(
                "PNG figures", found: "no program rsvg-convert", expected: "it in the search path",
                advice: "Install it (Debian and Ubuntu: apt-get install librsvg2-bin), "
                    + "or ask for svg.")
        }
        converter = found
    }

    /// - Parameter dotsPerInch: 300 gives 1,050 pixels for a column of 3.5 inches.
    /// - Returns: the bytes of a PNG file.
    /// - Throws: ``FileError`` with what the program says.
    func data(of figure: some Figure, dotsPerInch: Int = 300) throws -> Data {
        do {
            return try converted(figure, dotsPerInch)
        } catch  where !(error is FileError) {
            throw FileError(
                path: "\(figure.fileName).png",
                reason: "cannot be made in \(FileManager.default.temporaryDirectory.path): "
                    + plainReason(of: error))
        }
    }

    private func converted(_ figure: some Figure, _ dotsPerInch: Int) throws -> Data {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("mien-figure-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let drawing = folder.appendingPathComponent("figure.svg")
        let image = folder.appendingPathComponent("figure.png")
        let complaints = folder.appendingPathComponent("errors.txt")
        try Data(figure.svg.utf8).write(to: drawing)
        try Data().write(to: complaints)
        let process = Process()
        process.executableURL = converter
        process.arguments = [
            "--dpi-x=\(dotsPerInch)", "--dpi-y=\(dotsPerInch)", "--format=png",
            "--output=\(image.path)", drawing.path,
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let errors = try FileHandle(forWritingTo: complaints)
        process.standardError = errors
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0, let png = try? Data(contentsOf: image) else {
            let said = String(
                decoding: (try? Data(contentsOf: complaints)) ?? Data(), as: UTF8.self)
            throw FileError(
                path: "\(figure.fileName).png",
                reason: "rsvg-convert ended with status \(process.terminationStatus): "
                    + said.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return png
    }
}
