import ArgumentParser
import Evaluation
import Foundation
import Mien
import Torch

struct Report: ParsableCommand, UsesTensors {
    static let configuration = CommandConfiguration(
        abstract: "Writes a report on a model: results, figures, limits, in one HTML file.",
        discussion: """
            The file needs no network and no script. The data is found where the run recorded it, \
            and must be the same, byte for byte; --data names another place, or other data. A \
            MODEL_CARD.md with the same numbers is written beside the report.
            """)

    @Argument(help: .init("The folder of a run, a model file, released or tiny.", valueName: "run"))
    var path: String
    @Option(help: "The HTML file. (default: report.html in the run's folder)")
    var out: String?
    @Option(help: .data)
    var data: String?
    @Option(help: .votes)
    var votes: String?
    @Flag(help: "Leave bad rows and images out and count them, instead of stopping.")
    var skipBadRows = false
    @OptionGroup var labelling: LabelArguments
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var evaluation: MeasuringOptions
    @Option(
        help: "train, valid, test, all, or held-out: the training rows that the run set aside.")
    var split = "test"
    @OptionGroup var analyses: AnalysisOptions
    @Option(help: "Faces on which the faithfulness of heat maps is measured; 0 leaves that out.")
    var trustImages = 50
    @Flag(inversion: .prefixedNo, help: "Show faces.")
    var faces = true
    @Flag(help: "Print the numbers as JSON.")
    var json = false

    func run() throws {
        Interruption.install()
        _ = try compute.apply(tensors: true)
        let subject = try ReportSubject(path: path)
        if subject.run != nil { FileRoles.addOutput(path) }
        guard !subject.model.isQuantized else {
            throw ModelFileError.needsFloat(path, to: "be reported on, which explains it")
        }
        let url =
            out.map { URL(fileURLWithPath: $0) }
            ?? subject.folder.appendingPathComponent(
                "report.html")
        try requireWritable(url.deletingLastPathComponent(), option: "--out")
        var request = RunReport.Request(command: commandLine)
        request.split = split
        request.showsFaces = faces
        request.trustImages = trustImages
        request.evaluator = try evaluator(for: subject.model.card)
        let dataset = try subject.dataset(
            data: data, votes: votes, skipBadRows: skipBadRows, labels: try labelling.options)
        Console.notes(of: dataset)
        for source in dataset.sources { FileRoles.addInput(source.path) }
        FileRoles.addInput(path)
        let progress = WorkProgress()
        let report = try RunReport(on: subject, data: dataset, request) { done, total in
            progress.goesOn("measured", done, of: total)
        }
        Console.clearTransient()
        guard let report else { throw Interrupted() }
        try write(report, to: url)
        if json { try Console.json(report) } else { try Console.exact(url.path) }
    }

    private func evaluator(for card: ModelCard) throws -> EvaluationSession {
        guard trustImages >= 0 else {
            throw UsageError("--trust-images", found: "\(trustImages)", expected: "0 or more")
        }
        var evaluator = try evaluation.evaluator(on: compute, for: card)
        try analyses.apply(to: &evaluator, skippingUnknownIDs: skipBadRows)
        return evaluator
    }
}

/// Writes a report, and a model card beside it.
func write(_ report: RunReport, to url: URL) throws {
    try AtomicFile.write(report.html, to: url)
    let card = url.deletingLastPathComponent().appendingPathComponent("MODEL_CARD.md")
    try AtomicFile.write(report.modelCard, to: card)
}

/// The command as it was given, so that it can be given again.
var commandLine: String {
    (["mien"] + CommandLine.arguments.dropFirst()).map(shellQuoted).joined(separator: " ")
}

/// A folder that is there and can be written, before long work begins.
func requireWritable(_ folder: URL, option: String) throws(UsageError) {
    guard access(folder.path, W_OK) == 0 else {
        throw UsageError(
            option, found: "\(folder.path), which is not there or cannot be written",
            expected: "a place in a folder that can be written")
    }
}
