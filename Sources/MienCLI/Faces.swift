import ArgumentParser
import Foundation
import Imaging
import Mien
import Torch

struct Faces: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Cuts the faces of photos into a data set: upright, grey, as the model wants them.",
        discussion: """
            The folder gets one PNG of 48 x 48 per face and manifest.csv, which says where each \
            came from. With labels it can be trained from: mien train --data FOLDER/manifest.csv. \
            Without, the column label is there to be filled. Faces of low quality are left out \
            unless asked for.
            """)

    @OptionGroup var source: SourceOptions

    @Option(help: "Folder for the faces; it must not hold a manifest already.")
    var out: String
    @Option(help: "The emotion that all faces show.")
    var label: String?
    @Flag(help: "The name of the folder that a photo lies in is its label.")
    var labelFromFolder = false
    @Flag(help: "Keep faces of low quality too.")
    var keepLowQuality = false
    @Flag(help: "Print what was done as JSON.")
    var json = false

    func validate() throws {
        guard label == nil || !labelFromFolder else {
            throw ValidationError("Give either --label or --label-from-folder.")
        }
    }

    func run() throws {
        Interruption.install()
        let labelling: FaceSetWriter.Labelling =
            if let label {
                .emotion(try FaceSetWriter.emotion(named: label))
            } else {
                labelFromFolder ? .folderName : .none
            }
        let writer = try FaceSetWriter(
            to: URL(fileURLWithPath: out, isDirectory: true), labelling: labelling,
            keepsLowQuality: keepLowQuality)
        let cutter = try FaceCutter(options: try source.predictionOptions)
        let reader = SourceReader(source)
        let run = FaceCutting(cutter: cutter, reader: reader, writer: writer, json: json)
        try runBlocking { try await run.run() }
    }
}

/// One `mien faces` at work.
private struct FaceCutting: Sendable {
    let cutter: FaceCutter
    let reader: SourceReader
    let writer: FaceSetWriter
    let json: Bool

    private struct Report: Encodable {
        let manifest: String
        let files: Int
        let withoutFaces: Int
        let unreadable: Int
        let faces: Int
        let lowQuality: Int
        let written: Int
    }

    func run() async throws {
        var tally = FileTally()
        do {
            try await orderedMap(
                width: cutter.width, next: { try await reader.next() },
                transform: { ($0.name, try await faces(of: $0)) },
                consume: { name, outcome in
                    guard !Interruption.isRequested else { throw Interrupted() }
                    do {
                        switch outcome {
                        case .image(let image):
                            try writer.add(image, from: name, number: tally.files + 1)
                            tally.add(image)
                        case .unreadable(let reason):
                            throw FaceSetWriter.Refusal(reason: reason)
                        }
                    } catch let refusal as FaceSetWriter.Refusal {
                        Console.note("\(name.line): \(FileName(refusal.reason).line)")
                        tally.addFailure()
                    }
                    Console.transient("\(tally.files) files, \(writer.written) faces")
                })
        } catch {
            // What was cut so far is a data set too.
            try writer.finish()
            throw error
        }
        Console.clearTransient()
        try writer.finish()
        if Interruption.isRequested { throw Interrupted() }
        for note in try await reader.notes() { Console.note(note) }
        Console.note(tally.text)
        if json {
            try Console.json(
                Report(
                    manifest: writer.manifest.path, files: tally.files,
                    withoutFaces: tally.withoutFaces, unreadable: tally.failed,
                    faces: tally.faces.values.reduce(0, +),
                    lowQuality: tally.faces[.lowQuality] ?? 0, written: writer.written))
        } else {
            Console.result(writer.manifest.path)
        }
        try tally.finish()
    }

    private func faces(of source: PredictionSource) async throws -> FilePrediction {
        switch source {
        case .image(let name): try await cutter.faces(contentsOf: name)
        case .unreadable(_, let reason): .unreadable(reason)
        case .video, .camera: .unreadable("is a video; faces are cut from images here")
        }
    }
}
