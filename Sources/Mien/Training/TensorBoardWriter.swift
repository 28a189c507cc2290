public import Foundation
import Networks
public import Torch

/// Writes training events as a file that TensorBoard shows: the loss and learning rate of each step,
/// the training and validation figures of each epoch.
///
/// Give ``observe(_:)`` the events of ``TrainingSession/run(_:)``. A file that cannot be written does
/// not stop the training: ``problem`` says what happened.
public final class TensorBoardWriter {
    private var file: GrowingFile?
    /// Why the rest of the events is missing; `nil` where none is.
    public private(set) var problem: FileError?

    /// Begins a file of its own, also where the folder holds those of earlier parts of the run.
    /// - Throws: `FileError` where it cannot be made.
    public init(in folder: URL, at date: Date = .now) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let seconds = Int(date.timeIntervalSince1970)
        let file = try GrowingFile(
            folder.appendingPathComponent(
                String(format: "events.out.tfevents.%010d.mien.%d", seconds, getpid())))
        try file.append(TensorBoardEvent.version(at: date.timeIntervalSince1970).record)
        self.file = file
    }

    /// Writes the figures of a step or an epoch; other events have none.
    public func observe(_ event: TrainingEvent) {
        switch event {
        case .step(let report):
            write(
                [
                    ("loss/step", report.loss), ("learning_rate", report.learningRate),
                    ("images_per_second", Double(report.images) / max(report.seconds, 1e-9)),
                ], step: report.step)
        case .epoch(let report):
            let validation = report.validation
            let figures: [(String, Double?)] = [
                ("loss/training", report.trainingLoss), ("loss/validation", validation.loss),
                ("accuracy/training", report.trainingAccuracy),
                ("accuracy/validation", validation.accuracy), ("auc/validation", validation.auc),
                ("balanced_accuracy/validation", validation.balancedAccuracy),
                ("emotion_accuracy/validation", validation.emotionAccuracy),
            ]
            write(figures.compactMap { name, value in value.map { (name, $0) } }, step: report.step)
        default: break
        }
    }

    /// Writes what the HParams page shows of the run.
    package func write(_ summary: HyperparameterSummary) {
        append(
            TensorBoardEvent(
                seconds: Date.now.timeIntervalSince1970, step: 0, content: .hyperparameters(summary)
            ))
    }

    private func write(_ values: [(tag: String, value: Double)], step: Int) {
        append(
            TensorBoardEvent(
                seconds: Date.now.timeIntervalSince1970, step: step, content: .scalars(values)))
    }

    private func append(_ event: TensorBoardEvent) {
        guard let file else { return }
        do throws(FileError) {
            try file.append(event.record)
        } catch {
            problem = error
            self.file = nil
        }
    }
}

/// One event as TensorBoard reads it: a message of event.proto in a record of a TFRecord file.
package struct TensorBoardEvent {
    package enum Content {
        case version
        case scalars([(tag: String, value: Double)])
        case hyperparameters(HyperparameterSummary)
    }

    /// Since 1970.
    package let seconds: Double
    package let step: Int
    package let content: Content

    package init(seconds: Double, step: Int, content: Content) {
        self.seconds = seconds
        self.step = step
        self.content = content
    }

    /// The first event of a file.
    package static func version(at seconds: Double) -> TensorBoardEvent {
        TensorBoardEvent(seconds: seconds, step: 0, content: .version)
    }

    /// Fields of event.proto: 1 wall time, 2 step, 3 version, 5 summary; of a summary 1 value; of a
    /// value 1 tag, 2 number.
    var message: [UInt8] {
        var event = ProtobufWriter()
        event.double(1, seconds)
        if step != 0 { event.varint(2, step) }
        switch content {
        case .version: event.text(3, "brain.Event:2")
        case .scalars(let values):
            event.message(5) { summary in
                for (tag, value) in values {
                    summary.message(1) {
                        $0.text(1, tag)
                        $0.float(2, Float(value))
                    }
                }
            }
        case .hyperparameters(let summary):
            event.message(5) { $0.message(1) { summary.write(to: &$0) } }
        }
        return event.bytes
    }

    /// Length (8 bytes), its checksum, the message, its checksum; little-endian.
    package var record: [UInt8] {
        func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }
        let message = message
        let length = bytes(UInt64(message.count))
        return length + bytes(Self.masked(length)) + message + bytes(Self.masked(message))
    }

    /// A CRC-32C, turned and shifted so that checksums of checksums differ.
    static func masked(_ bytes: [UInt8]) -> UInt32 {
        let sum = CRC32.castagnoli.checksum(bytes)
        return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
    }
}
