import Foundation
import Mien
import ProgramSupport
import Testing

/// Event files, byte by byte. The bytes were computed by hand from event.proto and the format of
/// TFRecord files, with the bitwise definition of CRC-32C.
struct TensorBoardTests {
    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String(format: "%02x", $0) }.joined()
    }

    @Test func theFirstRecordNamesTheVersion() {
        #expect(
            hexadecimal(TensorBoardEvent.version(at: 2).record)
                == "1800000000000000a37f4b22"
                + "0900000000000000401a0d627261696e2e4576656e743a32" + "ff2ee0e7")
    }

    @Test func aScalarIsATagAndANumber() {
        let event = TensorBoardEvent(seconds: 3, step: 7, content: .scalars([("loss", 0.5)]))
        #expect(
            hexadecimal(event.record)
                == "1a00000000000000129bd82d"
                + "09000000000000084010072a0d0a0b0a046c6f7373150000003f" + "bccea7de")
    }

    @Test func hyperparametersArePlugInDataWithoutAValue() {
        let began = TensorBoardEvent(
            seconds: 3, step: 0,
            content: .hyperparameters(
                .began([("r", "0.5"), ("o", "adam")], group: "g", seconds: 2)))
        // Value: tag, then metadata { plug-in data { "hparams", content { start of a session } } }.
        let number = "0a0e" + "0a0172" + "1209" + "11000000000000e03f"
        let text = "0a0b" + "0a016f" + "1206" + "1a046164616d"
        let session = number + text + "2201" + "67" + "290000000000000040"
        let content = "1a29" + session
        let plugin = "0a07" + "68706172616d73" + "122b" + content
        let tag = "0a1c" + hexadecimal(Array("_hparams_/session_start_info".utf8))
        let value = "0a58" + tag + "4a38" + "0a36" + plugin
        let message = "090000000000000840" + "2a5a" + value
        #expect(hexadecimal(began.record).contains(message), "\(hexadecimal(began.record))")
    }

    @Test func eventsOfARunBecomeRecordsOfAFile() throws {
        let folder = try TemporaryFolder()
        let writer = try TensorBoardWriter(in: folder.url, at: Date(timeIntervalSince1970: 1000))
        let step = StepReport(
            step: 1, epoch: 1, loss: 0.7, epochLoss: 0.7, epochAccuracy: 0.5, learningRate: 1e-3,
            images: 8, seconds: 2, waitedSeconds: 0)
        writer.observe(.step(step))
        writer.observe(.validating(done: 1, total: 2))
        writer.observe(.step(step))
        #expect(writer.problem == nil)
        let name = "events.out.tfevents.0000001000.mien.\(getpid())"
        let bytes = [UInt8](try Data(contentsOf: folder.url.appendingPathComponent(name)))
        var lengths: [Int] = []
        var offset = 0
        while offset + 8 <= bytes.count {
            let length = bytes[offset ..< offset + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
            lengths.append(length)
            offset += 16 + length
        }
        #expect(offset == bytes.count && lengths.count == 3)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("loss/step") && text.contains("images_per_second"))
    }

    @Test func aFolderThatCannotBeMadeIsRefused() {
        #expect(throws: (any Error).self) {
            try TensorBoardWriter(in: URL(fileURLWithPath: "/dev/null/run"))
        }
    }
}
