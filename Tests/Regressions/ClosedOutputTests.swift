import Foundation
import ProgramSupport
import Testing

/// Results that nothing takes.
struct ClosedOutputTests {
    private static let commands = [
        "data describe --data synthetic:train=8,valid=4,test=4",
        "evaluate --data synthetic:train=4,valid=4,test=4",
        "weights list", "--help", "predict --help", "--version",
        "benchmark infer --batch 1 --repetitions 1 --image-size 32",
    ]

    @Test(arguments: commands)
    func aFullDiskIsToldInOneLine(_ command: String) throws {
        let outcome = try Program.shell("\"$0\" \(command) > /dev/full", in: TemporaryFolder())
        #expect(outcome.status == 1)
        let last = outcome.errors.split(separator: "\n").last ?? ""
        #expect(last == "Error: standard output: cannot be written: No space left on device")
        #expect(!outcome.errors.contains("Fatal"))
    }

    @Test(arguments: commands)
    func anOutputThatIsClosedIsToldInOneLine(_ command: String) throws {
        let outcome = try Program.shell("\"$0\" \(command) >&-", in: TemporaryFolder())
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasSuffix("cannot be written: Bad file descriptor\n"))
    }

    /// As of `yes | head -1`.
    @Test(arguments: commands)
    func headEndsTheProgramQuietly(_ command: String) throws {
        let folder = try TemporaryFolder()
        let pipe = Pipe()
        let process = Process()
        process.executableURL = Program.url
        process.arguments = command.split(separator: " ").map { String($0) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = try folder.handle("errors")
        try pipe.fileHandleForReading.close()
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        #expect(process.terminationStatus == SIGPIPE)
        #expect(!(try folder.text("errors")).contains("Error"))
    }

    @Test(arguments: ["2>&-", "2>/dev/full"])
    func withoutStandardErrorResultsAreTheSame(_ redirection: String) throws {
        let command = "\"$0\" data describe --data synthetic:train=8,valid=4,test=4"
        let plain = try Program.shell(command, in: TemporaryFolder())
        let outcome = try Program.shell("\(command) \(redirection)", in: TemporaryFolder())
        #expect(outcome.status == 0 && outcome.output == plain.output)
        #expect(outcome.output.contains("16 images"))
    }

    /// A file that is opened where standard output was must not get the results.
    @Test func resultsDoNotLandInTheFirstFileThatIsOpened() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.shell(
            "\"$0\" data synthesize --train 2 --valid 1 --test 1 --out faces.csv >&-", in: folder)
        #expect(outcome.status == 1)
        let lines = try folder.text("faces.csv").split(separator: "\n")
        #expect(lines.count == 5 && lines[0] == "emotion,pixels,Usage,synthetic")
        #expect(!lines.contains { $0.contains("faces.csv") })
    }
}
